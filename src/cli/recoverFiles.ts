/** Writes what is whole of runs into a new directory. The old one is only read. */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { type AttemptFile, attemptOf } from "../arrow/attemptFiles.ts";
import { type Damage, describeDamage } from "../arrow/checks/damage.ts";
import { linkProblem } from "../arrow/checks/ownFiles.ts";
import { withOrdinal } from "../arrow/checks/seal.ts";
import { jsonSeal, sealedJson } from "../arrow/checks/sealedJson.ts";
import { coreColumns } from "../arrow/coreColumns.ts";
import { openFile } from "../arrow/fileSource.ts";
import { streamMessages } from "../arrow/messages.ts";
import { otherSchemas } from "../arrow/otherSchemas.ts";
import { processNumber, thisProcess } from "../arrow/processIdentity.ts";
import { readRun } from "../arrow/readRun.ts";
import { endOfStream } from "../arrow/recordBatch.ts";
import type { Row } from "../arrow/row.ts";
import { type RunAttempt, type RunFile, readRunFile, runFileName, runState } from "../arrow/runFile.ts";
import { failure, isFluxionError } from "../errors.ts";
import { writeAtomically } from "../sinks/atomicFile.ts";
import { loadCheckpoint } from "../sinks/checkpointFile.ts";
import { disk } from "../sinks/fileSystem.ts";
import { makeDirectory, writeFailure } from "../sinks/files.ts";
import { messageOf } from "./complain.ts";
import { type Folder, foldersIn } from "./fileTree.ts";

/** What {@link recoverFiles} did. */
interface Recovery {
  /** Number of files that were written. */
  readonly files: number;
  /** Number of rows in them. */
  readonly rows: number;
  /** What could not be written, one line each. */
  readonly lost: readonly string[];
}

/**
 * Recovers a directory of a run, of an experiment, or of several.
 *
 * Whole batches are copied byte for byte, but numbered anew. `run.json` is written from the old one, or from the rows
 * where that is damaged; it counts the rows that there are. Files that fluxion does not check are copied as they are.
 * The new directory gets its name when it is complete, so a kill leaves none, or `<to>.<process>.part`.
 *
 * @throws ERR_RUN_EXISTS if `to` exists, ERR_RUN_BUSY if a run is still being written, ERR_READ, ERR_WRITE
 */
