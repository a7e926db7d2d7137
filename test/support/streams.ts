import { concatenate, type EncoderOptions, RunEncoder } from "../../src/arrow/encoder.ts";
import { endOfStream } from "../../src/arrow/recordBatch.ts";
import type { Row } from "../../src/arrow/row.ts";

/** An Arrow stream in pieces: its header, batches, end mark. */
export interface StreamParts {
  readonly parts: readonly Uint8Array[];
  readonly bytes: Uint8Array;
  /** Of each batch. */
  readonly rows: readonly (readonly Row[])[];
  /** Where each message ends: the header, then each batch. */
  readonly ends: readonly number[];
}

/** The stream of rows, with the given numbers of rows in its batches. */
export function streamOf(rows: readonly Row[], counts: readonly number[], options: EncoderOptions = {}): StreamParts {
  const encoder = new RunEncoder(rows[0]!.run, rows[0]!.point?.length ?? 0, { points: "all", ...options });
  const parts = [encoder.header];
  const batches: Row[][] = [];
  let at = 0;
  for (const count of counts) {
    const batch = rows.slice(at, at + count);
    at += count;
    for (const row of batch) encoder.append(row);
    parts.push(encoder.flush()!);
    batches.push(batch);
  }
  const ends: number[] = [];
  let end = 0;
  for (const part of parts) {
    end += part.length;
    ends.push(end);
  }
  parts.push(endOfStream);
  return { parts, bytes: concatenate(parts), rows: batches, ends };
}

/**
 * The same bytes without the keys of their checksums, so that readers take them for a stream of an earlier version.
 * Every place stays where it is, and the result has its own bytes.
 */
export function withoutChecksums(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf("fluxion.crc32c"); at >= 0; at = copy.indexOf("fluxion.crc32c", at))
    copy.fill(0x78, at, at + 14);
  return new Uint8Array(copy.buffer, copy.byteOffset, copy.length).slice();
}
