/** The process that writes a run, told apart from a later process with the same number. */
import { builtin, thisHost } from "../host.ts";

/** A process as `run.json` names it. */
export interface WriterProcess {
  readonly pid: number;
  /** Name of the machine. */
  readonly host: string;
  /** Boot of the machine and start of the process, where the system tells them (Linux). */
  readonly started?: string;
}

/** Describes this process. */
export function thisProcess(): WriterProcess {
  const { pid } = thisHost("run.json");
  const started = startOf(pid);
  return { pid, host: hostname(), ...(started === undefined ? {} : { started }) };
}

/** Tells whether a process is still alive. A process on another machine is assumed to be. */
export function isAlive({ pid, host, started }: WriterProcess): boolean {
  if (host !== hostname()) return true;
  try {
    thisHost("run.json").kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  // Containers begin at the same small numbers each time, so a number that is in use proves little.
  const now = startOf(pid);
  return started === undefined || now === undefined || started === now;
}

function hostname(): string {
  return builtin("node:os", "run.json").hostname();
}

function startOf(pid: number): string | undefined {
  try {
    const { readFileSync } = builtin("node:fs", "run.json");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses, which may contain anything. The 22nd is the start time.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}
