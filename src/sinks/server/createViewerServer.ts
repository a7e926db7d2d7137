import { createServer, type IncomingMessage, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Observable, Subject } from "rxjs";
import { WebSocketServer } from "ws";
import type { AppliedCommand } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { Command } from "../../streams/types.ts";
import { isLoopback, makeAccess, pageAddress } from "./access.ts";
import { type Connection, type ConnectionHost, serveConnection } from "./connection.ts";
import { type Hub, makeHub } from "./hub.ts";
import { type CommandRequest, closeCodes, type ServerMessage } from "./messages.ts";
import { defaultPageDirectory, makeRoutes } from "./routes.ts";

/** Options of {@link createViewerServer}. Times in milliseconds. */
export interface ViewerServerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default "127.0.0.1". Another one than loopback demands a token, and TLS is up to a proxy in front. */
  readonly host?: string;
  /** Default: 24 random bytes. */
  readonly token?: string;
  /** Further names in a request's Host by which this server is meant, `example.org` or `example.org:8443`. */
  readonly allowedHosts?: readonly string[];
  /** Further origins whose pages may connect, `https://example.org`. */
  readonly allowedOrigins?: readonly string[];
  /** Bytes that may wait for a viewer before it counts as slow. Default 1 MB. */
  readonly bufferedBytes?: number;
  /** Bytes of a run kept in memory for late viewers where it has no file. Default 32 MB; the oldest rows go first. */
  readonly memoryBytes?: number;
  /** Viewers at once. Default 64. */
  readonly connections?: number;
  /** Default 30,000. */
  readonly pingEvery?: number;
  /** Default 5,000. */
  readonly heartbeatEvery?: number;
  /** A viewer that answers no ping for so long is closed with 4408. Default 30,000. */
  readonly silence?: number;
  /** Where warnings go. Default `process.emitWarning`. */
  readonly warn?: (message: string) => void;
  /** The page's files. Default: those of the package. */
  readonly pageDirectory?: string;
}

/** A command that a viewer gave, for one run. */
export type ViewerCommand = Command & { readonly run: string };

/** A running server. */
export interface ViewerServer {
  /** The page, token included. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** Where rows come in: see the `webSocket` sink, which uses it. */
  readonly hub: Hub;
  /**
   * What viewers command, hot; `iterate(problem, start, update, { commands: server.commands })` obeys it. Whoever takes a command calls its
   * `reply` once it took effect or was refused. While nobody subscribes, commands are refused and the page shows no controls.
   */
  readonly commands: Observable<ViewerCommand>;
  /** The commands for one run only. */
  commandsFor(run: string): Observable<ViewerCommand>;
  /** Viewers connected now. */
  readonly viewers: number;
  /** Closes every connection (1001) and the port. A second call waits for the first. */
  close(): Promise<void>;
}

const subprotocol = "v1.fluxion";
const tickEvery = 200;

/**
 * Serves runs to browsers and programs: the page, the list of runs, their files, and live rows over WebSockets at `/stream`.
 *
 * Listens on loopback only unless told otherwise. Everything but the page's own code demands the token, and Host and Origin must be this
 * server's: a page of another site can neither read nor steer a run. A viewer never slows a run: rows wait in the run's file (or a bounded
 * memory), not in sockets, and a slow viewer gets them thinned.
 *
 * @example
 * const server = await createViewerServer({ port: 4747 });
 * console.log(server.url);
 * iterate(bilinear(), [1, 1], extragradient({ stepSize: 0.1 }), { commands: server.commands }).pipe(webSocket(server)).subscribe();
 * @throws {FluxionInputError} ERR_PORT_IN_USE, ERR_LISTEN
 * @throws {RangeError} ERR_OPTION_RANGE for a port or time out of range, for a public host without a token
 */
