import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
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
import { stringify } from "../arrow/runMetadata.ts";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { checkpointFileName } from "./checkpointFile.ts";
import { makeDirectory, writeAtomically, writeFailure } from "./files.ts";
import { type Ending, type Recording, type RowSink, recordRows } from "./recordRows.ts";
import { type FileOptions, recordToFile } from "./recordToFile.ts";
import { writerPlatform, writerVersions } from "./writerInfo.ts";

/** Options of {@link runDirectory}. */
export interface RunDirectoryOptions extends FileOptions {
  /** Kept in `run.json`: executor, BLAS, threads, command line. */
  readonly environment?: JsonValue;
}

const who = "runDirectory";

/**
 * Writes a run into a directory of its own, and passes its rows on: `run.json`, which describes it and says how it ended, and
 * one Arrow stream per attempt, `iterates-0001.arrows`.
 *
 * `run.json` is written atomically at the first row and at the end of the attempt (`completed`, `failed`, `interrupted`; none:
 * it is running, or was killed). Rows are written as {@link arrowFile} does. A resumed run adds a file to the directory; a file
 * that was torn by a kill is never appended to. `replay(path)` reads all of it back.
 *
 * @example
 * iterate(problem, start, update, { checkpoints: { seconds: 60, save: saveCheckpoint("runs/a") } })
 *   .pipe(untilStep(1000), runDirectory("runs/a")).subscribe();
 * merge(...runs).pipe(runDirectory((run) => `runs/${run.name}`)).subscribe();
 * @param path of the directory, for a stream of one run; a function: each run of a merged stream gets its own
 * @param options {@link RunDirectoryOptions}; `overwrite: true` removes an earlier run of that directory, never one that runs
 * @throws ERR_OPTION_RANGE at once; in the stream ERR_RUN_EXISTS, ERR_RUN_BUSY, ERR_RUN_CHANGED, ERR_WRITE (everything written
 *   so far stays)
 */
export function runDirectory(path: string | ((run: Run) => string), options: RunDirectoryOptions = {}): RowSink {
  checkLimits(options.batch);
  return recordRows(who, () => {
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
    writeAtomically(who, join(directory, runFileName), `${stringify(content, 2)}\n`, options.sync);
  };
  try {
    write(attempt);
  } catch (error) {
    file.close();
    // Nothing was written yet: an empty file would only stand in the way of the next try.
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

/** The attempts that this one continues; refuses to mix two runs, and clears the directory where that is wanted. */
function earlierAttempts(directory: string, run: Run, overwrite: boolean): readonly RunAttempt[] {
  const names = namesIn(directory);
  const ours = names.filter((name) => name === runFileName || name === checkpointFileName || isIterates(name));
  // A checkpoint alone may have been saved before the first row came.
  if (!ours.some((name) => name !== checkpointFileName)) return [];
  if (overwrite && run.attempt === 1) {
    if (names.includes(runFileName)) refuseRunning(directory, readIfWhole(directory));
    for (const name of ours) remove(join(directory, name));
    return [];
  }
  const remedy = "choose another directory, remove it, or say { overwrite: true }";
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
    `${who}: ${directory} is being written by process ${pid} on ${host}; wait for it, stop it, or choose another directory`,
  );
}

/** A damaged description does not stand in the way of being overwritten. */
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
