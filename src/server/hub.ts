/** The runs of a server: producers hand encoded batches in here, connections find them here. */

import { existsSync, lstatSync } from "node:fs";
import { attemptFilesIfAny } from "../arrow/attemptFiles.ts";
import type { Run } from "../arrow/row.ts";
import { iteratesFileName } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import { makeRunIntern, makeTextIntern } from "./list/intern.ts";
import type { RunCells, RunEnding } from "./messages.ts";
import type { FinishedFile } from "./runRows.ts";
import { ServedRun } from "./servedRun.ts";

/** Options of {@link Hub.open}. */
export interface OpenOptions {
  /**
   * Path of the run directory, if the same batches are appended to its file before they are handed in here. Default:
   * the server keeps them in memory.
   */
  readonly directory?: string;
}

const openRules = {
  directory: { expected: "the path of a run directory", is: (value: unknown) => typeof value === "string" },
} as const;

/**
 * What producers of rows use: a thread that gets encoded batches, or the sink `webSocket`. Once the server is closed,
 * all methods do nothing, so that a run goes on without its viewers.
 */
export interface Hub {
  /**
   * Makes a run known, or a further attempt of it.
   *
   * @param header the schema message with which the Arrow stream of the run begins
   * @returns the name under which the run is served: `run.name`, with `#2` while another run of that name is still
   *   going
   * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
   */
  open(run: Run, header: Uint8Array, options?: OpenOptions): string;
  /** Takes one record batch message with the rows `firstStep` ... `lastStep`. @throws ERR_RUN_NOT_OPEN */
  batch(name: string, bytes: Uint8Array, firstStep: number, lastStep: number, rows: number): void;
  /** Says that no more rows will come. A second call does nothing. @throws ERR_RUN_NOT_OPEN for an unknown name */
  close(name: string, ending: RunEnding): void;
  /**
   * Makes a run known that is over, from its directory.
   *
   * @param ending what viewers are told about how it ended
   * @returns the name under which the run is served
   * @throws ERR_RUN_FILE if the directory holds no rows
   */
  addFinished(run: Run, directory: string, ending?: RunEnding): string;
  /**
   * Says what stands in the table of runs beside a run, such as its experiment, seed, options and tags, in place of what
   * was said before.
   *
   * @throws ERR_RUN_NOT_OPEN for an unknown name, ERR_OPTION_TYPE for a cell that is neither a text nor a number
   */
  describe(name: string, cells: RunCells): void;
}

interface HubOptions {
  readonly memoryBytes: number;
  /** Called when a run was opened, closed or described. */
  readonly changed: (name: string) => void;
  /** Called when a run, or a further attempt of it, has become known. */
  readonly placed?: (name: string) => void;
  /** Called when a run is closed. */
  readonly ended: (name: string) => void;
  /** Gets one line for each damaged part of a file. */
  readonly warn: (message: string) => void;
}

export interface RunHub extends Hub {
  readonly runs: ReadonlyMap<string, ServedRun>;
  /** Names of those that go on. */
  readonly live: ReadonlySet<string>;
  /** Makes a run known under a name that was chosen elsewhere, or a further attempt of it. */
  place(attempt: PlacedAttempt): void;
  placeFinished(run: PlacedRun): void;
  /** Takes note of batches in the file of a run: for each its length, first step, last step and number of rows. */
  notePlaces(name: string, numbers: Float64Array): void;
  /** Releases files and memory. Rows that come afterwards are ignored. */
  closeAll(): void;
}

/** An attempt with its name. `opened` is the time at which the run was first known. */
interface PlacedAttempt {
  readonly name: string;
  readonly run: Run;
  readonly header: Uint8Array;
  readonly directory: string | undefined;
  readonly earlier: readonly FinishedFile[];
  readonly opened?: number;
}

interface PlacedRun {
  readonly name: string;
  readonly run: Run;
  readonly files: readonly FinishedFile[];
  readonly ending: RunEnding | undefined;
  readonly opened?: number;
  readonly cells?: RunCells | undefined;
}

/** What is asked of a run in order to give names. */
interface KnownRun {
  readonly live: boolean;
  readonly attempt: number;
}

/** Returns the name for a run: its own, with `#2` and so on while another run has it. */
export function freeName(run: Run, runs: ReadonlyMap<string, KnownRun>): string {
  for (let copy = 1; ; copy++) {
    const name = copy === 1 ? run.name : `${run.name}#${copy}`;
    const known = runs.get(name);
    // A further attempt belongs to the run that it continues.
    if (known === undefined || (!known.live && run.attempt > known.attempt)) return name;
  }
}

/** Returns the run if it is open. @throws ERR_RUN_NOT_OPEN */
export function openRun<R extends KnownRun>(name: string, runs: ReadonlyMap<string, R>): R {
  const run = runs.get(name);
  if (run?.live === true) return run;
  const why = run === undefined ? "was never opened" : "is closed";
  throw failure(
    "ERR_RUN_NOT_OPEN",
    `hub: rows came for the run "${name}", which ${why}; call open(run, header) first and use the name it returns`,
  );
}

