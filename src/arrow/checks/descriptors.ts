/** Descriptors that a thread which writes files keeps in reserve, for times when the process has none left. */
import { builtin, thisHost } from "../../host.ts";

/** Number of descriptors in the reserve of a thread. */
const reserved = 4;
/** Milliseconds for which a call waits for a descriptor when the reserve is used up as well. */
const patience = 5000;
const reserve: number[] = [];
let begun = false;
let told = false;
let release: () => boolean = () => false;

/** Sets the function that gives a descriptor free which its owner can do without for a while; false: it has none. */
export function onScarcity(give: () => boolean): void {
  release = give;
}

/** Puts back what was borrowed from the reserve. Called after a file was closed, before anything else can take its place. */
export function refillReserve(): void {
  if (begun) fillReserve();
}

/** Begins the reserve of this thread, unless it has one. */
export function keepReserve(): void {
  if (!begun) fillReserve();
}

function fillReserve(): void {
  begun = true;
  const { openSync } = builtin("node:fs", "the reserve of descriptors");
  const { devNull } = builtin("node:os", "the reserve of descriptors");
  try {
    while (reserve.length < reserved) reserve.push(openSync(devNull, "r"));
  } catch {
    // The next call that closes a file tries again.
  }
}

/**
 * Does something that opens a file. Where the process, or the machine, has too many open, a descriptor of the reserve
 * makes room; then one that can be opened again; then the call waits. The user is told, once per shortage.
 *
 * The first call of a thread begins its reserve. A thread that waits cannot close files itself, so this helps if other
 * threads or processes do.
 */
export function whenScarce<T>(path: string, call: () => T): T {
  keepReserve();
  const until = performance.now() + patience;
  for (;;) {
    try {
      const result = call();
      if (reserve.length === reserved) told = false;
      else fillReserve();
      return result;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EMFILE" && code !== "ENFILE") throw error;
      tell(code, path);
      const spare = reserve.pop();
      if (spare !== undefined) builtin("node:fs", "the reserve of descriptors").closeSync(spare);
      else if (!release()) {
        if (performance.now() >= until) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      }
    }
  }
}

/**
 * Does something that opens a file for reading. In a thread that writes files, the reserve helps, since a run may have to
 * read what it wrote before; any other thread fails at once, as a server must that answers others meanwhile.
 */
export function withReserve<T>(path: string, call: () => T): T {
  return begun ? whenScarce(path, call) : call();
}

function tell(code: string, path: string): void {
  if (told) return;
  told = true;
  const whose = code === "EMFILE" ? "this process has" : "this machine has";
  thisHost("the reserve of descriptors").stderr.write(
    `fluxion: too many files are open (${code}; ${whose} no descriptor left, see \`ulimit -n\`): ` +
      `${path} is opened from the run's reserve\n`,
  );
}
