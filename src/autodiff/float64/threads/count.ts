import { failure } from "../../../errors.ts";
import { bare, builtin, environment } from "../../../host.ts";
import { describeBlas } from "../../../linalg/blas/blas.ts";

/** Most threads that work on one field. */
const most = 64;

/** Number of searches that run beside each other, if this thread was told. */
let searches: number | undefined;

/** Tells this thread that so many searches run at once, each in a thread like this one, and share the processors. */
export function shareProcessors(among: number): void {
  searches = among;
}

/** Number of threads like this one that may run beside each other: the searches, if it was told, else one a processor. */
export function neighbours(): number {
  if (searches !== undefined || bare || builtin("node:worker_threads", "threads").isMainThread) return searches ?? 1;
  return builtin("node:os", "threads").availableParallelism();
}

/**
 * Number of threads that may work on one field.
 *
 * A field's own option says it, else `FLUXION_THREADS`. Without either the main thread takes all processors that the
 * process may use, and the threads of a campaign share them; any other worker thread takes one. A browser and Deno have
 * one, and so has a BLAS that was built for one thread, whose functions may not be called from several.
 *
 * @throws {RangeError} ERR_OPTION_RANGE if the option or the variable is not a number of threads
 */
export function threadCount(own?: number): number {
  const said = environment("FLUXION_THREADS");
  const variable = said === undefined || said === "" ? undefined : Number(said);
  const count = own ?? variable ?? usual();
  if (!Number.isInteger(count) || count < 1) {
    const [who, got] = own === undefined ? ["FLUXION_THREADS", `"${said}"`] : ["threads", String(own)];
    throw failure("ERR_OPTION_RANGE", `${who}: expected a number of threads, 1 or more, got ${got}`);
  }
  if (count === 1 || !canShare() || describeBlas().configuration?.includes("SINGLE_THREADED") === true) return 1;
  return Math.min(count, most);
}

function usual(): number {
  if (!canShare()) return 1;
  const among = searches ?? (builtin("node:worker_threads", "threads").isMainThread ? 1 : Number.POSITIVE_INFINITY);
  return Math.max(1, Math.floor(builtin("node:os", "threads").availableParallelism() / among));
}

function canShare(): boolean {
  return !bare && !("Deno" in globalThis) && typeof SharedArrayBuffer === "function";
}
