/** The rows of a run that is served: its attempts as segments, and what a viewer has not seen of them. */
import { statSync } from "node:fs";
import { endOfAttempt } from "../arrow/attemptFiles.ts";
import { isFluxionError } from "../errors.ts";
import { finishedSegment } from "./finishedSegment.ts";
import type { Range } from "./rows/chosenBatches.ts";
import type { Segment } from "./segment.ts";
import { advance, nextTurn } from "./turns.ts";

/** Position of a viewer: the batch to be sent next. */
export interface Cursor {
  readonly segment: number;
  readonly batch: number;
}

/** Rows that a viewer has not seen yet, and its position after them. */
export interface Stretch {
  /** Rows to send, none of them empty; an empty list: all rows up to `after` are left out. */
  readonly ranges: readonly Range[];
  readonly after: Cursor;
  /** Step before which rows were kept in memory only and were dropped. */
  readonly lostBefore?: number;
}

/** The file of an attempt that is over. */
export interface FinishedFile {
  readonly path: string;
  readonly attempt: number;
}

export class RunRows {
  protected readonly known: Segment[] = [];
  /** Files that nobody has asked for yet. */
  protected unread: readonly FinishedFile[];
  #indexing: Iterator<undefined, Segment[]> | undefined;
  #turn: Promise<void> | undefined;
  #waiting = 0;
  #closed = false;
  /** How much of the files of earlier attempts has been looked through. */
  readonly #walk = { bytes: 0, of: 0 };

  /**
   * @param earlier files of attempts that are over; they are read when somebody first wants rows
   * @param warn gets one line for each damaged part of its files
   */
  constructor(
    earlier: readonly FinishedFile[],
    protected readonly warn: (message: string) => void,
  ) {
    this.unread = earlier;
  }

  /** All attempts that were read, the oldest first. Call `prepare` first. */
  get segments(): readonly Segment[] {
    return this.known;
  }

  /** Whether the files of all earlier attempts were read. */
  get isPrepared(): boolean {
    return this.unread.length === 0;
  }

  /**
   * Reads the files of earlier attempts, if that was not yet done, a few milliseconds at a time. Several callers share
   * the work, and it goes on only as long as one of them wants it.
   *
   * @param walked is told now and then how many bytes of how many have been looked through
   * @returns whether the segments are ready; false: nobody wanted them any more
   * @throws ERR_RUN_FILE, ERR_ARROW_FORMAT ... if a file cannot be read
   */
  async prepare(wanted: () => boolean, walked?: (bytes: number, of: number) => void): Promise<boolean> {
    this.#waiting++;
    try {
      while (this.unread.length > 0) {
        if (this.#closed || !wanted()) return false;
        this.#turn ??= nextTurn().then(() => this.#index());
        await this.#turn;
        walked?.(this.#walk.bytes, this.#walk.of);
      }
      return true;
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) this.#stopIndexing();
    }
  }

  #index(): void {
    this.#turn = undefined;
    this.#indexing ??= readAll(this.unread, this.warn, this.known.length > 0, this.#walk);
    try {
      const done = advance(this.#indexing);
      if (done === undefined) return;
      this.known.unshift(...done.result);
      this.unread = [];
      this.#indexing = undefined;
    } catch (error) {
      this.#indexing = undefined;
      throw error;
    }
  }
  /** Closes the file that is being read. */
  #stopIndexing(): void {
    this.#indexing?.return?.();
    this.#indexing = undefined;
  }

