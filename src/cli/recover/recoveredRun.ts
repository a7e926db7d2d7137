/** Describes a run of which rows were recovered, in `run.json`. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { coreColumns } from "../../arrow/coreColumns.ts";
import { thisProcess } from "../../arrow/processIdentity.ts";
import { type RunAttempt, type RunFile, readRunFile, runState } from "../../arrow/runFile.ts";
import { failure } from "../../errors.ts";
import { lastRow, type RecoveredStream } from "./recoverStream.ts";

/** What was recovered of an attempt. */
export interface RecoveredAttempt extends RecoveredStream {
  readonly attempt: number;
  readonly name: string;
}

/** Makes the content of the new `run.json`. */
export function describeRun(
  from: string,
  target: string,
  attempts: readonly RecoveredAttempt[],
  lost: readonly string[],
): RunFile | undefined {
  const at = new Date().toISOString();
  const before = readIfWhole(from);
  const recovered = { from, at, lost: before === undefined ? [...lost, `${from}/run.json`] : lost };
  const entries = attempts.map((file) => entryOf(file, before, join(target, file.name), at));
  if (before !== undefined) return { ...before, recovered, attempts: entries };
  const newest = attempts.at(-1);
  if (newest === undefined) return undefined;
  const row = lastRow(join(target, newest.name));
  if (row === undefined) return undefined;
  const { name, columns, settings, description } = row.run;
  return {
    format: 1,
    name,
    ...(description === undefined ? {} : { description }),
    fields: Object.fromEntries(Object.entries(coreColumns).map(([field, { type: _, ...rest }]) => [field, rest])),
    columns,
    settings,
    versions: {},
    platform: {},
    recovered,
    attempts: entries,
  };
}

/** The entry of an attempt in the new `run.json`: the old one if there is one, with the rows that there are now. */
function entryOf(file: RecoveredAttempt, before: RunFile | undefined, path: string, at: string): RunAttempt {
  const { attempt, name, rows, lastStep } = file;
  const old = before?.attempts.find((entry) => entry.attempt === attempt);
  const began = old?.began ?? statSync(path).mtime.toISOString();
  const entry = { attempt, file: name, began, process: old?.process ?? thisProcess() };
  const { ended } = old ?? {};
  if (ended !== undefined && ended.step === lastStep) return { ...entry, ended: { ...ended, rows } };
  const last = lastRow(path);
  const completed = ended === undefined && before === undefined && last !== undefined && last.status !== "running";
  return {
    ...entry,
    ended: {
      how: completed ? "completed" : "interrupted",
      at: ended?.at ?? at,
      rows,
      ...(last === undefined ? {} : { status: last.status, step: last.step, seconds: last.seconds }),
    },
  };
}

function readIfWhole(directory: string): RunFile | undefined {
  try {
    return readRunFile(directory);
  } catch {
    return undefined;
  }
}

/** @throws ERR_RUN_BUSY if a process of this machine is still writing the run */
export function refuseRunning(directory: string): void {
  const file = readIfWhole(directory);
  if (file === undefined || runState(file) !== "running") return;
  const { pid, host } = file.attempts.at(-1)!.process;
  if (host !== thisProcess().host) return;
  throw failure("ERR_RUN_BUSY", `recover: ${directory} is being written by process ${pid}; stop that process first`);
}
