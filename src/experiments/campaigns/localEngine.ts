/** Runs the searches of a campaign in threads of this process. */
import type { CampaignThread } from "./campaignThread.ts";
import { noteFailures } from "./failures.ts";
import type { Assignment } from "./messages.ts";
import { removeMark } from "./underWay.ts";
import type { Work } from "./work.ts";

/** Seconds of work that a chunk should hold: long enough to cost nothing, short enough to lose nothing. */
const chunkSeconds = 0.5;
/** Most searches of a chunk. */
const mostInChunk = 5000;

/** Deaths of threads one after the other, without a chunk that was done, at which a campaign ends. */
const mostDeaths = 10;

/** How many searches a chunk should have, given the mean seconds of a search. */
function chunkSize(meanSeconds: number | undefined): number {
  if (meanSeconds === undefined) return 1;
  return Math.max(1, Math.min(mostInChunk, Math.round(chunkSeconds / Math.max(meanSeconds, 1e-9))));
}

/**
 * How many searches a chunk has in a round. A chunk that was lost comes back in pieces, in the end search by search, so
 * that one search which kills its worker takes few others with it.
 */
export function chunkOfRound(round: number, meanSeconds: number | undefined): number {
  return Math.max(1, chunkSize(meanSeconds) >> Math.min(30, 3 * (round - 1)));
}

/** Whether an error says that nothing can be written any more. */
export function cannotWrite(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === "ERR_WRITE";
}

/** A place for one thread, which gets another one when its thread dies. */
export interface ThreadPlace {
  /** Starts a thread; called once at the beginning, and again after a death. */
  readonly start: () => CampaignThread;
  /** Makes the assignment of a thread, whose worker has a new name each time. */
  readonly assignment: () => Assignment;
}

/** What the engine tells. */
interface LocalEngineOptions {
  readonly work: Work;
  readonly directory: string;
  readonly places: readonly ThreadPlace[];
  /** Aborted: no further search begins, and those under way end or save a checkpoint. */
  readonly signal: AbortSignal;
  /** Called when a thread has died, with the cause. */
  readonly onDeath: (cause: string) => void;
}

/** Runs all that is to be done. Resolves when nothing is missing that could be done, or after a stop. */
export async function runLocally(options: LocalEngineOptions): Promise<void> {
  const { work, signal } = options;
  do await Promise.all(options.places.map((place) => workAt(place, options)));
  while (!signal.aborted && work.again());
}

async function workAt(place: ThreadPlace, { work, directory, signal, onDeath }: LocalEngineOptions): Promise<void> {
  let mean: number | undefined;
  let deaths = 0;
  let next = work.next(size());
  while (next !== undefined && !signal.aborted) {
    const thread = place.start();
    const assignment = place.assignment();
    // A process that is told to end, and killed when it takes too long, is not lost by its search.
    const unmark = (): void => removeMark(directory, assignment.worker);
    const stop = (): void => {
      unmark();
      thread.stop();
    };
    process.once("exit", unmark);
    signal.addEventListener("abort", stop, { once: true });
    try {
      // What keeps a thread from its first search would keep every other one from it too.
      await thread.prepared;
      thread.assign(assignment);
      while (next !== undefined && !signal.aborted) {
        let worked: Awaited<ReturnType<CampaignThread["work"]>>;
        try {
          worked = await thread.work(next);
        } catch (error) {
          // A full disk is not the fault of a search, and is as full for the next thread.
          if (cannotWrite(error)) throw error;
          const cause = (error as Error).message;
          // Of a chunk nobody knows which search it was. In the next round each one comes alone.
          if (/^\d+$/.test(next)) {
            noteFailures(directory, assignment.worker, [{ search: Number(next), cause: `its thread died: ${cause}` }]);
          }
          onDeath(cause);
          // What kills every thread is not the fault of a search.
          if (++deaths === mostDeaths) throw error;
          next = work.next(size());
          break;
        }
        noteFailures(directory, assignment.worker, worked.failed);
        deaths = 0;
        if (worked.runs > 0) mean = worked.seconds / worked.runs;
        next = work.next(size());
      }
    } finally {
      signal.removeEventListener("abort", stop);
      await thread.close();
      process.off("exit", unmark);
      unmark();
    }
  }
  function size(): number {
    return chunkOfRound(work.round, mean ?? work.tally.meanSeconds);
  }
}
