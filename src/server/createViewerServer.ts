import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Observable } from "rxjs";
import { failure } from "../errors.ts";
import { isLoopback, makeAccess, pageAddress } from "./access.ts";
import { makeCommandDesk, type ViewerCommand } from "./commands.ts";
import { type Connection, type ConnectionHost, serveConnection } from "./connection.ts";
import { type Hub, makeHub } from "./hub.ts";
import { closeCodes } from "./messages.ts";
import { checkOptions, type ViewerServerOptions } from "./options.ts";
import { makeRoutes } from "./routes.ts";
import { makeUpgrade } from "./upgrade.ts";

export type { ViewerCommand } from "./commands.ts";
export type { ViewerServerOptions } from "./options.ts";

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
   * What viewers command, hot; `iterate(problem, start, update, { commands: server.commands })` obeys it. Whoever takes a
   * command calls its `reply` once it took effect or was refused. While nobody subscribes, commands are refused and the page
   * shows no controls. Where several runs go on at once, give each its own: `commandsFor`.
   */
  readonly commands: Observable<ViewerCommand>;
  /** The commands for the run of this name only. */
  commandsFor(run: string): Observable<ViewerCommand>;
  /** Viewers connected now. */
  readonly viewers: number;
  /** Closes every connection (1001) and the port. A second call waits for the first. */
  close(): Promise<void>;
}

const tickEvery = 200;
/** What changes within this time is announced at once. */
const announceAfter = 30;

/**
 * Serves runs to browsers and programs: the page, the list of runs, their files, and live rows over WebSockets at `/stream`.
 *
 * Listens on loopback only unless told otherwise. Everything but the page's own code demands the token, and Host and Origin
 * must be this server's: a page of another site can neither read nor steer a run. A viewer never slows a run: rows wait in the
 * run's file (or a bounded memory), not in sockets, and a slow viewer gets them thinned.
 *
 * @example
 * const server = await createViewerServer({ port: 4747 });
 * console.log(server.url);
 * iterate(bilinear(), [1, 1], extragradient({ stepSize: 0.1 }), { commands: server.commands }).pipe(webSocket(server)).subscribe();
 * @throws {FluxionInputError} ERR_PORT_IN_USE, ERR_LISTEN
 * @throws {RangeError} ERR_OPTION_RANGE for a port or time out of range, for a public host without a token
 */
export async function createViewerServer(options: ViewerServerOptions = {}): Promise<ViewerServer> {
  const { port, host, token, connections, warn, pageDirectory, figures, memoryBytes, ...rest } = checkOptions(options);
  if (!isLoopback(host)) {
    warn(
      `createViewerServer: ${host} can be reached from other machines and the connection is not encrypted; ` +
        "put a proxy with TLS in front, and name it in allowedHosts and allowedOrigins",
    );
  }
  const viewers = new Set<Connection>();
  let lastGone: (() => void) | undefined;
  let announcing: NodeJS.Timeout | undefined;
  const announce = (): void => {
    announcing ??= setTimeout(() => {
      announcing = undefined;
      for (const viewer of viewers) viewer.announce();
    }, announceAfter).unref();
  };
  const desk = makeCommandDesk(announce);
  const hub = makeHub({
    memoryBytes,
    changed: announce,
    ended: (name) => desk.runEnded(name),
  });
  const site: ConnectionHost = {
    run: (name) => hub.runs.get(name),
    runs: () => [...hub.runs.values()].map((run) => run.info(desk.steerable(run.name))),
    command(request, reply) {
      const run = hub.runs.get(request.run);
      desk.give(request, run?.live === true, (outcome) => {
        run?.note(outcome);
        reply(outcome);
        announce();
      });
    },
  };

  let boundPort = port;
  const access = makeAccess({ host, port: () => boundPort, token, ...rest });
  const http = createServer(answerWith(makeRoutes(site, access, pageDirectory, figures)));
  const upgrade = makeUpgrade({
    access,
    full: () => (viewers.size < connections ? undefined : `${connections} viewers are connected already`),
    accept(socket) {
      const connection = serveConnection(socket, site, rest);
      viewers.add(connection);
      socket.on("close", () => {
        viewers.delete(connection);
        if (viewers.size === 0) lastGone?.();
      });
    },
  });
  http.on("upgrade", upgrade);
  boundPort = await listen(http, host, port);
  const ticker = setInterval(() => {
    const now = Date.now();
    for (const viewer of viewers) viewer.tick(now);
  }, tickEvery);
  // The open port keeps the process alive, not this timer.
  ticker.unref();

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      clearInterval(ticker);
      clearTimeout(announcing);
      hub.closeAll();
      desk.close();
      const portClosed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      setTimeout(() => http.closeAllConnections(), 500).unref();
      // A viewer that does not answer is cut off after a second.
      const viewersGone = new Promise<void>((resolve) => {
        lastGone = resolve;
        if (viewers.size === 0) resolve();
      });
      for (const viewer of viewers) viewer.close(closeCodes.shutDown, "the server is closing");
      await Promise.all([portClosed, viewersGone]);
    })();
    return closing;
  };
  return {
    url: pageAddress(host, boundPort, access.token),
    host,
    port: boundPort,
    token: access.token,
    hub,
    commands: desk.offer(),
    commandsFor: (run) => desk.offer(run),
    get viewers() {
      return viewers.size;
    },
    close,
  };
}

/** A failed answer is an answer too, or, once it has begun, a connection that breaks off. */
function answerWith(route: ReturnType<typeof makeRoutes>) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    route(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      response.statusCode = 500;
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ error: { message: error instanceof Error ? error.message : String(error) } }));
    });
  };
}

/** @returns the port */
async function listen(http: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) => reject(listenFailure(error, host, port)));
    http.listen({ port, host, exclusive: true }, resolve);
  });
  return (http.address() as AddressInfo).port;
}

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const cause = { cause: error };
  if (error.code === "EADDRINUSE") {
    return failure(
      "ERR_PORT_IN_USE",
      `createViewerServer: another program listens on port ${port} of ${host}; choose another one, or 0 for any free one`,
      cause,
    );
  }
  const why =
    error.code === "EACCES"
      ? "this user may not use that port; choose one above 1023"
      : error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND"
        ? "this machine has no such address"
        : error.message;
  return failure("ERR_LISTEN", `createViewerServer: cannot listen on port ${port} of ${host}: ${why}`, cause);
}