  /**
   * Returns everything from a cursor to now, of the steps from `fromStep` up to before `upToStep`. Of an older attempt,
   * steps that a newer one did again are left out.
   */
  stretch(cursor: Cursor, fromStep: number, upToStep = Number.POSITIVE_INFINITY): Stretch {
    const segments = this.segments;
    const ranges: Range[] = [];
    let lost: { readonly lostBefore?: number } = {};
    for (let index = cursor.segment; index < segments.length; index++) {
      const begin = index === cursor.segment ? cursor.batch : 0;
      ranges.push(...this.#range(index, begin, Number.POSITIVE_INFINITY, fromStep, upToStep));
      if (lost.lostBefore === undefined) lost = this.#lost(index, begin);
    }
    return { ranges, after: this.newestPlace(), ...lost };
  }

  /** Returns the number of rows of batches that reach `fromStep`; a long history has too many of them for objects. */
  countRows(fromStep: number): number {
    return this.known.reduce((sum, segment, index) => {
      const upToStep = this.#endOf(index);
      return sum + segment.countRows(fromStep, upToStep);
    }, 0);
  }

  /** Returns the position after everything that is there now. */
  newestPlace(): Cursor {
    const { length } = this.known;
    return { segment: Math.max(0, length - 1), batch: this.known.at(-1)?.end ?? 0 };
  }

  /** Returns the next batches of one attempt, about `mostBytes` bytes; undefined: there are no more before `before`. */
  piece(
    cursor: Cursor,
    fromStep: number,
    mostBytes: number,
    upToStep = Number.POSITIVE_INFINITY,
    before: Cursor = this.newestPlace(),
  ): Stretch | undefined {
    const segments = this.segments;
    for (let index = cursor.segment; index <= before.segment && index < segments.length; index++) {
      const segment = segments[index]!;
      const from = index === cursor.segment ? cursor.batch : 0;
      const begin = Math.max(from, segment.begin);
      const last = index === before.segment ? before.batch : segment.end;
      const end = Math.min(last, segment.endOfPiece(begin, fromStep, mostBytes));
      if (end <= begin) continue;
      const ranges = this.#range(index, begin, end, fromStep, upToStep, before.segment);
      return { ranges, after: { segment: index, batch: end }, ...this.#lost(index, from) };
    }
    return undefined;
  }

  /** Whether batches between two positions, which were in memory only, have been dropped. */
  isLost(from: Cursor, before: Cursor): boolean {
    return this.known.some((segment, index) => {
      if (index < from.segment || index > before.segment) return false;
      const begin = index === from.segment ? from.batch : 0;
      const end = index === before.segment ? before.batch : segment.end;
      return begin < end && begin < segment.begin;
    });
  }

  /** Returns what is left of a range since a newer attempt did some of its steps again; undefined: nothing. */
  stillWanted(range: Range): Range | undefined {
    const upToStep = Math.min(range.upToStep, this.#endOf(range.segment));
    if (upToStep >= range.upToStep) return range;
    const batches = range.batches.filter((batch) => batch.firstStep < upToStep);
    return batches.length === 0 ? undefined : { ...range, batches, upToStep };
  }

  #lost(index: number, from: number): { readonly lostBefore?: number } {
    const segment = this.known[index];
    const first =
      segment === undefined || from >= segment.begin ? undefined : segment.batches(segment.begin, segment.begin + 1)[0];
    return first === undefined ? {} : { lostBefore: first.firstStep };
  }

  #range(
    index: number,
    from: number,
    to: number,
    fromStep: number,
    before: number,
    newest = this.known.length - 1,
  ): Range[] {
    const segment = this.known[index]!;
    const upToStep = Math.min(before, this.#endOf(index, newest));
    const batches = segment
      .batches(Math.max(from, segment.begin), Math.min(to, segment.end))
      .filter((batch) => batch.lastStep >= fromStep && batch.firstStep < upToStep);
    if (batches.length === 0) return [];
    return [{ segment: index, header: segment.header, batches, fromStep, upToStep }];
  }

  /** The step before which the rows of a segment count, up to the newest segment that is looked at. */
  #endOf(index: number, newest = this.known.length - 1): number {
    if (index >= newest) return Number.POSITIVE_INFINITY;
    const firstSteps = this.known.map((segment, each) => (each > index ? segment.firstWholeStep : undefined));
    return endOfAttempt(firstSteps, index, newest);
  }

  /** Returns the path of an attempt's file; undefined: the attempt is unknown or in memory only. */
  fileOf(attempt: number): string | undefined {
    return (
      this.unread.find((file) => file.attempt === attempt)?.path ??
      this.known.find((segment) => segment.attempt === attempt)?.path
    );
  }

  close(): void {
    this.#closed = true;
    this.#stopIndexing();
    for (const segment of this.known) segment.close();
  }
}

/**
 * Reads files of attempts. One of which nothing can be read must not hide the others.
 *
 * @param others whether there are further attempts, which have been read already
 * @param walk is kept up to date
 * @throws the first error if no attempt can be read
 */
function* readAll(
  files: readonly FinishedFile[],
  warn: (message: string) => void,
  others: boolean,
  walk: { bytes: number; of: number },
): Generator<undefined, Segment[]> {
  const segments: Segment[] = [];
  const errors: Error[] = [];
  const lengthOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  walk.of = files.reduce((sum, { path }) => sum + lengthOf(path), 0);
  let before = 0;
  for (const { path, attempt } of [...files].sort((first, second) => first.attempt - second.attempt)) {
    try {
      const segment = yield* finishedSegment(path, attempt, warn, (bytes) => {
        walk.bytes = before + bytes;
      });
      if (segment !== undefined) segments.push(segment);
    } catch (error) {
      if (!isFluxionError(error)) throw error;
      errors.push(error);
    }
    before += lengthOf(path);
  }
  const [first] = errors;
  if (first !== undefined && segments.length === 0 && !others) throw first;
  for (const { message } of errors) warn(message);
  return segments;
}
