/** The searches of a campaign that are still to be done, in rounds: a first one, then what is missing, one by one. */
import { type Failure, FailureFollower, noteFailures } from "./failures.ts";
import { formatIndices, IndexBits, type IndexRanges, indicesOf } from "./indexSet.ts";
import { type EndBatch, PartFollower } from "./partReader.ts";
import { Tally, type TallySnapshot } from "./tally.ts";
import { takeLostSearches } from "./underWay.ts";

/** Times that a search may fail before it is set aside. */
export const mostAttempts = 3;

/** A search that failed as often as it may. */
export interface SetAside {
  readonly search: number;
  /** Cause of its last failure. */
  readonly cause: string;
  /** Names of the workers on which it failed. */
  readonly workers: readonly string[];
}

/** A campaign, as the process sees it that divides its work. */
export class Work {
  readonly tally: Tally;
  /** Number of searches that this process has to see done. */
  readonly wanted: number;
  /** Number of the round, from 1. */
  round = 1;
  readonly #follower: PartFollower;
  readonly #failures: FailureFollower;
  /** Searches during which a process was lost, and how often. */
  readonly #suspects = new Map<number, number>();
  /** Search that comes next, since it did not fit into a chunk. */
  #held: number | undefined;
  readonly #attempts = new Map<number, { count: number; cause: string; workers: Set<string> }>();
  #open: Iterator<number, void>;

  /**
   * @param ranges the searches that are wanted
   * @param onForeign called where a part of another campaign lies in the directory; what it throws comes out
   * @param onEnds called with each batch, and those of its rows that end searches which had not ended before
   * @param forgiven whether searches are run however often their process was lost while they ran
   */
  constructor(
    directory: string,
    private readonly count: number,
    private readonly ranges: IndexRanges,
    private readonly onForeign: (worker: string, campaign: string) => void,
    private readonly onEnds: (batch: EndBatch, rows: readonly number[]) => void = () => {},
    forgiven = false,
  ) {
    this.tally = new Tally(new IndexBits(count));
    this.#follower = new PartFollower(directory);
    this.#failures = new FailureFollower(directory);
    for (const { search, worker } of takeLostSearches(directory)) {
      noteFailures(directory, worker, [{ search, cause: "its process was lost while it ran", lost: true }]);
    }
    // Other failures of an earlier session do not count: its causes may be gone.
    for (const failure of this.#failures.read()) {
      if (failure.lost !== true) continue;
      this.#suspects.set(failure.search, (this.#suspects.get(failure.search) ?? 0) + 1);
      if (!forgiven) this.failed(failure);
    }
    this.look();
    let wanted = 0;
    for (const _ of indicesOf(ranges, count)) wanted++;
    this.wanted = wanted;
    this.#open = this.#missing();
  }

  /** Takes what the workers have written since the last look. */
  look(): void {
    this.#follower.read((batch) => {
      this.onForeign(batch.worker, batch.campaign);
      this.onEnds(batch, this.tally.take(batch));
    });
    for (const failed of this.#failures.read()) this.failed(failed);
  }

  /** Notes that a search has failed. */
  failed({ search, cause, worker, times = 1 }: Failure): void {
    const known = this.#attempts.get(search) ?? { count: 0, cause, workers: new Set<string>() };
    known.count += times;
    known.cause = cause;
    known.workers.add(worker);
    this.tally.failed(worker);
    this.#attempts.set(search, known);
  }

  /** Gives the next searches of the round, as a set of indices; undefined: the round has none left. */
  next(size: number): string | undefined {
    const indices: number[] = [];
    while (indices.length < size) {
      const value = this.#held ?? this.#open.next().value;
      this.#held = undefined;
      if (value === undefined) break;
      // A search that may kill its process takes no other one with it.
      const alone = this.#suspects.has(value);
      if (alone && indices.length > 0) {
        this.#held = value;
        break;
      }
      indices.push(value);
      if (alone) break;
    }
    return indices.length === 0 ? undefined : formatIndices(indices);
  }

  /** Begins another round with what is missing; false if nothing is. */
  again(): boolean {
    this.look();
    const { done } = this.#missing().next();
    if (done === true) return false;
    this.round++;
    this.#open = this.#missing();
    return true;
  }

  /** Number of wanted searches that have ended. */
  get doneOfWanted(): number {
    let done = 0;
    for (const index of indicesOf(this.ranges, this.count)) if (this.tally.done.has(index)) done++;
    return done;
  }

  /** Searches that failed too often. */
  get aside(): SetAside[] {
    return [...this.#attempts]
      .filter(([search, { count }]) => count >= mostAttempts && !this.tally.done.has(search))
      .sort(([a], [b]) => a - b)
      .map(([search, { cause, workers }]) => ({ search, cause, workers: [...workers] }));
  }

  /** Number of failures so far, including those of searches that ended later. */
  get failures(): number {
    let failures = 0;
    for (const { count } of this.#attempts.values()) failures += count;
    return failures;
  }

  snapshot(): TallySnapshot {
    return this.tally.snapshot();
  }

  /** Searches that are still to be done although a process was lost while they ran, and how often. They come last. */
  get suspects(): [search: number, times: number][] {
    return [...this.#suspects].filter(([search]) => this.#isOpen(search)).sort(([a, m], [b, n]) => m - n || a - b);
  }

  #isOpen(index: number): boolean {
    return !this.tally.done.has(index) && (this.#attempts.get(index)?.count ?? 0) < mostAttempts;
  }

  *#missing(): Generator<number, void, undefined> {
    const suspects = new Set<number>();
    for (const index of indicesOf(this.ranges, this.count)) {
      if (!this.#isOpen(index)) continue;
      if (this.#suspects.has(index)) suspects.add(index);
      else yield index;
    }
    for (const [index] of this.suspects) if (suspects.has(index)) yield index;
  }
}
