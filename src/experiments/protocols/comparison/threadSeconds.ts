import { readFileSync } from "node:fs";

/** Where Linux says how long a thread has computed, in nanoseconds, whichever thread reads it. */
const schedule = "/proc/thread-self/schedstat";

let isThere: boolean | undefined;

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
      const seconds = Number(readFileSync(schedule, "latin1").split(" ", 1)[0]) / 1e9;
      isThere = seconds > 0;
      if (isThere) return seconds;
    } catch {
      isThere = false;
    }
  }
  return performance.now() / 1000;
}