export async function createViewerServer(options: ViewerServerOptions = {}): Promise<ViewerServer> {
  const { port = 0, host = "127.0.0.1", token, allowedHosts = [], allowedOrigins = [] } = options;
  const { bufferedBytes = 1 << 20, memoryBytes = 32 << 20, connections = 64 } = options;
  const { pingEvery = 30_000, heartbeatEvery = 5000, silence = 30_000, pageDirectory = defaultPageDirectory() } = options;
  const warn = options.warn ?? ((message) => process.emitWarning(message, "FluxionWarning"));
  check({ port, bufferedBytes, memoryBytes, connections, pingEvery, heartbeatEvery, silence, token, host });
  if (!isLoopback(host)) {
    warn(
      `createViewerServer: ${host} can be reached from other machines and the connection is not encrypted; put a proxy with TLS in front, ` +
        "and name it in allowedHosts and allowedOrigins",
    );
  }

  const commands = new Subject<ViewerCommand>();
  const live = new Set<Connection>();
  const announce = (): void => {
    const message: ServerMessage = { runs: site.runs() };
    for (const connection of live) connection.send(message);
  };
  const hub = makeHub({ memoryBytes, changed: () => announce() });
  const site: ConnectionHost = {
    run: (name) => hub.runs.get(name),
    runs: () => [...hub.runs.values()].map((run) => run.info(commands.observed)),
    command(request, reply) {
      const run = hub.runs.get(request.run);
      const { command, refused } = commandOf(request, run?.live === true, commands.observed);
      let answered = false;
      const answer = (outcome: AppliedCommand): void => {
        if (answered) return;
        answered = true;
        reply(outcome);
        run?.note(outcome);
        announce();
      };
      if (refused !== undefined) answer({ ...command, step: 0, refused });
      else commands.next({ ...command, run: request.run, reply: answer });
    },
  };

  let boundPort = port;
  const access = makeAccess({ host, port: () => boundPort, token, allowedHosts, allowedOrigins });
  const route = makeRoutes(site, access, pageDirectory);
  const http = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      response.statusCode = 500;
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ error: { message: error instanceof Error ? error.message : String(error) } }));
    });
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });

  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    if (!access.hostAllowed(request)) return refuseUpgrade(socket, 403, "this server does not answer to that Host");
    if (path !== "/stream") return refuseUpgrade(socket, 404, "WebSockets are at /stream");
    if (!offered.includes(subprotocol) && offered.some((name) => name !== "")) {
      return refuseUpgrade(socket, 400, `expected the subprotocol ${subprotocol}`);
    }
    // A browser's page learns the reason only from a close code, so these are refused after the handshake, before anything is read.
    const refusal = !access.originAllowed(request)
      ? { code: closeCodes.origin, reason: "this origin is not allowed" }
      : !access.tokenGiven(request)
        ? { code: closeCodes.token, reason: "the token is missing or wrong" }
        : live.size >= connections
          ? { code: closeCodes.tooMany, reason: `${connections} viewers are connected already` }
          : undefined;
    sockets.handleUpgrade(request, socket, head, (upgraded) => {
      if (refusal !== undefined) {
        upgraded.on("error", () => undefined);
        upgraded.close(refusal.code, refusal.reason);
        setTimeout(() => upgraded.terminate(), 1000).unref();
        return;
      }
      const connection = serveConnection(upgraded, site, { bufferedBytes, pingEvery, heartbeatEvery, silence });
      live.add(connection);
      upgraded.on("close", () => live.delete(connection));
      connection.send({ runs: site.runs() });
    });
  });

  await new Promise<void>((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) => reject(listenFailure(error, host, port)));
    http.listen({ port, host, exclusive: true }, resolve);
  });
  boundPort = (http.address() as AddressInfo).port;
  const ticker = setInterval(() => {
    const now = Date.now();
    for (const connection of live) connection.tick(now);
  }, tickEvery);
  // The open port keeps the process alive, not this timer.
  ticker.unref();

  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    closing ??= new Promise((resolve) => {
      clearInterval(ticker);
      for (const connection of live) connection.close(closeCodes.shutDown, "the server is closing");
      commands.complete();
      http.close(() => {
        hub.closeAll();
        resolve();
      });
      http.closeIdleConnections();
      setTimeout(() => http.closeAllConnections(), 500).unref();
    });
    return closing;
  }
  return {
    url: pageAddress(host, boundPort, access.token),
    host,
    port: boundPort,
    token: access.token,
    hub,
    commands: commands.asObservable(),
    commandsFor: (run) => new Observable_(commands, run),
    get viewers() {
      return live.size;
    },
    close,
  };
}
