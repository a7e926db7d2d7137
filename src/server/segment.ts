/**
 * Keeps the encoded batches of one attempt of a run, in its file or in memory: the only place where rows wait for
 * viewers.
 */

import { describeDamage } from "../arrow/checks/damage.ts";
import { isSealed, isWhole } from "../arrow/checks/seal.ts";
import { failure } from "../errors.ts";
import { Numbers } from "./numbers.ts";
import { closeFile, readBytes, readExactly } from "./openFiles.ts";

/** One record batch. It can still be read after its segment has dropped it. */
export interface Batch {
  /** Number of the batch in its segment. */
  readonly index: number;
  readonly firstStep: number;
  readonly lastStep: number;
  readonly rows: number;
  readonly bytes: number;
  /** Reads the batch; undefined: it is damaged, and its segment has said so. */
  read(): Uint8Array | undefined;
}

/** The batches of one attempt, numbered from 0. Those before `begin` were dropped. */
export interface Segment {
  readonly attempt: number;
  /** Bytes of the schema, and of dictionaries if there are any. */
  readonly header: Uint8Array;
  /** Path of the file; undefined: the batches are in memory. */
  readonly path?: string;
  readonly begin: number;
  readonly end: number;
  /** Step of the first row that ever came. */
  readonly firstStep: number | undefined;
  /**
   * Step of the first row that can be read. Of an attempt whose first batches are damaged it lies behind them, so that
   * the rows of an older attempt stand in their place.
   */
  readonly firstWholeStep: number | undefined;
  /** Step of the last row. */
  readonly lastStep: number | undefined;
  /** Number of all rows that ever came. */
  readonly rows: number;
  /** Length of the stream so far in bytes, with its header. */
  readonly bytes: number;
  batches(from: number, to: number): readonly Batch[];
  /** Number of rows of the batches that reach into the steps from `fromStep` up to before `upToStep`. */
  countRows(fromStep: number, upToStep: number): number;
  /**
   * Returns where a piece that begins at the batch `from` ends: after about `mostBytes` bytes of batches that reach
   * `fromStep`, at least one. Batches before `fromStep` cost nothing.
   */
  endOfPiece(from: number, fromStep: number, mostBytes: number): number;
  append(bytes: Uint8Array, firstStep: number, lastStep: number, rows: number): void;
  /** Takes note of a batch of `bytes` bytes in the file. @param at its place; default: behind the batch before */
  appendPlace(bytes: number, firstStep: number, lastStep: number, rows: number, at?: number): void;
  /** Counts `count` batches that never came, and drops those before them. */
  drop(count: number): void;
  close(): void;
}

/** Number of damaged batches of a file that are told one by one. */
const toldMost = 10;

/**
 * Makes a segment over a file that another writer grows: the header first, then exactly the bytes given to `append`.
 *
 * If the header has a checksum, each batch is held against its own whenever it is read.
 *
 * @param warn gets one line for each damaged batch, once
 * @param own whether the file begins with this header. Default true; false if its own one is damaged, and this one came
 *   from elsewhere
 */