/** Returns the cells if they can stand in a table. @throws ERR_OPTION_TYPE */
export function checkCells(name: string, cells: RunCells): RunCells {
  const isRecord = typeof cells === "object" && cells !== null && !Array.isArray(cells);
  const entries = isRecord ? Object.entries(cells) : [];
  const wrong = entries.find(([, cell]) => typeof cell !== "string" && typeof cell !== "number");
  if (isRecord && wrong === undefined) return cells;
  const got = wrong === undefined ? "something else" : `a cell "${wrong[0]}" that is neither`;
  throw failure("ERR_OPTION_TYPE", `hub.describe: expected texts and numbers for the run "${name}", got ${got}`);
}

/** Returns the run if it is known. @throws ERR_RUN_NOT_OPEN */
export function knownRun<R>(name: string, runs: ReadonlyMap<string, R>): R {
  const run = runs.get(name);
  if (run !== undefined) return run;
  throw failure(
    "ERR_RUN_NOT_OPEN",
    `hub: the run "${name}" is not known; use the name that open or addFinished returned`,
  );
}

/** Reads the options of `hub.open`. */
export function directoryOf(options: OpenOptions): string | undefined {
  return readOptions("hub.open", options, openRules).directory;
}

/** Returns the files of earlier attempts in the directory. */
export function earlierFiles(directory: string | undefined, attempt: number): readonly FinishedFile[] {
  return directory === undefined ? [] : attemptFiles(directory).filter((file) => file.attempt < attempt);
}

/** Returns the files of a run that is over. @throws ERR_RUN_FILE if there are none */
export function finishedFiles(directory: string, attempt: number): readonly FinishedFile[] {
  const files = onlyFile(directory, attempt) ?? attemptFiles(directory);
  if (files.length > 0) return files;
  throw failure(
    "ERR_RUN_FILE",
    `hub: ${directory} holds no iterates-0001.arrows; expected a directory that fluxion wrote`,
  );
}

export function makeHub({ memoryBytes, changed, placed, ended, warn }: HubOptions): RunHub {
  const runs = new Map<string, ServedRun>();
  const live = new Set<string>();
  const intern = makeRunIntern();
  const internTexts = makeTextIntern();
  let closed = false;

  function place({ name, run, header, directory, earlier, opened }: PlacedAttempt): void {
    const shared = intern(run);
    const served = runs.get(name) ?? new ServedRun(name, shared, earlier, undefined, opened, warn);
    served.openAttempt(shared, header, directory, memoryBytes);
    runs.set(name, served);
    live.add(name);
    placed?.(name);
    changed(name);
  }
  function placeFinished({ name, run, files, ending, opened, cells }: PlacedRun): void {
    const served = new ServedRun(name, intern(run), files, ending && internTexts(ending), opened, warn);
    if (cells !== undefined) served.describe(internTexts(cells));
    runs.set(name, served);
    placed?.(name);
    changed(name);
  }

  return {
    runs,
    live,
    place,
    placeFinished,
    notePlaces(name, numbers) {
      if (closed) return;
      const run = openRun(name, runs);
      for (let at = 0; at + 3 < numbers.length; at += 4) {
        run.appendPlace(numbers[at]!, numbers[at + 1]!, numbers[at + 2]!, numbers[at + 3]!);
      }
    },
    open(run, header, options = {}) {
      const directory = directoryOf(options);
      if (closed) return run.name;
      const name = freeName(run, runs);
      place({ name, run, header, directory, earlier: earlierFiles(directory, run.attempt) });
      return name;
    },
    batch(name, bytes, firstStep, lastStep, rows) {
      if (!closed) openRun(name, runs).append(bytes, firstStep, lastStep, rows);
    },
    close(name, ending) {
      if (closed) return;
      const run = runs.get(name);
      if (run === undefined) openRun(name, runs);
      else if (run.live) {
        run.end(ending);
        live.delete(name);
        ended(name);
        changed(name);
      }
    },
    addFinished(run, directory, ending) {
      const name = freeName(run, runs);
      placeFinished({ name, run, files: finishedFiles(directory, run.attempt), ending });
      return name;
    },
    describe(name, cells) {
      if (closed) return;
      knownRun(name, runs).describe(checkCells(name, cells));
      changed(name);
    },
    closeAll() {
      closed = true;
      for (const run of runs.values()) run.close();
    },
  };
}

/**
 * The file of a run that has one attempt; undefined if there is none, or more. Looking for two names takes a tenth of the
 * time of listing a directory, which counts where there are 100,000.
 */
function onlyFile(directory: string, attempt: number): readonly FinishedFile[] | undefined {
  const path = `${directory}/${iteratesFileName(1)}`;
  const facts = lstatSync(path, { throwIfNoEntry: false });
  const isAlone = attempt === 1 && facts?.isFile() === true && !existsSync(`${directory}/${iteratesFileName(2)}`);
  return isAlone ? [{ attempt: 1, path }] : undefined;
}

function attemptFiles(directory: string): readonly FinishedFile[] {
  return existsSync(directory) ? attemptFilesIfAny(directory) : [];
}
