import { type ErrorCode, failure } from "../errors.ts";
import { sliceCommand } from "../streams/slices/sliceCommand.ts";
import { makeCommandDesk, requestOf } from "./commands.ts";
import { makeGuard, warnOnce } from "./guard.ts";
import { isLoopback, pageAddress, randomToken } from "./http/access.ts";
import { checkCells, directoryOf, earlierFiles, finishedFiles, freeName, type Hub, knownRun, openRun } from "./hub.ts";
import { makeRunIntern } from "./list/intern.ts";
import { checkOptions, type ViewerServerOptions } from "./options.ts";
import { costOf, type FromServer, type SentOptions, window } from "./process/channel.ts";
import { counted } from "./process/counted.ts";
import { MirroredRun, makeMirror } from "./process/mirror.ts";
import { makeSupervisor } from "./process/supervisor.ts";
import type { ViewerServer } from "./viewerServer.ts";

export type { ViewerCommand } from "./commands.ts";
export type { ViewerServerOptions } from "./options.ts";
export type { ViewerServer } from "./viewerServer.ts";

/**
 * Serves runs to browsers and programs: the page, the list of runs, their files, and live rows over WebSockets at
 * `/stream`.
 *
 * The server is a process of its own, so that nothing that comes over the network can end the run, slow it or take its
 * descriptors. When the process dies, it is started again on the same port with the same tokens, at most five times per
 * minute, and is told all that it knew. It ends with the process that called this function. Cost: about 80 MB of
 * memory.
 *
 * The server listens on loopback only, unless `host` says otherwise. Everything except the code of the page demands a
 * token, and Host and Origin of a request must be those of this server, so that a page of another site can neither read
 * nor steer a run. Those with `readToken` can read and not steer. A viewer never slows a run: rows wait in the run's
 * file or in a bounded memory, not in sockets, and a slow viewer gets them thinned.
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
  const {
    warn,
    figures,
    certificates,
    token = randomToken(),
    readToken = randomToken(),
    ...rest
  } = checkOptions(options);
  const { host, memoryBytes } = rest;
  warnOfStrangers(host, warn);
  let port = rest.port;
  let viewers = 0;
  let onTheWay = 0;
  let isListening = false;
  let steeringChanged = false;
  /** Whether something is about to be told. */
  let isDue = false;
  /** Who waits until everything is told. */
  const waiting: (() => void)[] = [];
  let begun: { resolve(): void; reject(error: Error): void } | undefined;
  let closing: Promise<void> | undefined;

  const mirror = makeMirror();
  const intern = makeRunIntern();
  const steered = new Map<string | undefined, number>();
  const desk = makeCommandDesk(
    () => undefined,
    (command) => (command.type === "slice" ? sliceCommand(command.asked) : command),
  );
  const drawings = new Map<number, AbortController>();

  /** Tells the server what it does not know, as far as it takes messages. */
  function pump(): void {
    if (!isListening) return;
    if (steeringChanged) {
      steeringChanged = false;
      const runs = [...steered.keys()].filter((run) => run !== undefined);
      supervisor.send({ kind: "steerable", all: steered.has(undefined), runs });
    }
    while (onTheWay < window) {
      const message = mirror.next();
      if (message === undefined) break;
      onTheWay += costOf(message);
      supervisor.send(message);
    }
    if (onTheWay === 0 && !isDue) release();
  }
  const release = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };

  const guard = makeGuard(warnOnce(warn));
  const supervisor = makeSupervisor({
    guard,
    started() {
      const sent: SentOptions = { ...rest, port, token, readToken };
      // Viewers come back as soon as the port is open, before the server knows the runs.
      supervisor.send({
        kind: "start",
        options: sent,
        figures: figures !== undefined,
        certificates: certificates !== undefined,
        runs: [...mirror.runs.keys()],
      });
    },
    ended(why, again) {
      lose();
      if (begun !== undefined) {
        supervisor.giveUp();
        begun.reject(failure("ERR_LISTEN", `createViewerServer: the process of the server does not start: ${why}`));
        return;
      }
      const when = again === 0 ? "it is started again" : `it is started again in ${Math.ceil(again / 1000)} s`;
      warn(`createViewerServer: the process of the page's server has ended (${why}); ${when}, and the run goes on`);
    },
    message: (message) => take(message),
  });

  /** Forgets everything that was on its way to a server that has gone. */
  function lose(): void {
    isListening = false;
    viewers = 0;
    onTheWay = 0;
    for (const drawing of drawings.values()) drawing.abort();
    drawings.clear();
  }

  function take(message: FromServer): void {
    if (message.kind === "taken") {
      onTheWay -= message.bytes;
      pump();
    } else if (message.kind === "listening") {
      port = message.port;
      isListening = true;
      steeringChanged = true;
      mirror.restart();
      begun?.resolve();
      begun = undefined;
      pump();
    } else if (message.kind === "failed") {
      const error = failure((message.code ?? "ERR_LISTEN") as ErrorCode, message.message);
      if (begun === undefined) warn(message.message);
      else supervisor.giveUp();
      begun?.reject(error);
    } else if (message.kind === "viewers") viewers = message.count;
    else if (message.kind === "warning") warn(message.message);
    else if (message.kind === "command") {
      const { id, command } = message;
      const run = mirror.runs.get(command.run);
      desk.give(requestOf(command), run?.live === true, (outcome) => {
        run?.note(outcome);
        supervisor.send({ kind: "reply", id, outcome });
      });
    } else if (message.kind === "cancel") drawings.get(message.id)?.abort();
    else void answer(message);
  }

  async function answer(message: Extract<FromServer, { kind: "figures" | "figure" | "certificates" }>): Promise<void> {
    const { id, kind } = message;
    const drawing = new AbortController();
    if (kind === "figures") drawings.set(id, drawing);
    try {
      const value =
        kind === "certificates"
          ? await certificates?.()
          : kind === "figures"
            ? await figures?.list(drawing.signal)
            : await figures?.svg(message.name);
      supervisor.send({ kind: "answer", id, value });
    } catch (error) {
      supervisor.send({ kind: "refusal", id, message: error instanceof Error ? error.message : String(error) });
    } finally {
      drawings.delete(id);
    }
  }

  function tell(run: MirroredRun): void {
    mirror.touch(run);
    pump();
  }
  /** Tells it a little later, so that many runs that are over go together. */
  function tellSoon(run: MirroredRun): void {
    mirror.touch(run);
    if (isDue) return;
    isDue = true;
    setImmediate(
      guard(() => {
        isDue = false;
        pump();
      }),
    );
  }
  const hub: Hub = {
    open(run, header, openOptions = {}) {
      const directory = directoryOf(openOptions);
      if (closing !== undefined) return run.name;
      const name = freeName(run, mirror.runs);
      const known = mirror.runs.get(name) ?? new MirroredRun(name, run);
      known.open(run, header, directory, earlierFiles(directory, run.attempt), memoryBytes);
      mirror.runs.set(name, known);
      tell(known);
      return name;
    },
    batch(name, bytes, firstStep, lastStep, rows) {
      if (closing !== undefined) return;
      const run = openRun(name, mirror.runs);
      run.append(bytes, firstStep, lastStep, rows);
      tell(run);
    },
    close(name, ending) {
      if (closing !== undefined) return;
      const run = mirror.runs.get(name) ?? openRun(name, mirror.runs);
      if (!run.live) return;
      run.end(ending);
      desk.runEnded(name);
      tell(run);
    },
    addFinished(run, directory, ending) {
      const files = finishedFiles(directory, run.attempt);
      const name = freeName(run, mirror.runs);
      const known = new MirroredRun(name, intern(run), { files, ending });
      mirror.runs.set(name, known);
      tellSoon(known);
      return name;
    },
    describe(name, cells) {
      if (closing !== undefined) return;
      const run = knownRun(name, mirror.runs);
      run.describe(checkCells(name, cells));
      tellSoon(run);
    },
  };

  /** Counts who obeys commands, since the server shows controls for those runs only. */
  const offer = (run?: string): ViewerServer["commands"] =>
    counted(desk.offer(run), (change) => {
      const count = (steered.get(run) ?? 0) + change;
      if (count === 0) steered.delete(run);
      else steered.set(run, count);
      steeringChanged = true;
      pump();
    });

  await new Promise<void>((resolve, reject) => {
    begun = { resolve, reject };
    supervisor.start();
  });
  const boundPort = port;
  return {
    url: pageAddress(host, boundPort, token),
    readUrl: pageAddress(host, boundPort, readToken),
    host,
    port: boundPort,
    token,
    readToken,
    hub,
    commands: offer(),
    commandsFor: offer,
    get viewers() {
      return viewers;
    },
    get processId() {
      return supervisor.processId;
    },
    told: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (closing === undefined) pump();
        else release();
      }),
    close() {
      closing ??= (async () => {
        lose();
        release();
        desk.close();
        await supervisor.close();
        mirror.runs.clear();
      })();
      return closing;
    },
  };
}

/** Warns if the address can be reached from other machines. */
function warnOfStrangers(host: string, warn: (message: string) => void): void {
  if (isLoopback(host)) return;
  warn(
    `createViewerServer: ${host} can be reached from other machines and the connection is not encrypted; ` +
      "put a proxy with TLS in front, and name it in allowedHosts and allowedOrigins",
  );
}
