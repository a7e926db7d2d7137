import { type ChildProcess, spawn } from "node:child_process";
import { checkProgram, commandWords } from "./commandWords.ts";
import { type Courier, type CourierSpec, makeCourier, type Outcome } from "./courier.ts";
import { noticeText } from "./notice.ts";

interface CommandCourierOptions extends Pick<CourierSpec, "most" | "onDelivered" | "warn"> {
  /** Seconds after which the command is ended. */
  readonly limit: number;
}

/** Variables of the environment that hold secrets of fluxion. */
const secrets: readonly string[] = ["FLUXION_TOKEN", "FLUXION_READ_TOKEN"];
/** Milliseconds between asking a command to end and ending it. */
const grace = 1000;
/** Number of characters of its last words that are shown. */
const lastWords = 300;

/**
 * Makes a courier that runs a command for each notice: one at a time, with the notice as JSON on its standard input.
 *
 * @throws ERR_OPTION_RANGE for a command that cannot be run
 */
export function commandCourier(who: string, command: string, options: CommandCourierOptions): Courier {
  const [program, ...given] = commandWords(who, command);
  checkProgram(who, program!);
  const { limit, ...rest } = options;
  return makeCourier({
    ...rest,
    name: who,
    // It may have done its work before it failed, so that it is not run again.
    tries: 1,
    retryAfter: 0,
    deliver: (notice, signal) => runOnce(program!, given, `${noticeText(notice)}\n`, 1000 * limit, signal),
  });
}

function runOnce(
  program: string,
  given: readonly string[],
  input: string,
  limit: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const env = { ...process.env };
  for (const name of secrets) delete env[name];
  return new Promise((resolve) => {
    let words = "";
    let late: string | undefined;
    const child = spawn(program, given, {
      shell: false,
      // A group of its own, so that its children end with it, and Ctrl-C in the terminal does not reach it.
      detached: process.platform !== "win32",
      stdio: ["pipe", "ignore", "pipe"],
      windowsHide: true,
      env,
    });
    const end = (why: string) => (): void => {
      late ??= why;
      kill(child, "SIGTERM");
      setTimeout(() => kill(child, "SIGKILL"), grace).unref();
    };
    const timer = setTimeout(end(`the command took longer than ${limit / 1000} s and was ended`), limit);
    const aborted = end("the command was ended, since the run is over");
    signal.addEventListener("abort", aborted, { once: true });
    const done = (outcome: Outcome): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
      resolve(outcome);
    };
    child.on("error", (error) => done({ how: "failed", why: error.message, again: false }));
    child.stderr?.on("data", (bytes: Buffer) => {
      words = (words + bytes.toString("utf8")).slice(-lastWords);
    });
    // A command need not read what it is told.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    // Not `close`: what the command left running in the background may keep its standard error open.
    child.on("exit", (code, by) => {
      child.stderr?.destroy();
      if (late !== undefined) return done({ how: "failed", why: late, again: false });
      if (code === 0) return done({ how: "delivered" });
      const said = words.trim() === "" ? "" : `: ${words.trim()}`;
      const how = by === null ? `exit code ${code}` : `signal ${by}`;
      done({ how: "failed", why: `the command ended with ${how}${said}`, again: false });
    });
  });
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === "win32" || child.pid === undefined) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}