export function recoverFiles(from: string, to: string): Recovery {
  const folders = foldersIn(from);
  if (existsSync(to)) {
    throw failure("ERR_RUN_EXISTS", `recover: ${to} exists already; choose another directory with --to`);
  }
  for (const { path, run } of folders) if (run) refuseRunning(path);
  const partial = `${to}.${processNumber()}.part`;
  try {
    const done = recoverFolders(folders, from, partial);
    writing(to, () => disk.rename(partial, to));
    return done;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

function recoverFolders(folders: readonly Folder[], from: string, to: string): Recovery {
  const done = { files: 0, rows: 0, lost: [] as string[] };
  for (const folder of folders) {
    const target = join(to, relative(from, folder.path));
    makeDirectory("recover", target);
    recoverFolder(folder, target, done);
  }
  for (const { path, files } of folders) {
    const experiment = files.find(({ name }) => name === "experiment.json");
    const file = join(to, relative(from, path), "experiment.json");
    if (experiment !== undefined && done.lost.some((line) => line.startsWith(path)) && existsSync(file)) reopen(file);
  }
  return done;
}

/** Marks a finished experiment of which rows are lost as stopped, so that it can be resumed. */
function reopen(path: string): void {
  const text = readFileSync(path, "utf8");
  const content = JSON.parse(text) as { readonly state?: unknown };
  if (content.state !== "finished") return;
  const stopped = { ...content, state: "stopped" };
  const sealed = jsonSeal(text) === "whole";
  writeAtomically("recover", path, sealed ? sealedJson(stopped) : `${JSON.stringify(stopped, undefined, 2)}\n`);
}

type Progress = { -readonly [K in keyof Recovery]: Recovery[K] } & { readonly lost: string[] };

function recoverFolder({ path, files, links, run }: Folder, target: string, done: Progress): void {
  const attempts: RecoveredAttempt[] = [];
  const lostBefore = done.lost.length;
  for (const link of links) done.lost.push(linkProblem(join(path, link)));
  for (const { name, kind } of files) {
    const [from, to] = [join(path, name), join(target, name)];
    if (kind === "attempt" || kind === "stream") {
      const file = { path: from, attempt: attemptOf(name) ?? 1 };
      const recovered = recoverStream(file, to, done.lost);
      if (recovered === undefined) continue;
      done.rows += recovered.rows;
      done.files++;
      if (kind === "attempt") attempts.push({ ...recovered, attempt: file.attempt, name });
    } else if (kind !== "run" && isUsable(from, kind, done.lost)) {
      copyFile(from, to);
      done.files++;
    }
  }
  if (!run) return;
  // Files come in the order of their names, in which 10000 stands before 9999.
  attempts.sort((a, b) => a.attempt - b.attempt);
  const content = describeRun(path, target, attempts, done.lost.slice(lostBefore));
  if (content === undefined) {
    done.lost.push(`${path}: neither run.json nor the rows describe the run`);
    return;
  }
  writeAtomically("recover", join(target, runFileName), sealedJson(content));
  done.files++;
}

interface RecoveredStream {
  readonly rows: number;
  readonly lastStep: number | undefined;
}
interface RecoveredAttempt extends RecoveredStream {
  readonly attempt: number;
  readonly name: string;
}

/** A new file, which is made when its first bytes come. */
function newFile(path: string): { readonly put: (bytes: Uint8Array) => void; readonly close: () => void } {
  let file: number | undefined;
  return {
    put: (bytes) =>
      writing(path, () => {
        file ??= disk.open(path, "wx");
        for (let at = 0; at < bytes.length; ) at += disk.write(file, bytes, at, bytes.length - at, null);
      }),
    close: () => writing(path, () => file !== undefined && disk.close(file)),
  };
}

function copyFile(from: string, to: string): void {
  const source = openFile(from);
  const { put, close } = newFile(to);
  try {
    const piece = 2 ** 20;
    for (let at = 0; ; at += piece) {
      const bytes = source.readAt(at, piece);
      put(bytes);
      if (bytes.length < piece) return;
    }
  } finally {
    source.close();
    close();
  }
}

/** Copies the whole messages of a stream. Returns undefined where there are none, or the columns are unknown. */
function recoverStream(file: AttemptFile, to: string, lost: string[]): RecoveredStream | undefined {
  const source = openFile(file.path);
  const output = newFile(to);
  let begun = false;
  const put = (bytes: Uint8Array): void => {
    begun = true;
    output.put(bytes);
  };
  try {
    const onDamage = (damage: Damage): void => void lost.push(describeDamage(damage));
    let ordinal = 0;
    let rows: number | undefined = 0;
    let lastStep: number | undefined;
    for (const message of streamMessages(source.readAt, file.path, { strict: true, onDamage })) {
      const { kind, bytes, facts } = message;
      if (!begun && kind !== "schema") {
        const header = otherSchemas(file)(facts?.fields ?? "");
        if (header === undefined) {
          lost.push(`${file.path}: nothing else describes the columns, so its rows cannot be read`);
          return undefined;
        }
        put(header);
      }
      put(facts === undefined ? bytes : withOrdinal(bytes, ordinal++));
      if (kind !== "batch") continue;
      if (facts === undefined) rows = undefined;
      else {
        rows = rows === undefined ? undefined : rows + facts.rows;
        lastStep = facts.lastStep;
      }
    }
    if (!begun) return undefined;
    put(endOfStream);
    return rows === undefined ? countRows(to) : { rows, lastStep };
  } catch (error) {
    if (!isFluxionError(error) || error.code === "ERR_WRITE") throw error;
    if (error.code !== "ERR_ARROW_EMPTY") lost.push(error.message);
    return undefined;
  } finally {
    source.close();
    output.close();
  }
}

/** Counts the rows of a file without checksums by reading it. */
function countRows(path: string): RecoveredStream {
  let rows = 0;
  const last = lastRow(path, () => rows++);
  return { rows, lastStep: last?.step };
}

function lastRow(path: string, count: () => void = () => {}): Row | undefined {
  let last: Row | undefined;
  for (const row of readRun(path, { onDamage: () => {} })) {
    last = row;
    count();
  }
  return last;
}

/** Whether a file that is not one of rows can be copied; says why if not. */
function isUsable(path: string, kind: string, lost: string[]): boolean {
  if (kind === "json" && jsonSeal(readFileSync(path, "utf8")) === "damaged") {
    lost.push(`${path} is damaged: its bytes do not match their checksum`);
    return false;
  }
  if (kind !== "checkpoint") return true;
  try {
    loadCheckpoint(path);
    return true;
  } catch (error) {
    lost.push(messageOf(error));
    return false;
  }
}

/** Makes the content of the new `run.json`. */
function describeRun(
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

function refuseRunning(directory: string): void {
  const file = readIfWhole(directory);
  if (file === undefined || runState(file) !== "running") return;
  const { pid, host } = file.attempts.at(-1)!.process;
  if (host !== thisProcess().host) return;
  throw failure("ERR_RUN_BUSY", `recover: ${directory} is being written by process ${pid}; stop that process first`);
}

/** Does something to a file, and words what the system refuses. */
function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw writeFailure("recover", path, error);
  }
}
