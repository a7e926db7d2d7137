/** Decides whether an attempt may be added to a directory. */
import { join } from "node:path";
import { readOwnFile } from "../arrow/checks/ownFiles.ts";
import type { Run } from "../arrow/row.ts";
import {
  iteratesFileName,
  type RunAttempt,
  type RunFile,
  readRunFile,
  runFileName,
  runState,
} from "../arrow/runFile.ts";
import { failure, isFluxionError } from "../errors.ts";
import { writeAtomically } from "./atomicFile.ts";
import { isEmptyFile, isIterates, namesIn } from "./attempts.ts";
import { checkpointFileName } from "./checkpointFile.ts";
import { disk } from "./fileSystem.ts";
import { writeFailure } from "./files.ts";

const who = "runDirectory";

/**
 * Returns the attempts that this one continues. Refuses to mix two runs, and clears the directory where that is wanted.
 *
 * @param trusted whether the lease alone says who writes: it was taken over, or is that of an experiment
 * @param continues whether a damaged `run.json` is replaced. It is kept as `run.json.damaged`
 */
export function earlierAttempts(
  directory: string,
  run: Run,
  overwrite: boolean,
  trusted: boolean,
  continues = false,
): readonly RunAttempt[] {
  const names = namesIn(who, directory);
  const ours = names.filter((name) => name === runFileName || name === checkpointFileName || isIterates(name));
  if (overwrite && run.attempt === 1) {
    if (names.includes(runFileName) && !trusted) refuseRunning(directory, readIfWhole(directory));
    for (const name of ours) remove(join(directory, name));
    return [];
  }
  const remedy = "choose another directory, remove it, or give { overwrite: true }";
  if (!names.includes(runFileName)) {
    // A checkpoint may have been saved before the first row came, and a kill leaves a file of no bytes.
    const withRows = ours.filter((name) => isIterates(name) && !isEmptyFile(join(directory, name)));
    if (withRows.length === 0) return [];
    throw failure("ERR_RUN_EXISTS", `${who}: ${directory} holds rows of an unknown run; ${remedy}`);
  }
  let before: RunFile;
  try {
    before = readRunFile(directory);
  } catch (error) {
    if (!continues || !isFluxionError(error) || error.code !== "ERR_RUN_FILE") throw error;
    const path = join(directory, runFileName);
    writeAtomically(who, `${path}.damaged`, readOwnFile(path));
    return [];
  }
  if (!trusted) refuseRunning(directory, before);
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

function remove(path: string): void {
  try {
    disk.remove(path);
  } catch (error) {
    throw writeFailure(who, path, error);
  }
}

function refuseRunning(directory: string, run: RunFile | undefined): void {
  if (run === undefined || runState(run) !== "running" || run.attempts.at(-1)?.leased === true) return;
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
