import { failure } from "../../../errors.ts";
import { bare, builtin, environment } from "../../../host.ts";
import { describeBlas } from "../../../linalg/blas/blas.ts";

/** Most threads that work on one field. */
const most = 64;

/**
 * Number of threads that may work on one field.
 *
 * `FLUXION_THREADS` says it. Without it the main thread takes all processors that the process may use, and a worker thread
 * takes one, since others of its kind run beside it. A browser and Deno have one, and so has a BLAS that was built for one
 * thread, whose functions may not be called from several.
 *
 * @throws {RangeError} ERR_OPTION_RANGE if the variable is not a number of threads
 */
export function threadCount(): number {
  const wanted = environment("FLUXION_THREADS");
  const count = wanted === undefined || wanted === "" ? usual() : Number(wanted);
  if (!Number.isInteger(count) || count < 1) {
    throw failure("ERR_OPTION_RANGE", `FLUXION_THREADS: expected a number of threads, 1 or more, got "${wanted}"`);
  }
  if (count === 1 || !canShare() || describeBlas().configuration?.includes("SINGLE_THREADED") === true) return 1;
  return Math.min(count, most);
}

function usual(): number {
  if (!canShare() || !builtin("node:worker_threads", "threads").isMainThread) return 1;
  return builtin("node:os", "threads").availableParallelism();
}

function canShare(): boolean {
  return !bare && !("Deno" in globalThis) && typeof SharedArrayBuffer === "function";
}
