import { concatenate, type EncoderOptions, RunEncoder } from "../../src/arrow/encoder.ts";
import { endOfStream } from "../../src/arrow/recordBatch.ts";
import type { Row, Run } from "../../src/arrow/row.ts";

/** The stream of a run's rows, `capacity` to a batch. */
export function encode(run: Run, rows: readonly Row[], options: EncoderOptions = {}): Uint8Array {
  const encoder = new RunEncoder(run, rows[0]?.point?.length ?? 0, options);
  const parts = [encoder.header];
  for (const row of rows) {
    if (encoder.rows === encoder.capacity) parts.push(encoder.flush()!);
    encoder.append(row);
  }
  encoder.completeLast();
  const last = encoder.flush();
  return concatenate(last === undefined ? [...parts, endOfStream] : [...parts, last, endOfStream]);
}

export const points = (rows: Iterable<Row>): (number | undefined)[] => [...rows].map((row) => row.point?.[0]);
