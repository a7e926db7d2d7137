/** The server itself, in the process that calls it. `createViewerServer` puts it into a process of its own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { failure } from "../errors.ts";
import { makeAwaitedRuns } from "./awaitedRuns.ts";
import { makeCommandDesk } from "./commands.ts";
import { type Connection, type ConnectionHost, serveConnection } from "./connection.ts";
import { type Guard, makeGuard, warnOnce } from "./guard.ts";
import { makeAccess, pageAddress } from "./http/access.ts";
import { refuse } from "./http/answers.ts";
import { makeFigureDesk } from "./http/figureDesk.ts";
import { inTurn } from "./http/inTurn.ts";
import { limitConnections, timeLimits } from "./http/limits.ts";
import { makeRoutes } from "./http/routes.ts";
import { makeUpgrade } from "./http/upgrade.ts";
import { makeHub, type RunHub } from "./hub.ts";
import { closeCodes } from "./messages.ts";
import { checkOptions, type ViewerServerOptions } from "./options.ts";
import type { ViewerServer } from "./viewerServer.ts";

/** A server in this process. */
export interface LocalServer extends ViewerServer {
  readonly hub: RunHub;
}

interface LocalServerOptions extends ViewerServerOptions {
  /** Called when a viewer came or went. */
  readonly onViewers?: (count: number) => void;
  /** Names of runs that the hub is about to be told of. Default: none. */
  readonly awaited?: readonly string[];
}

/** Milliseconds between two looks at every connection. */
const tickEvery = 200;
/** Milliseconds over which changes are collected, to be announced together. */
const announceAfter = 30;

/** Serves runs from this process. The options, errors and promises are those of `createViewerServer`. */
export async function serveViewers({
  onViewers,
  awaited = [],
  ...options
}: LocalServerOptions = {}): Promise<LocalServer> {
  const checked = checkOptions(options);
  const { port, host, connections, warn, pageDirectory, memoryBytes } = checked;
  const guard = makeGuard(warnOnce(warn));
  const viewers = new Set<Connection>();
  let lastGone: (() => void) | undefined;
  let announcing: NodeJS.Timeout | undefined;
  let changed = new Set<string>();
  const announce = (...names: readonly string[]): void => {
    for (const name of names) changed.add(name);
    announcing ??= setTimeout(
      guard(() => {
        announcing = undefined;
        const names = changed;
        changed = new Set();
        for (const viewer of viewers) viewer.announce(names);
      }),
      announceAfter,
    ).unref();
  };
  // Whether anybody obeys is said of every run that goes on.
  const desk = makeCommandDesk(() => announce(...liveNames()));
  const awaitedRuns = makeAwaitedRuns(awaited);
  const hub = makeHub({
    memoryBytes,
    warn,
    changed: announce,
    placed: awaitedRuns.tell,
    ended: (name) => desk.runEnded(name),
  });
  function liveNames(): Iterable<string> {
    return hub.live.keys();
  }
  const site: ConnectionHost = {
    guard,
    run: (name) => hub.runs.get(name),
    awaited: awaitedRuns.known,
    served: () => hub.runs.values(),
    names: () => hub.runs.keys(),
    liveNames,
    runs: function* (right, names = hub.runs.keys()) {
      for (const name of names) {
        const run = hub.runs.get(name);
        if (run !== undefined) yield run.info(right === "steer" && desk.steerable(name));
      }
    },
    command(request, reply) {
      const run = hub.runs.get(request.run);
      desk.give(request, run?.live === true, (outcome) => {
        run?.note(outcome);
        reply(outcome);
        announce(request.run);
      });
    },
  };

  let boundPort = port;
  const access = makeAccess({ ...checked, port: () => boundPort });
  const figures = makeFigureDesk(checked.figures);
  const certificates = sharedCall(checked.certificates ?? (() => ({ ends: [], trouble: [] })));
  const http = createServer(timeLimits);
  const limits = limitConnections(http, connections, guard);
  const route = makeRoutes({ host: site, access, limits, pageDirectory, figures, certificates });
  http.on("request", guard(inTurn(route, guard), answerFault));
  http.on(
    "upgrade",
    makeUpgrade({
      access,
      guard,
      limits,
      full: () => (viewers.size < connections ? undefined : `${connections} viewers are connected already`),
      accept(socket, right, list) {
        const connection = serveConnection(socket, right, site, checked, list);
        viewers.add(connection);
        onViewers?.(viewers.size);
        socket.on(
          "close",
          guard(() => {
            viewers.delete(connection);
            onViewers?.(viewers.size);
            if (viewers.size === 0) lastGone?.();
          }),
        );
      },
    }),
  );
  boundPort = await listen(http, host, port, guard);
  // After the port is open, an error is one of accepting: descriptors are short, and later there may be some again.
  http.on(
    "error",
    guard((error: Error) => {
      throw error;
    }),
  );
  const ticker = setInterval(
    guard(() => {
      const now = Date.now();
      for (const viewer of viewers) viewer.tick(now);
    }),
    tickEvery,
  );
  // The open port keeps the process alive; this timer must not.
  ticker.unref();

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      clearInterval(ticker);
      clearTimeout(announcing);
      figures.close();
      hub.closeAll();
      desk.close();
      const portClosed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      setTimeout(
        guard(() => http.closeAllConnections()),
        500,
      ).unref();
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
    readUrl: pageAddress(host, boundPort, access.readToken),
    host,
    port: boundPort,
    token: access.token,
    readToken: access.readToken,
    hub,
    commands: desk.offer(),
    commandsFor: (run) => desk.offer(run),
    processId: process.pid,
    get viewers() {
      return viewers.size;
    },
    told: () => Promise.resolve(),
    close,
  };
}

/** Calls a function once for all who ask while it is at work. */
function sharedCall<T>(call: () => T | Promise<T>): () => Promise<T> {
  let working: Promise<T> | undefined;
  return () => {
    working ??= (async () => call())().finally(() => {
      working = undefined;
    });
    return working;
  };
}

/** Answers a failed request with status 500, or breaks the connection off if an answer has begun. */
function answerFault(error: unknown, _: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else refuse(response, 500, error instanceof Error ? error.message : String(error));
}

/** Listens at the address and returns the port. */
async function listen(http: Server, host: string, port: number, guard: Guard): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once(
      "error",
      guard((error: NodeJS.ErrnoException) => reject(listenFailure(error, host, port))),
    );
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
