/** A run as the server knows it: its name, its state, and where its rows are. */

import { join } from "node:path";
import type { AppliedCommand, Run, Settings } from "../arrow/row.ts";
import { iteratesFileName } from "../arrow/runFile.ts";
import { warn as hostWarn } from "../host.ts";
import { finishedSegment } from "./finishedSegment.ts";
import type { RunEnding, RunInfo } from "./messages.ts";
import type { Range } from "./render.ts";
import { fileSegment, memorySegment, type Segment } from "./segment.ts";
import type { SharedMessages } from "./sharedRender.ts";
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

export class ServedRun {
  /** Functions called when rows came, with their number of bytes, or with 0 when the run ended. */
  readonly watchers = new Set<(bytes: number) => void>();
  /** Messages sent last, by key, for other viewers who want the same. */
  readonly rendered = new Map<string, SharedMessages>();
  readonly #segments: Segment[] = [];
  #ending: RunEnding | undefined;
  #live = false;
  #paused = false;
  #run: Run;
  #settings: Settings;
  // Files that nobody has asked for yet.
  #unread: readonly FinishedFile[];
  #indexing: Iterator<undefined, Segment[]> | undefined;
  #turn: Promise<void> | undefined;
  #waiting = 0;
  #closed = false;

  /**
   * @param earlier files of attempts that are over; they are read when somebody first wants rows
   * @param opened time at which the run was first known, in milliseconds since 1970
   * @param warn gets one line for each damaged part of its files
   */
  constructor(
    readonly name: string,
    run: Run,
    earlier: readonly FinishedFile[] = [],
    ending?: RunEnding,
    private readonly opened = Date.now(),
    private readonly warn: (message: string) => void = hostWarn,
  ) {
    this.#run = run;
    this.#settings = run.settings;
    this.#unread = earlier;
    this.#ending = ending;
  }

  get live(): boolean {
    return this.#live;
  }
  get ending(): RunEnding | undefined {
    return this.#ending;
  }
  get attempt(): number {
    return this.#run.attempt;
  }

  /** All attempts that were read, the oldest first. Call `prepare` first. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Whether the files of all earlier attempts were read. */
  get isPrepared(): boolean {
    return this.#unread.length === 0;
  }

  /**
   * Reads the files of earlier attempts, if that was not yet done, a few milliseconds at a time. Several callers share
   * the work, and it goes on only as long as one of them wants it.
   *
   * @returns whether the segments are ready; false: nobody wanted them any more
   * @throws ERR_RUN_FILE, ERR_ARROW_FORMAT ... if a file cannot be read
   */
  async prepare(wanted: () => boolean): Promise<boolean> {
    this.#waiting++;
    try {
      while (this.#unread.length > 0) {
        if (this.#closed || !wanted()) return false;
        this.#turn ??= nextTurn().then(() => this.#index());
        await this.#turn;
      }
      return true;
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) this.#stopIndexing();
    }
  }

