/** Reads the batches of a range, cut to its steps. */
import type { RecordBatch } from "apache-arrow";
import { decode, selectColumns } from "../ipc.ts";
import type { Batch } from "../segment.ts";
import type { Plan } from "./plan.ts";

/** The rows with `fromStep` <= step < `upToStep` of some batches of one segment, at least one batch. */
export interface Range {
  /** Number of the segment among those of its run. */
  readonly segment: number;
  readonly header: Uint8Array;
  readonly batches: readonly Batch[];
  readonly fromStep: number;
  readonly upToStep: number;
}

/** Yields the wanted part of each batch that has one, with the place of the batch in the range. */
export function* chosenBatches(
  { header, batches, fromStep, upToStep }: Range,
  plan: Plan,
): Generator<{ readonly batch: RecordBatch; readonly place: Batch }> {
  const read: Batch[] = [];
  function* bytes(): Generator<Uint8Array> {
    for (const batch of batches) {
      const there = batch.read();
      if (there === undefined) continue;
      read.push(batch);
      yield there;
    }
  }
  for (const batch of decode(header, bytes())) {
    const place = read.shift();
    // For a stream without batches arrow-js gives an empty one.
    if (place === undefined) continue;
    const chosen = plan.indexes === undefined ? batch : selectColumns(batch, plan.schema, plan.indexes);
    if (place.firstStep >= fromStep && place.lastStep < upToStep) {
      yield { batch: chosen, place };
      continue;
    }
    const steps = batch.getChild("step")!;
    let begin = 0;
    while (begin < batch.numRows && Number(steps.get(begin)) < fromStep) begin++;
    let end = begin;
    while (end < batch.numRows && Number(steps.get(end)) < upToStep) end++;
    if (end > begin) yield { batch: chosen.slice(begin, end), place };
  }
}
