/** The process that writes a run, told apart from a later process with the same number. */
import { builtin, environment, thisHost } from "../host.ts";

/** A process as `run.json` names it. */
export interface WriterProcess {
  readonly pid: number;
  /** Name of the machine. */
  readonly host: string;
  /** Boot of the machine and start of the process, where the system tells them (Linux). */
  readonly started?: string;
  /** Namespace of process numbers, where the system tells it (Linux): that of a container is not that of its host. */
  readonly namespace?: string;
}

let assumed: WriterProcess | undefined;

/** Lets this thread write as another process, which tests need to look at what a killed one has left. */
export function assumeProcess(other: WriterProcess | undefined): void {
  assumed = other;
}

/** Number of this process. */
export function processNumber(): number {
  return assumed?.pid ?? thisHost("run.json").pid;
}

/** Describes this process. */
export function thisProcess(): WriterProcess {
  if (assumed !== undefined) return assumed;
  const { pid } = thisHost("run.json");
  const started = startOf(pid);
  const namespace = namespaceOfPids();
  return {
    pid,
    host: hostname(),
    ...(started === undefined ? {} : { started }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/**
 * Tells whether this process can see a process: same host, same boot, same namespace of process numbers. Of any other,
 * {@link isAlive} knows nothing.
 */
export function isVisible({ host, started, namespace }: WriterProcess): boolean {
  if (host !== hostname()) return false;
  const here = thisProcess();
  const boot = (text: string | undefined): string | undefined => text?.split("/", 1)[0];
  const same = (one: string | undefined, other: string | undefined): boolean =>
    one === undefined || other === undefined || one === other;
  // Two machines may have the same name, but not the same boot.
  return same(boot(started), boot(here.started)) && same(namespace, here.namespace);
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

/** Name of this machine. `FLUXION_HOST` gives it another one, where several machines have the same. */
function hostname(): string {
  return environment("FLUXION_HOST") || builtin("node:os", "run.json").hostname();
}

function namespaceOfPids(): string | undefined {
  try {
    return builtin("node:fs", "run.json").readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
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