  #index(): void {
    this.#turn = undefined;
    this.#indexing ??= readAll(this.#unread, this.warn);
    try {
      const done = advance(this.#indexing);
      if (done === undefined) return;
      this.#segments.unshift(...done.result);
      this.#unread = [];
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

  /** Begins a new attempt, whose batches will be appended. With a directory, its file there is read, never written. */
  openAttempt(run: Run, header: Uint8Array, directory: string | undefined, memoryLimit: number): void {
    this.#run = run;
    this.#settings = run.settings;
    this.#ending = undefined;
    this.#live = true;
    this.#paused = false;
    this.#segments.push(
      directory === undefined
        ? memorySegment(header, run.attempt, memoryLimit)
        : fileSegment(join(directory, iteratesFileName(run.attempt)), header, run.attempt, this.warn),
    );
  }

  append(bytes: Uint8Array, firstStep: number, lastStep: number, rows: number): void {
    this.#segments.at(-1)!.append(bytes, firstStep, lastStep, rows);
    for (const watcher of this.watchers) watcher(bytes.length);
  }

  /** Takes note of a batch of `bytes` bytes that stands next in the file of the newest attempt. */
  appendPlace(bytes: number, firstStep: number, lastStep: number, rows: number): void {
    this.#segments.at(-1)!.appendPlace(bytes, firstStep, lastStep, rows);
    for (const watcher of this.watchers) watcher(bytes);
  }

  /** Says that `count` batches, which were in memory only, will not come. */
  drop(count: number): void {
    this.#segments.at(-1)?.drop(count);
  }

  end(ending: RunEnding): void {
    this.#live = false;
    this.#paused = false;
    this.#ending = ending;
    for (const watcher of this.watchers) watcher(0);
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
    return this.#segments.reduce((sum, segment, index) => {
      const upToStep = this.#nextAttempt(index);
      return sum + segment.countRows(fromStep, upToStep);
    }, 0);
  }

  /** Returns the position after everything that is there now. */
  newestPlace(): Cursor {
    const { length } = this.#segments;
    return { segment: Math.max(0, length - 1), batch: this.#segments.at(-1)?.end ?? 0 };
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
    return this.#segments.some((segment, index) => {
      if (index < from.segment || index > before.segment) return false;
      const begin = index === from.segment ? from.batch : 0;
      const end = index === before.segment ? before.batch : segment.end;
      return begin < end && begin < segment.begin;
    });
  }

  #lost(index: number, from: number): { readonly lostBefore?: number } {
    const segment = this.#segments[index];
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
    newest = this.#segments.length - 1,
  ): Range[] {
    const segment = this.#segments[index]!;
    const upToStep = Math.min(before, this.#nextAttempt(index, newest));
    const batches = segment
      .batches(Math.max(from, segment.begin), Math.min(to, segment.end))
      .filter((batch) => batch.lastStep >= fromStep && batch.firstStep < upToStep);
    if (batches.length === 0) return [];
    return [{ segment: index, header: segment.header, batches, fromStep, upToStep }];
  }

  /** Returns the first step of attempts after one: the newest attempt wins from its first step on. */
  #nextAttempt(index: number, newest = this.#segments.length - 1): number {
    return this.#segments
      .slice(index + 1, newest + 1)
      .reduce((least, { firstStep }) => Math.min(least, firstStep ?? least), Number.POSITIVE_INFINITY);
  }

  /** Takes note of what a command did, as far as viewers show it. */
  note(outcome: AppliedCommand): void {
    if (outcome.refused !== undefined) return;
    if (outcome.type === "pause" || outcome.type === "step") this.#paused = true;
    if (outcome.type === "resume" || outcome.type === "stop") this.#paused = false;
    if (outcome.type !== "set" || outcome.setting === undefined || outcome.value === undefined) return;
    const setting = this.#settings[outcome.setting];
    if (setting !== undefined)
      this.#settings = { ...this.#settings, [outcome.setting]: { ...setting, value: outcome.value } };
  }

  info(steerable: boolean): RunInfo {
    const unread = this.#unread.map(({ attempt }) => ({ attempt, file: iteratesFileName(attempt) }));
    const known = this.#segments.map(({ attempt, path, rows, bytes }) => {
      return { attempt, rows, bytes, ...(path === undefined ? {} : { file: iteratesFileName(attempt) }) };
    });
    const firstStep = this.#segments.find((segment) => segment.firstStep !== undefined)?.firstStep;
    const lastStep =
      this.#segments.findLast((segment) => segment.lastStep !== undefined)?.lastStep ?? this.#ending?.step;
    return {
      name: this.name,
      attempt: this.#run.attempt,
      attempts: [...unread, ...known].sort((a, b) => a.attempt - b.attempt),
      live: this.#live,
      paused: this.#paused,
      steerable: steerable && this.#live,
      opened: this.opened,
      columns: this.#run.columns,
      settings: this.#settings,
      ...(firstStep === undefined ? {} : { firstStep }),
      ...(lastStep === undefined ? {} : { lastStep }),
      ...(this.#run.description === undefined ? {} : { description: this.#run.description }),
      ...(this.#ending === undefined ? {} : { ending: this.#ending }),
    };
  }

  /** Returns the path of an attempt's file; undefined: the attempt is unknown or in memory only. */
  fileOf(attempt: number): string | undefined {
    return (
      this.#unread.find((file) => file.attempt === attempt)?.path ??
      this.#segments.find((segment) => segment.attempt === attempt)?.path
    );
  }

  close(): void {
    this.#closed = true;
    this.#stopIndexing();
    for (const segment of this.#segments) segment.close();
  }
}

function* readAll(files: readonly FinishedFile[], warn: (message: string) => void): Generator<undefined, Segment[]> {
  const segments: Segment[] = [];
  for (const { path, attempt } of [...files].sort((first, second) => first.attempt - second.attempt)) {
    const segment = yield* finishedSegment(path, attempt, warn);
    if (segment !== undefined) segments.push(segment);
  }
  return segments;
}
