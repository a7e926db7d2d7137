import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sealedJson } from "../arrow/checks/sealedJson.ts";
import { coreColumns } from "../arrow/coreColumns.ts";
import { thisProcess } from "../arrow/processIdentity.ts";
import { checkLimits } from "../arrow/recorder.ts";
import type { Row, Run } from "../arrow/row.ts";
import {
  type AttemptEnding,
  iteratesFileName,
  type RunAttempt,
  type RunFile,
  readRunFile,
  runFileName,
  runState,
} from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { readOptions } from "../options.ts";
import { checkpointFileName } from "./checkpointFile.ts";
import { defineSink, type Ending, type Recording, type RowSink } from "./defineSink.ts";
import { makeDirectory, writeAtomically, writeFailure } from "./files.ts";
import { type FileOptions, recordToFile } from "./recordToFile.ts";
import { fileRules } from "./rules.ts";
import { writerPlatform, writerVersions } from "./writerInfo.ts";

/** Options of {@link runDirectory}. */
export interface RunDirectoryOptions extends FileOptions {
  /** What `run.json` keeps about the program: executor, BLAS, threads, command line. Default: nothing. */
  readonly environment?: JsonValue;
}

const who = "runDirectory";
const rules = {
  ...fileRules,
  environment: {
    expected: "plain data that JSON can hold",
    is: (value: unknown) => !["function", "symbol", "bigint"].includes(typeof value),
  },
} as const;

/**
 * Writes a run into a directory of its own and passes its rows on.
 *
 * The directory gets `run.json`, which describes the run and says how it ended, and one Arrow stream per attempt,
 * `iterates-0001.arrows`. `run.json` is written atomically at the first row and again at the end of the attempt, which
 * is `completed`, `failed` or `interrupted`; without an end the run is still going, or was killed. Rows are written as
 * `arrowFile` writes them. A resumed run adds a file to the directory; a file that a kill has torn is never appended
 * to. `replay(path)` reads everything back.
 *
 * Cost: that of `arrowFile`.
 *
 * @example
 * iterate(quartic(), [-3.5, 1], newtonMR()).pipe(untilStep(1000), runDirectory("runs/a")).subscribe();
 *
 * const searches = [1, 2, 3].map((x) =>
 *   iterate(quartic(), [x, 1], newtonMR(), { name: `search-${x}` }).pipe(untilStep(1000)),
 * );
 * merge(...searches).pipe(runDirectory((run) => `runs/${run.name}`)).subscribe();
 * @param path path of the directory, for a stream of one run; for a merged stream, a function that returns the path for
 *   each run
 * @param options {@link RunDirectoryOptions}; `overwrite: true` removes an earlier run from that directory, but never
 *   one that is still running
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN at once
 * @throws {RangeError} ERR_OPTION_RANGE at once
 * @throws ERR_RUN_EXISTS, ERR_RUN_BUSY, ERR_RUN_CHANGED, ERR_WRITE in the stream; everything written so far stays
 */
export function runDirectory(path: string | ((run: Run) => string), options: RunDirectoryOptions = {}): RowSink {
  readOptions(who, options, rules);
  checkLimits(options.batch, who);
  return defineSink({
    name: who,
    begin: () => {
      let first: Run | undefined;
      return {
        open(row, fail) {
          if (typeof path === "function") return openDirectory(path(row.run), row.run, options, fail);
          if (first !== undefined) {
            throw failure(
              "ERR_RUN_CHANGED",
              `${who}: rows of the run "${row.run.name}" (attempt ${row.run.attempt}) came after those of "${first.name}" (attempt ${first.attempt}), ` +
                `but ${path} holds one run; give a function instead of the path, such as (run) => \`runs/\${run.name}\``,
            );
          }
          first = row.run;
          return openDirectory(path, row.run, options, fail);
        },
      };
    },
  });
}