export function fileSegment(
  path: string,
  header: Uint8Array,
  attempt: number,
  warn: (message: string) => void,
  own = true,
): Segment {
  const sealed = isSealed(header);
  const damaged = new Set<number>();
  /** Offset, length, first step, last step and number of rows of each batch. */
  const places = new Numbers();
  const count = (): number => places.length / 5;
  let size = header.length;
  let rows = 0;
  let closed = false;
  let firstWhole = 0;
  let isFirstKnown = false;
  const check = (file: number): void => {
    if (!own) return;
    if (Buffer.compare(readExactly(file, path, 0, header.length), header) === 0) return;
    throw failure("ERR_RUN_FILE", `the file ${path} does not begin with this run's schema; was it replaced?`);
  };
  function batchAt(index: number): Batch {
    const at = 5 * index;
    const [offset, bytes] = [places.at(at), places.at(at + 1)];
    const [firstStep, lastStep, rows] = [places.at(at + 2), places.at(at + 3), places.at(at + 4)];
    const read = (): Uint8Array | undefined => {
      if (closed) throw failure("ERR_RUN_FILE", `the file ${path} is closed`);
      if (damaged.has(index)) return undefined;
      const message = readBytes(path, offset, bytes, check);
      if (!sealed || isWhole(message)) return message;
      damaged.add(index);
      const why = "a batch does not match its checksum";
      const lost = { batches: 1, rows, fromStep: firstStep, toStep: lastStep };
      if (damaged.size <= toldMost) warn(describeDamage({ source: path, offset, bytes, why, ...lost }));
      if (damaged.size === toldMost) warn(`${path}: further damage is not told; fluxion verify lists all of it`);
      return undefined;
    };
    return { index, firstStep, lastStep, rows, bytes, read };
  }
  return {
    attempt,
    header,
    path,
    begin: 0,
    get end() {
      return count();
    },
    get firstStep() {
      return count() === 0 ? undefined : places.at(2);
    },
    get firstWholeStep() {
      try {
        while (!isFirstKnown && firstWhole < count()) {
          if (batchAt(firstWhole).read() === undefined) firstWhole++;
          else isFirstKnown = true;
        }
      } catch {
        // Whoever reads the batch hears why that is impossible.
      }
      return firstWhole < count() ? places.at(5 * firstWhole + 2) : undefined;
    },
    get lastStep() {
      return count() === 0 ? undefined : places.at(places.length - 2);
    },
    get rows() {
      return rows;
    },
    get bytes() {
      return size;
    },
    batches(from, to) {
      const batches: Batch[] = [];
      for (let index = Math.max(0, from); index < Math.min(to, count()); index++) batches.push(batchAt(index));
      return batches;
    },
    countRows(fromStep, upToStep) {
      let sum = 0;
      for (let at = 0; at < places.length; at += 5) {
        if (places.at(at + 3) >= fromStep && places.at(at + 2) < upToStep) sum += places.at(at + 4);
      }
      return sum;
    },
    endOfPiece: (from, fromStep, mostBytes) =>
      endOfPiece(count(), from, mostBytes, (index) =>
        places.at(5 * index + 3) >= fromStep ? places.at(5 * index + 1) : 0,
      ),
    append(bytes, firstStep, lastStep, rowsThere) {
      this.appendPlace(bytes.length, firstStep, lastStep, rowsThere);
    },
    appendPlace(bytes, firstStep, lastStep, rowsThere, at = size) {
      // A batch without rows has no place between the others.
      if (rowsThere > 0) places.push(at, bytes, firstStep, lastStep, rowsThere);
      size = at + bytes;
      rows += rowsThere;
    },
    // What is in a file is not dropped.
    drop: () => undefined,
    close() {
      closed = true;
      closeFile(path);
    },
  };
}

/** Makes a segment that keeps the newest batches in memory, at most `limit` bytes of them but always one. */
export function memorySegment(header: Uint8Array, attempt: number, limit: number): Segment {
  const kept: Batch[] = [];
  let begin = 0;
  let held = 0;
  let size = header.length;
  let rows = 0;
  let first: number | undefined;
  return {
    attempt,
    header,
    get begin() {
      return begin;
    },
    get end() {
      return begin + kept.length;
    },
    get firstStep() {
      return first;
    },
    get firstWholeStep() {
      return first;
    },
    get lastStep() {
      return kept.at(-1)?.lastStep;
    },
    get rows() {
      return rows;
    },
    get bytes() {
      return size;
    },
    batches: (from, to) => kept.slice(Math.max(0, from - begin), Math.max(0, to - begin)),
    countRows: (fromStep, upToStep) =>
      kept.reduce(
        (sum, { firstStep, lastStep, rows: there }) =>
          lastStep >= fromStep && firstStep < upToStep ? sum + there : sum,
        0,
      ),
    endOfPiece: (from, fromStep, mostBytes) =>
      begin +
      endOfPiece(kept.length, from - begin, mostBytes, (index) => {
        const batch = kept[index]!;
        return batch.lastStep >= fromStep ? batch.bytes : 0;
      }),
    append(bytes, firstStep, lastStep, count) {
      if (count === 0) return;
      const index = begin + kept.length;
      kept.push({ index, firstStep, lastStep, rows: count, bytes: bytes.length, read: () => bytes });
      first ??= firstStep;
      held += bytes.length;
      size += bytes.length;
      rows += count;
      while (held > limit && kept.length > 1) {
        held -= kept.shift()!.bytes;
        begin++;
      }
    },
    appendPlace() {
      throw failure("ERR_RUN_FILE", `attempt ${attempt} has no file`);
    },
    drop(count) {
      begin += kept.length + count;
      kept.length = 0;
      held = 0;
    },
    close() {
      this.drop(0);
    },
  };
}

/** @param bytesOf length of a batch that is sent, 0 for one that is left out */
function endOfPiece(count: number, from: number, mostBytes: number, bytesOf: (index: number) => number): number {
  let end = from;
  for (let bytes = 0; end < count && bytes < mostBytes; end++) bytes += bytesOf(end);
  return end;
}
