import { openSync, readSync } from "node:fs";

/** Where Linux says how long a thread has computed, in nanoseconds, whichever thread reads it. */
const schedule = "/proc/thread-self/schedstat";

/** The opened file, which stays that of the thread that opened it; undefined where the system has none. */
let file: number | undefined;
let isThere: boolean | undefined;
/** More than the three numbers of the file. */
const text = Buffer.alloc(128);

/**
 * Reads the seconds that the thread has computed, so that other work of the machine does not count. Where the system
 * does not tell them, they are seconds of the clock.
 *
 * Linux counts in ticks of some milliseconds, so that sums over many updates are right, and single ones are not. Threads of
 * a BLAS do not count; in a campaign of several threads there are none.
 */
export function threadSeconds(): number {
  if (isThere !== false) {
    try {
      file ??= openSync(schedule, "r");
      const length = readSync(file, text, 0, text.length, 0);
      const seconds = Number(text.toString("latin1", 0, length).split(" ", 1)[0]) / 1e9;
      isThere = seconds > 0;
      if (isThere) return seconds;
    } catch {
      isThere = false;
    }
  }
  return performance.now() / 1000;
}
