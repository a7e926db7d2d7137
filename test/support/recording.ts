/** A recording whose messages are kept. */
import { setTimeout as wait } from "node:timers/promises";
import { concatenate } from "../../src/arrow/encoder.ts";
import { type RecordingOptions, type RecordMessage, recordRun } from "../../src/arrow/recorder.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { makeRun } from "./rows.ts";

export type Batch = Extract<RecordMessage, { readonly kind: "batch" }>;
export const run = makeRun();
/** Far more than any test takes. */
export const never = { seconds: 1000 };

export function record(options: RecordingOptions) {
  const messages: RecordMessage[] = [];
  const recorder = recordRun(run, { ...options, sink: (message) => messages.push(message) });
  const batches = (): Batch[] => messages.filter((message) => message.kind === "batch");
  const counts = (): number[] => batches().map(({ rows }) => rows);
  const rows = (): RunReader => new RunReader(concatenate(messages.map(({ bytes }) => bytes)));
  return { ...recorder, recorder, messages, batches, counts, rows };
}

/** A long step of the optimiser. */
export function spin(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error(`waited for ${condition} in vain`);
    await wait(10);
  }
}