function openDirectory(
  directory: string,
  run: Run,
  { environment, ...options }: RunDirectoryOptions,
  fail: (error: unknown) => void,
): Recording {
  makeDirectory(who, directory);
  const earlier = earlierAttempts(directory, run, options.overwrite === true);
  const name = iteratesFileName(run.attempt);
  const file = recordToFile(who, join(directory, name), run, { ...options, overwrite: false }, fail);
  const attempt: RunAttempt = {
    attempt: run.attempt,
    file: name,
    began: new Date().toISOString(),
    process: thisProcess(),
  };
  const write = (last: RunAttempt): void => {
    const content: RunFile = {
      format: 1,
      name: run.name,
      ...(run.description === undefined ? {} : { description: run.description }),
      fields: Object.fromEntries(Object.entries(coreColumns).map(([field, { type: _, ...rest }]) => [field, rest])),
      columns: run.columns,
      settings: run.settings,
      versions: writerVersions(),
      platform: writerPlatform(),
      ...(environment === undefined ? {} : { environment }),
      attempts: [...earlier, last],
    };
    writeAtomically(who, join(directory, runFileName), sealedJson(content), options.sync);
  };
  try {
    write(attempt);
  } catch (error) {
    file.close();
    // No row was written yet, and an empty file would stand in the way of the next try.
    rmSync(join(directory, name), { force: true });
    throw error;
  }
  let last: Row | undefined;
  return {
    append(row) {
      file.append(row);
      last = row;
    },
    close(ending) {
      let problem: unknown;
      try {
        file.close();
      } catch (error) {
        problem = error;
      }
      const told = problem === undefined ? ending : { how: "failed" as const, message: (problem as Error).message };
      try {
        write({ ...attempt, ended: endingOf(told, file.rows, last) });
      } catch (error) {
        problem ??= error;
      }
      if (problem !== undefined) throw problem;
    },
  };
}

function endingOf({ how, message }: Ending, rows: number, last: Row | undefined): AttemptEnding {
  const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
  const numbers =
    last === undefined ? {} : { value: finite(last.value), squaredFieldNorm: finite(last.squaredFieldNorm) };
  return {
    how,
    ...(message === undefined ? {} : { message }),
    at: new Date().toISOString(),
    rows,
    ...(last === undefined ? {} : { status: last.status, step: last.step, seconds: last.seconds }),
    ...(numbers.value === undefined ? {} : { value: numbers.value }),
    ...(numbers.squaredFieldNorm === undefined ? {} : { squaredFieldNorm: numbers.squaredFieldNorm }),
  };
}

/**
 * Returns the attempts that this one continues. Refuses to mix two runs, and clears the directory where that is wanted.
 */
function earlierAttempts(directory: string, run: Run, overwrite: boolean): readonly RunAttempt[] {
  const names = namesIn(directory);
  const ours = names.filter((name) => name === runFileName || name === checkpointFileName || isIterates(name));
  // A checkpoint may have been saved before the first row came.
  if (!ours.some((name) => name !== checkpointFileName)) return [];
  if (overwrite && run.attempt === 1) {
    if (names.includes(runFileName)) refuseRunning(directory, readIfWhole(directory));
    for (const name of ours) remove(join(directory, name));
    return [];
  }
  const remedy = "choose another directory, remove it, or give { overwrite: true }";
  if (!names.includes(runFileName)) {
    throw failure("ERR_RUN_EXISTS", `${who}: ${directory} holds rows of an unknown run; ${remedy}`);
  }
  const before = readRunFile(directory);
  refuseRunning(directory, before);
  const state = runState(before);
  const newest = before.attempts.at(-1);
  const rows = newest?.ended === undefined ? "" : `, ${newest.ended.rows} rows`;
  if (run.attempt === 1) {
    throw failure(
      "ERR_RUN_EXISTS",
      `${who}: ${directory} already holds the run "${before.name}" (attempt ${newest?.attempt ?? 1}, ${state}${rows}); ${remedy}, or resume it from its checkpoint`,
    );
  }
  if (before.name !== run.name) {
    throw failure(
      "ERR_RUN_EXISTS",
      `${who}: ${directory} holds the run "${before.name}", so attempt ${run.attempt} of "${run.name}" cannot be added to it; choose another directory`,
    );
  }
  if (names.includes(iteratesFileName(run.attempt))) {
    throw failure(
      "ERR_RUN_EXISTS",
      `${who}: ${directory} already holds attempt ${run.attempt} of "${run.name}"; loadCheckpoint(${JSON.stringify(directory)}) gives the next attempt a number of its own`,
    );
  }
  return before.attempts;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    throw writeFailure(who, directory, error);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw writeFailure(who, path, error);
  }
}

function refuseRunning(directory: string, run: RunFile | undefined): void {
  if (run === undefined || runState(run) !== "running") return;
  const { pid, host } = run.attempts.at(-1)!.process;
  throw failure(
    "ERR_RUN_BUSY",
    `${who}: ${directory} is being written by process ${pid} on ${host}; wait for that process, stop it, or choose another directory`,
  );
}

/** Returns undefined for a damaged run.json, which must not prevent overwriting. */
function readIfWhole(directory: string): RunFile | undefined {
  try {
    return readRunFile(directory);
  } catch {
    return undefined;
  }
}

function isIterates(name: string): boolean {
  return /^iterates-\d+\.arrows$/.test(name);
}
