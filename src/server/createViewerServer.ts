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
  /** Address of the page, with the token. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** Entrance for rows, which the sink `webSocket` uses. */
  readonly hub: Hub;
  /**
   * Commands of viewers, a hot stream; `iterate(problem, start, update, { commands: server.commands })` obeys it. A
   * subscriber calls the `reply` of each command when it took effect or was refused. While nobody subscribes, commands
   * are refused and the page shows no controls. Where several runs go on at once, give each run its own stream:
   * `commandsFor`.
   */
  readonly commands: Observable<ViewerCommand>;
  /** Returns the commands for the run of this name only. */
  commandsFor(run: string): Observable<ViewerCommand>;
  /** Number of viewers connected now. */
  readonly viewers: number;
  /** Closes every connection (1001) and the port. A second call waits for the first. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at every connection. */
const tickEvery = 200;
/** Milliseconds over which changes are collected, to be announced together. */
const announceAfter = 30;

/**
 * Serves runs to browsers and programs: the page, the list of runs, their files, and live rows over WebSockets at
 * `/stream`.
 *
 * The server listens on loopback only, unless `host` says otherwise. Everything except the code of the page demands the
 * token, and Host and Origin of a request must be those of this server, so that a page of another site can neither read
 * nor steer a run. A viewer never slows a run: rows wait in the run's file or in a bounded memory, not in sockets, and
 * a slow viewer gets them thinned.
 *
 * @example
 * const server = await createViewerServer({ port: 4747 });
 * console.log(server.url);
 * iterate(bilinear(), [1, 1], extragradient({ stepSize: 0.1 }), { commands: server.commands })
 *   .pipe(webSocket(server))
 *   .subscribe();
 * @param options {@link ViewerServerOptions}
 * @throws {FluxionInputError} ERR_PORT_IN_USE, ERR_LISTEN
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for a number out of range, for a public host without a token
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
  // The open port keeps the process alive; this timer must not.
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
      // A connection cuts off a viewer that does not answer within a second.
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

/** Answers a failed request with status 500, or breaks the connection off if an answer has begun. */
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

/** Listens at the address and returns the port. */
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
      `createViewerServer: another program listens on port ${port} of ${host}; choose another port, or 0 for any free port`,
      cause,
    );
  }
  const why =
    error.code === "EACCES"
      ? "this user may not use that port; choose a port above 1023"
      : error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND"
        ? "this machine has no such address"
        : error.message;
  return failure("ERR_LISTEN", `createViewerServer: cannot listen on port ${port} of ${host}: ${why}`, cause);
}
