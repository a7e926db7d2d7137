/** Starts the server's process, starts it again when it dies, and passes messages. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Guard } from "../guard.ts";
import type { FromServer, ToServer } from "./channel.ts";

/** Number of starts within `period` milliseconds. */
const mostStarts = 5;
const period = 60_000;
/** Milliseconds for which the server may take to close its connections. */
const closingTime = 3000;

interface SupervisorOptions {
  readonly guard: Guard;
  /** Called when a server was started that knows nothing. */
  readonly started: () => void;
  readonly message: (message: FromServer) => void;
  /** Called when the server has ended without being asked to; `again` says when it is started again, in milliseconds. */
  readonly ended: (why: string, again: number) => void;
}

interface Supervisor {
  readonly processId: number | undefined;
  start(): void;
  /** Sends a message to the server that runs now. Without one the message is lost, as all that it knew. */
  send(message: ToServer): void;
  /** Starts no server any more. */
  giveUp(): void;
  /** Asks the server to close, and waits until its process has ended. */
  close(): Promise<void>;
}

export function makeSupervisor({ guard, started, message, ended }: SupervisorOptions): Supervisor {
  let child: ChildProcess | undefined;
  let gone: Promise<void> = Promise.resolve();
  let restart: NodeJS.Timeout | undefined;
  let closing = false;
  const starts: number[] = [];

  function start(): void {
    restart = undefined;
    const now = performance.now();
    starts.push(now);
    let complaint = "";
    const mine = fork(fileURLToPath(entry()), {
      execArgv: loaderFlags(process.execArgv),
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child = mine;
    mine.stderr?.on(
      "data",
      guard((chunk: Buffer) => {
        complaint = (complaint + String(chunk)).slice(-2000);
      }),
    );
    mine.on(
      "message",
      guard((received: unknown) => {
        if (child === mine) message(received as FromServer);
      }),
    );
    gone = new Promise((resolve) => {
      const over = (why: string): void => {
        if (child !== mine) return;
        child = undefined;
        resolve();
        if (closing) return;
        const recent = starts.filter((at) => performance.now() - at < period);
        starts.splice(0, starts.length, ...recent);
        const again = recent.length < mostStarts ? 0 : Math.ceil(period - (performance.now() - recent[0]!));
        restart = setTimeout(guard(start), again);
        ended(complaint === "" ? why : `${why}: ${complaint.trim().split("\n").slice(-12).join("\n")}`, again);
      };
      mine.on(
        "error",
        guard((error: Error) => over(error.message)),
      );
      mine.on(
        "exit",
        guard((code: number | null, signal: string | null) =>
          over(signal === null ? `exit code ${code}` : `signal ${signal}`),
        ),
      );
    });
    started();
  }

  return {
    get processId() {
      return child?.pid;
    },
    start,
    send(sent) {
      // A server that dies meanwhile is told everything when it starts again.
      if (child?.connected === true) child.send(sent, () => undefined);
    },
    giveUp() {
      closing = true;
      clearTimeout(restart);
    },
    async close() {
      this.giveUp();
      this.send({ kind: "close" });
      const mine = child;
      const kill = setTimeout(
        guard(() => mine?.kill("SIGKILL")),
        closingTime,
      );
      await gone;
      clearTimeout(kill);
    },
  };
}

function entry(): string {
  return import.meta.url.replace(/supervisor(\.[jt]s)$/, "serverProcess$1");
}

/** Returns the flags of this process that decide how modules are loaded. Those of a debugger or a profiler are not for two. */
function loaderFlags(flags: readonly string[]): string[] {
  const loaders = /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C)(=|$)/;
  return flags.flatMap((flag, index) => {
    const found = loaders.exec(flag);
    if (found === null) return [];
    const value = flags[index + 1];
    return found[1] === "=" || value === undefined ? [flag] : [flag, value];
  });
}
