import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { deserialize, serialize } from "node:v8";
import { pathOf, path as pathRule } from "../arguments.ts";
import { readRegular, refuseLink } from "../arrow/checks/ownFiles.ts";
import { runFileName } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import { checkOption, readOptions } from "../options.ts";
import type { Checkpoint } from "../streams/types.ts";
import { writeAtomically } from "./atomicFile.ts";
import { newestAttempt } from "./attempts.ts";
import { makeDirectory } from "./files.ts";
import { checkLease, type LeaseClaim, leaseOn } from "./lease.ts";
import { newestLease } from "./leaseFile.ts";
import { flushRowsIn, placeOf } from "./recordToFile.ts";
import { flag } from "./rules.ts";

/** Name of the checkpoint file in a run directory. */
export const checkpointFileName = "checkpoint.bin";

/**
 * Beginning of the file's first line, which `head -1` shows; a {@link Head} as JSON follows it. After that line comes
 * the checkpoint as `v8.serialize` writes it.
 */
const mark = "fluxion checkpoint ";
interface Head {
  readonly format: 1;
  readonly node: string;
  readonly run: string;
  readonly attempt: number;
  readonly step: number;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Makes a function for the option `checkpoints.save` of `iterate` that keeps the newest checkpoint in a run directory.
 *
 * Each checkpoint replaces the one before as a whole: a reader finds the old one or the new one. Rows of that directory
 * that still wait for their batch are written first, so that the record of a resumed run has no gap.
 *
 * The first checkpoint comes before the first row. If the directory holds a run already, it waits until `runDirectory`
 * has been allowed to write there, so that a program which is refused has not replaced the checkpoint of that run.
 *
 * @example
 * const save = saveCheckpoint("runs/a");
 * iterate(bilinear(), [1, 1], extragradient({ stepSize: 0.5 }), { checkpoints: { every: 100, save } })
 *   .pipe(untilStep(1000), runDirectory("runs/a"))
 *   .subscribe();
 * @param directory path of the run directory, or, for many runs, a function that returns it
 * @param options `sync`: whether to wait until the checkpoint is on the disk, so that it survives a power cut too;
 *   default false
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 * @throws ERR_WRITE, ERR_LEASE_LOST from the function that is returned
 */
export function saveCheckpoint(
  directory: string | ((checkpoint: Checkpoint) => string),
  options: { readonly sync?: boolean } = {},
): (checkpoint: Checkpoint) => void {
  const { sync } = readOptions("saveCheckpoint", options, { sync: flag });
  checkOption("saveCheckpoint", "directory", directory, pathOf);
  return checkpointWriter(directory, sync);
}

/** Checkpoints that wait until their directory is this process's, by directory. */
const pending = new Map<string, () => void>();

/** Writes the checkpoint that waits for a directory, if there is one. */
export function savePending(directory: string): void {
  const key = resolve(directory);
  const write = pending.get(key);
  pending.delete(key);
  write?.();
}

/** Does what {@link saveCheckpoint} does, for a directory that may belong to an experiment with a lease. */
export function checkpointWriter(
  directory: string | ((checkpoint: Checkpoint) => string),
  sync: boolean,
  outer?: LeaseClaim,
): (checkpoint: Checkpoint) => void {
  const known = new Set<string>();
  return (checkpoint) => {
    const folder = placeOf(typeof directory === "function" ? directory(checkpoint) : directory);
    const lease = outer ?? leaseOn(folder);
    const guard = lease === undefined ? undefined : (): void => checkLease("saveCheckpoint", lease);
    guard?.();
    const key = resolve(folder);
    if (lease === undefined && !pending.has(key) && isAnothers(folder, checkpoint.attempt)) {
      pending.set(key, () => writeCheckpoint(folder, checkpoint, sync, guard));
      return;
    }
    pending.delete(key);
    // A directory that was there before and is gone must not come back with a checkpoint alone.
    if (!known.has(key)) makeDirectory("saveCheckpoint", folder);
    known.add(key);
    writeCheckpoint(folder, checkpoint, sync, guard);
  };
}

/** Whether a directory holds a run to which an attempt of this number does not belong, or is another process's. */
function isAnothers(folder: string, attempt: number): boolean {
  if (!existsSync(join(folder, runFileName))) return false;
  return attempt <= newestAttempt(folder) || newestLease("saveCheckpoint", folder) !== undefined;
}

function writeCheckpoint(folder: string, checkpoint: Checkpoint, sync: boolean, guard: (() => void) | undefined): void {
  flushRowsIn(folder);
  const payload = serialize(checkpoint);
  const head: Head = {
    format: 1,
    node: process.versions.node,
    run: checkpoint.run,
    attempt: checkpoint.attempt,
    step: checkpoint.step,
    bytes: payload.length,
    sha256: createHash("sha256").update(payload).digest("hex"),
  };
  const content = Buffer.concat([Buffer.from(`${mark}${JSON.stringify(head)}\n`), payload]);
  writeAtomically("saveCheckpoint", join(folder, checkpointFileName), content, { sync, guard });
}

/**
 * Reads the checkpoint of a run directory, from which `iterate` goes on.
 *
 * If the directory holds attempts that began after this checkpoint was saved, the checkpoint gets the number of the
 * newest one, so that the attempt of the resumed run gets a new number.
 *
 * @example
 * iterate(bilinear(), loadCheckpoint("runs/a"), extragradient({ stepSize: 0.5 }))
 *   .pipe(untilStep(2000), runDirectory("runs/a"))
 *   .subscribe();
 * @param path path of the run directory, or of the file
 * @throws ERR_CHECKPOINT if there is no checkpoint or it is damaged; ERR_RUN_LINK; ERR_READ if the file cannot be read
 */
export function loadCheckpoint(path: string): Checkpoint {
  checkOption("loadCheckpoint", "path", path, pathRule);
  const directory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = directory ? join(path, checkpointFileName) : path;
  if (directory) refuseLink(file);
  const checkpoint = decode(read(file), file);
  return directory ? { ...checkpoint, attempt: Math.max(checkpoint.attempt, newestAttempt(path)) } : checkpoint;
}

function read(file: string): Buffer {
  try {
    return readRegular(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      throw failure("ERR_READ", `loadCheckpoint: cannot read ${file}: ${message}`, { cause: error });
    }
    throw failure(
      "ERR_CHECKPOINT",
      `loadCheckpoint: there is no checkpoint ${file}; iterate's option checkpoints: { seconds: 60, save: saveCheckpoint(directory) } writes one`,
      { cause: error },
    );
  }
}

function decode(content: Buffer, file: string): Checkpoint {
  const bad = (why: string, cause?: unknown): Error =>
    failure(
      "ERR_CHECKPOINT",
      `loadCheckpoint: ${file} ${why}; start again, or from an earlier copy of it`,
      cause === undefined ? undefined : { cause },
    );
  const end = content.indexOf(10);
  if (!content.subarray(0, mark.length).equals(Buffer.from(mark)) || end < 0)
    throw bad("is not a checkpoint of fluxion");
  let head: Partial<Head> | null;
  try {
    head = JSON.parse(content.toString("utf8", mark.length, end)) as Partial<Head> | null;
  } catch (error) {
    throw bad("has a damaged first line", error);
  }
  if (head === null) throw bad("has a damaged first line");
  if (head.format !== 1) throw bad(`has format ${String(head.format)}, this version of fluxion reads format 1`);
  const payload = content.subarray(end + 1);
  if (payload.length !== head.bytes) throw bad(`is cut off: it has ${payload.length} of ${String(head.bytes)} bytes`);
  if (createHash("sha256").update(payload).digest("hex") !== head.sha256) {
    throw bad("is damaged: its bytes do not match their checksum");
  }
  try {
    return deserialize(payload) as Checkpoint;
  } catch (error) {
    throw bad(`cannot be read by Node ${process.versions.node}; Node ${String(head.node)} wrote it`, error);
  }
}
