/** What the earlier attempts at a run have left in its directory. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { attemptOf, endOfAttempt } from "../arrow/attemptFiles.ts";
import { whenScarce } from "../arrow/checks/descriptors.ts";
import { numberFields } from "../arrow/coreColumns.ts";
import { type FileSource, openFile } from "../arrow/fileSource.ts";
import type { Row } from "../arrow/row.ts";
import { iteratesFileName, readRunFile } from "../arrow/runFile.ts";
import { RunReader } from "../arrow/runReader.ts";
import { isFluxionError } from "../errors.ts";
import { writeFailure } from "./files.ts";

/** Names of the files in a directory. @throws ERR_WRITE */
export function namesIn(who: string, directory: string): readonly string[] {
  try {
    return whenScarce(directory, () => readdirSync(directory));
  } catch (error) {
    throw writeFailure(who, directory, error);
  }
}

/** Whether a name is that of a file with the rows of an attempt. */
export function isIterates(name: string): boolean {
  return attemptOf(name) !== undefined;
}

/**
 * The number of the newest attempt of which a directory knows, by `run.json` or by a file; 0 if there is none. A process
 * that was killed right at the beginning of an attempt leaves one without the other.
 */
export function newestAttempt(directory: string): number {
  let newest = 0;
  try {
    for (const { attempt } of readRunFile(directory).attempts) newest = Math.max(newest, attempt);
  } catch {
    // run.json may be missing.
  }
  for (const number of attemptNumbers(directory)) newest = Math.max(newest, number);
  return newest;
}

function attemptNumbers(directory: string): readonly number[] {
  let names: readonly string[];
  try {
    names = whenScarce(directory, () => readdirSync(directory));
  } catch {
    return [];
  }
  const numbers = names.flatMap((name) => attemptOf(name) ?? []);
  return numbers.sort((a, b) => a - b);
}

/** Whether a file holds nothing at all, as a kill right after its creation leaves it. */
export function isEmptyFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0;
}

/**
 * Yields the rows that the attempts before `below` have left, from a step on. Where several attempts have a row of the
 * same step, that of the newest one counts. Rows behind damage are not found, and are then written again.
 */
export function* storedRows(directory: string, below: number, fromStep: number): Generator<Row, void, undefined> {
  const attempts = attemptNumbers(directory)
    .filter((number) => number < below)
    .map((number) => join(directory, iteratesFileName(number)))
    .map((path) => ({ path, firstStep: firstStepIn(path) }));
  const firstSteps = attempts.map(({ firstStep }) => firstStep);
  for (const [index, { path, firstStep }] of attempts.entries()) {
    const upTo = endOfAttempt(firstSteps, index);
    if (firstStep >= upTo || upTo <= fromStep) continue;
    for (const row of rowsIn(path)) {
      if (row.step >= upTo) break;
      if (row.step >= fromStep) yield row;
    }
  }
}

/** Step of the first row in a file; Infinity if it does not hold one. */
function firstStepIn(path: string): number {
  for (const { step } of rowsIn(path)) return step;
  return Number.POSITIVE_INFINITY;
}

/** The rows of a file up to its end or the first damage. */
function* rowsIn(path: string): Generator<Row, void, undefined> {
  let source: FileSource | undefined;
  try {
    source = openFile(path);
    yield* new RunReader(source.readAt, path);
  } catch (error) {
    if (!isFluxionError(error)) throw error;
  } finally {
    source?.close();
  }
}

/**
 * Whether a row is the one that is stored: the same bits in everything but the time it took and the attempt's number.
 * A point or vector that the file has left out cannot differ.
 */
export function isSameRow(row: Row, stored: Row): boolean {
  for (const key of numberFields) if (key !== "seconds" && !Object.is(row[key], stored[key])) return false;
  if (row.status !== stored.status) return false;
  if (JSON.stringify(row.commands ?? []) !== JSON.stringify(stored.commands ?? [])) return false;
  return sameColumns(row, stored) && sameVectors(row, stored) && sameBits(row.point, stored.point);
}

function sameColumns(row: Row, stored: Row): boolean {
  for (const [name, column] of Object.entries(row.run.columns)) {
    if (column.kind === "vector") continue;
    const [one, other] = [row.columns[name], stored.columns[name]];
    if (column.kind !== "category" || one === undefined || other === undefined) {
      if (!Object.is(one, other)) return false;
    } else if (column.values?.[one] !== stored.run.columns[name]?.values?.[other]) return false;
  }
  return true;
}

function sameVectors(row: Row, stored: Row): boolean {
  for (const [name, { kind }] of Object.entries(row.run.columns)) {
    if (kind !== "vector") continue;
    const [one, other] = [row.vectors[name], stored.vectors[name]];
    if ((one === undefined) !== (other === undefined) || !sameBits(one, other)) return false;
  }
  return true;
}

function sameBits(one: ArrayLike<number> | undefined, other: ArrayLike<number> | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (!Object.is(one[i], other[i])) return false;
  return true;
}
