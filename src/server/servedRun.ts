/** A run as the server knows it: its name, its state, and where its rows are. */

import { join } from "node:path";
import type { AppliedCommand, Run, Settings } from "../arrow/row.ts";
import { iteratesFileName } from "../arrow/runFile.ts";
import { warn as hostWarn } from "../host.ts";
import type { RunCells, RunEnding, RunInfo } from "./messages.ts";
import type { SharedMessages } from "./rows/sharedRender.ts";
import { type FinishedFile, RunRows } from "./runRows.ts";
import { fileSegment, memorySegment } from "./segment.ts";

export class ServedRun extends RunRows {
  // Made when somebody looks: of 100,000 runs few are looked at.
  #watchers: Set<(bytes: number) => void> | undefined;
  #rendered: Map<string, SharedMessages> | undefined;
  #ending: RunEnding | undefined;
  #live = false;
  #paused = false;
  #run: Run;
  #settings: Settings;
  #cells: RunCells | undefined;

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
    warn: (message: string) => void = hostWarn,
  ) {
    super(earlier, warn);
    this.#run = run;
    this.#settings = run.settings;
    this.#ending = ending;
  }

  /** Functions called when rows came, with their number of bytes, or with 0 when the run ended. */
  get watchers(): Set<(bytes: number) => void> {
    this.#watchers ??= new Set();
    return this.#watchers;
  }
  /** Messages sent last, by key, for other viewers who want the same. */
  get rendered(): Map<string, SharedMessages> {
    this.#rendered ??= new Map();
    return this.#rendered;
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

  /** Begins a new attempt, whose batches will be appended. With a directory, its file there is read, never written. */
  openAttempt(run: Run, header: Uint8Array, directory: string | undefined, memoryLimit: number): void {
    this.#run = run;
    this.#settings = run.settings;
    this.#ending = undefined;
    this.#live = true;
    this.#paused = false;
    this.known.push(
      directory === undefined
        ? memorySegment(header, run.attempt, memoryLimit)
        : fileSegment(join(directory, iteratesFileName(run.attempt)), header, run.attempt, this.warn),
    );
  }

  append(bytes: Uint8Array, firstStep: number, lastStep: number, rows: number): void {
    this.known.at(-1)!.append(bytes, firstStep, lastStep, rows);
    for (const watcher of this.watchers) watcher(bytes.length);
  }

  /** Takes note of a batch of `bytes` bytes that stands next in the file of the newest attempt. */
  appendPlace(bytes: number, firstStep: number, lastStep: number, rows: number): void {
    this.known.at(-1)!.appendPlace(bytes, firstStep, lastStep, rows);
    for (const watcher of this.watchers) watcher(bytes);
  }

  /** Says that `count` batches, which were in memory only, will not come. */
  drop(count: number): void {
    this.known.at(-1)?.drop(count);
  }

  end(ending: RunEnding): void {
    this.#live = false;
    this.#paused = false;
    this.#ending = ending;
    for (const watcher of this.watchers) watcher(0);
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

  /** The rows of the files that nobody has asked for yet, to be read once and closed. */
  filesAlone(): RunRows {
    return new RunRows(this.unread, this.warn);
  }

  /** Takes the cells of the run's line in a table, in place of those before. */
  describe(cells: RunCells): void {
    this.#cells = cells;
  }

  info(steerable: boolean): RunInfo {
    const unread = this.unread.map(({ attempt }) => ({ attempt, file: iteratesFileName(attempt) }));
    const known = this.known.map(({ attempt, path, rows, bytes }) => {
      return { attempt, rows, bytes, ...(path === undefined ? {} : { file: iteratesFileName(attempt) }) };
    });
    const firstStep = this.known.find((segment) => segment.firstStep !== undefined)?.firstStep;
    const lastStep = this.known.findLast((segment) => segment.lastStep !== undefined)?.lastStep ?? this.#ending?.step;
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
      ...(this.#cells === undefined ? {} : { cells: this.#cells }),
    };
  }
}
