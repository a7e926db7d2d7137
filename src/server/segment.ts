/**
 * Keeps the encoded batches of one attempt of a run, in its file or in memory: the only place where rows wait for
 * viewers.
 */

import { closeSync, openSync, readSync } from "node:fs";
import { type Damage, describeDamage } from "../arrow/checks/damage.ts";
import { openFile } from "../arrow/fileSource.ts";
import { type StreamMessage, streamMessages } from "../arrow/messages.ts";
import { failure } from "../errors.ts";
import { warn } from "../host.ts";
import { decode } from "./ipc.ts";

/** One record batch. It can still be read after its segment has dropped it. */
export interface Batch {
  readonly firstStep: number;
  readonly lastStep: number;
  readonly rows: number;
  readonly bytes: number;
  read(): Uint8Array;
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
  /** Step of the last row. */
  readonly lastStep: number | undefined;
  /** Number of all rows that ever came. */
  readonly rows: number;
  /** Length of the stream so far in bytes, with its header. */
  readonly bytes: number;
  batches(from: number, to: number): readonly Batch[];
  append(bytes: Uint8Array, firstStep: number, lastStep: number, rows: number): void;
  close(): void;
}

interface FileSegment extends Segment {
  /** Adds a batch that is in the file. @param at its place; default: behind the batch before */
  note(bytes: number, firstStep: number, lastStep: number, rows: number, at?: number): void;
}

/**
 * Makes a segment over a file that another writer grows: the header first, then exactly the bytes given to `append`.
 */
export function fileSegment(path: string, header: Uint8Array, attempt: number): FileSegment {
  const all: Batch[] = [];
  let size = header.length;
  let rows = 0;
  let file: number | undefined;

  function open(): number {
    const opened = openSync(path, "r");
    try {
      if (Buffer.compare(readExactly(opened, path, 0, header.length), header) === 0) return opened;
    } catch (error) {
      closeSync(opened);
      throw error;
    }
    closeSync(opened);
    throw failure("ERR_RUN_FILE", `the file ${path} does not begin with this run's schema; was it replaced?`);
  }
  return {
    attempt,
    header,
    path,
    begin: 0,
    get end() {
      return all.length;
    },
    get firstStep() {
      return all[0]?.firstStep;
    },
    get lastStep() {
      return all.at(-1)?.lastStep;
    },
    get rows() {
      return rows;
    },
    get bytes() {
      return size;
    },
    batches: (from, to) => all.slice(from, to),
    append(bytes, firstStep, lastStep, count) {
      this.note(bytes.length, firstStep, lastStep, count);
    },
    note(bytes, firstStep, lastStep, count, at) {
      const offset = at ?? size;
      const read = (): Uint8Array => {
        file ??= open();
        return readExactly(file, path, offset, bytes);
      };
      all.push({ firstStep, lastStep, rows: count, bytes, read });
      size = offset + bytes;
      rows += count;
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/**
 * Makes a segment from a file that is complete. It is read once, for the steps of its batches; a torn tail and damaged
 * parts are left out, and a warning says which steps these had.
 *
 * @returns undefined for a file whose writer was killed before the first row
 */
export function finishedSegment(path: string, attempt: number): Segment | undefined {
  const source = openFile(path);
  try {
    if (source.readAt(0, 1).length === 0) return undefined;
    const onDamage = (damage: Damage): void => warn(describeDamage(damage));
    const messages = streamMessages(source.readAt, path, { strict: true, onDamage });
    const header = headerOf(messages, path);
    if (header === undefined) return undefined;
    const segment = fileSegment(path, header, attempt);
    const places: { readonly offset: number; readonly length: number }[] = [];
    function* batches(): Generator<Uint8Array> {
      for (const { offset, bytes, kind } of messages) {
        if (kind !== "batch") throw failure("ERR_RUN_FILE", `${path} holds more than one schema; expected one stream`);
        places.push({ offset, length: bytes.length });
        yield bytes;
      }
    }
    let index = 0;
    for (const batch of decode(header, batches())) {
      const steps = batch.getChild("step");
      if (steps === null) {
        throw failure("ERR_RUN_FILE", `${path} has no column "step"; expected a stream that fluxion wrote`);
      }
      const last = steps.length - 1;
      const { offset, length } = places[index++]!;
      segment.note(length, Number(steps.get(0) ?? 0), Number(steps.get(last) ?? 0), steps.length, offset);
    }
    return segment;
  } finally {
    source.close();
  }
}

function headerOf(messages: Iterator<StreamMessage>, path: string): Uint8Array | undefined {
  const first = messages.next();
  if (first.done === true) return undefined;
  if (first.value.kind === "schema") return first.value.bytes;
  throw failure("ERR_RUN_FILE", `${path} does not begin with a schema; expected a stream that fluxion wrote`);
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
    append(bytes, firstStep, lastStep, count) {
      kept.push({ firstStep, lastStep, rows: count, bytes: bytes.length, read: () => bytes });
      first ??= firstStep;
      held += bytes.length;
      size += bytes.length;
      rows += count;
      while (held > limit && kept.length > 1) {
        held -= kept.shift()!.bytes;
        begin++;
      }
    },
    close() {
      begin += kept.length;
      kept.length = 0;
    },
  };
}

function readExactly(file: number, path: string, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) {
      throw failure(
        "ERR_RUN_FILE",
        `the file ${path} ends at ${offset + done} bytes, expected ${offset + length}; was it cut?`,
      );
    }
    done += count;
  }
  return bytes;
}
