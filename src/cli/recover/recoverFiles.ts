/** Writes what is whole of runs into a new directory. The old one is only read. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { attemptOf } from "../../arrow/attemptFiles.ts";
import { linkProblem } from "../../arrow/checks/ownFiles.ts";
import { jsonSeal, sealedJson } from "../../arrow/checks/sealedJson.ts";
import { processNumber } from "../../arrow/processIdentity.ts";
import { runFileName } from "../../arrow/runFile.ts";
import { failure } from "../../errors.ts";
import { writeAtomically } from "../../sinks/atomicFile.ts";
import { loadCheckpoint } from "../../sinks/checkpointFile.ts";
import { disk } from "../../sinks/fileSystem.ts";
import { makeDirectory } from "../../sinks/files.ts";
import { messageOf } from "../complain.ts";
import { type Folder, foldersIn } from "../fileTree.ts";
import { copyFile, writing } from "./newFiles.ts";
import { describeRun, type RecoveredAttempt, refuseRunning } from "./recoveredRun.ts";
import { recoverStream } from "./recoverStream.ts";

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
