/** Prepares the rows of a run as a subscription wants them: chooses columns, cuts steps, thins history and encodes. */

import type { RecordBatch } from "apache-arrow";
import { type EncodedBatches, encode, takeRows } from "../ipc.ts";
import { makePathThinner } from "../pathThinner.ts";
import type { Batch } from "../segment.ts";
import { makeThinner } from "../thin.ts";
import { makePauses, nextTurn } from "../turns.ts";
import { chosenBatches, type Range } from "./chosenBatches.ts";
import type { VectorColumn } from "./columnViews.ts";
import type { Plan } from "./plan.ts";
import { watchedColumns } from "./watchedColumns.ts";

/**
 * Returns a text that is equal for ranges of one run that hold equal rows. It is made from everything that the functions
 * below read: the batches and, where they are cut, the steps of the cuts.
 */
export function rangeKey(range: Range): string {
  const { segment, batches, fromStep, upToStep } = range;
  const numbers = batches.map(({ index }) => index);
  const first = numbers[0]!;
  const last = numbers.at(-1)!;
  const list = last - first + 1 === numbers.length ? `${first}-${last}` : numbers.join();
  const { below, above } = cutsOf(range);
  return `${segment}:${list}${below ? ` from ${fromStep}` : ""}${above ? ` before ${upToStep}` : ""}`;
}

/** Whether rows of the batches lie below `fromStep`, and whether some lie at `upToStep` or above. */
function cutsOf({ batches, fromStep, upToStep }: Range): { readonly below: boolean; readonly above: boolean } {
  return {
    below: batches.some((batch) => batch.firstStep < fromStep),
    above: batches.some((batch) => batch.lastStep >= upToStep),
  };
}

/** Returns how many rows the ranges hold at most, before steps are cut. */
export function countRows(ranges: readonly Range[]): number {
  let rows = 0;
  for (const { batches } of ranges) for (const batch of batches) rows += batch.rows;
  return rows;
}

/** Returns the first and the last step that the ranges can hold. The list must not be empty. */
export function stepsOf(ranges: readonly Range[]): { readonly fromStep: number; readonly toStep: number } {
  let fromStep = Number.POSITIVE_INFINITY;
  let toStep = 0;
  for (const range of ranges) {
    fromStep = Math.min(fromStep, Math.max(range.fromStep, range.batches[0]!.firstStep));
    toStep = Math.max(toStep, Math.min(range.upToStep - 1, range.batches.at(-1)!.lastStep));
  }
  return { fromStep: Math.min(fromStep, toStep), toStep };
}

/** Encoded rows and their number. */
export interface Rendered extends EncodedBatches {
  readonly rows: number;
}

/** Renders a range without thinning. Its bytes pass unchanged where columns and steps allow it. */
export function renderWhole(range: Range, plan: Plan): Rendered {
  const { header, batches } = range;
  const { below, above } = cutsOf(range);
  if (plan.indexes === undefined && !below && !above) {
    const whole: Uint8Array[] = [];
    let rows = 0;
    for (const batch of batches) {
      const bytes = batch.read();
      if (bytes === undefined) continue;
      whole.push(bytes);
      rows += batch.rows;
    }
    return { header, batches: Buffer.concat(whole), rows };
  }
  const chosen = [...chosenBatches(range, plan)].map(({ batch }) => batch);
  return { ...encode(plan.schema, chosen), rows: chosen.reduce((sum, batch) => sum + batch.numRows, 0) };
}

/** The part of a subscription that thinning needs. */
interface Thinning {
  readonly points: number;
  /** Number of rows that are kept for the shape of the path of points. Default: a quarter of `points`. */
  readonly pathPoints?: number | undefined;
  readonly scale: "linear" | "log";
}

/** Number of bytes of rows that are encoded at once, about: a few milliseconds of work. */
const bytesAtOnce = 256 * 1024;

/** Greatest dimension in which a path is thinned by its shape; nobody draws one of more. */
const coordinatesMost = 100;

/** Rows of a batch to be taken, by their number within its wanted part. */
interface Picked {
  readonly place: Batch;
  readonly rows: readonly number[];
}

/**
 * Renders the ranges thinned to about `points` rows, as one stream for each range that has rows, in pieces of a bounded
 * size. Other work gets its turn between batches. It ends early once `wanted` says no.
 *
 * The first pass chooses the rows, the second one takes them and reads only the batches that hold some. So memory holds
 * one piece at a time.
 */
export async function* renderThinned(
  ranges: readonly Range[],
  plans: readonly Plan[],
  { points, pathPoints = Math.ceil(points / 4), scale }: Thinning,
  wanted: () => boolean,
): AsyncGenerator<Rendered> {
  const pause = makePauses();
  await nextTurn();
  const width = Math.max(0, ...plans.map((plan) => plan.watched.length));
  const thinner = makeThinner({ ...stepsOf(ranges), points, scale, columns: width });
  const shape = makeShapeThinner(pathPoints);
  /** Batches that were read, and the number of rows of their wanted parts, for each range. */
  const offered: { readonly place: Batch; readonly rows: number }[][] = [];
  for (const [index, range] of ranges.entries()) {
    const seen: { readonly place: Batch; readonly rows: number }[] = [];
    offered.push(seen);
    for (const { steps, columns, marks, path, place } of watchedColumns(range, plans[index]!)) {
      const kept = marks.length === 0 ? undefined : (row: number) => marks.some((has) => has(row));
      thinner.offer(steps, columns, kept);
      shape.offer(steps.length, path);
      seen.push({ place, rows: steps.length });
      await pause();
      if (!wanted()) return;
    }
  }
  const chosen = joined(thinner.chosen(), shape.chosen());
  let next = 0;
  let before = 0;
  for (const [index, range] of ranges.entries()) {
    const plan = plans[index]!;
    const picked: Picked[] = [];
    for (const { place, rows: count } of offered[index]!) {
      const rows: number[] = [];
      while (next < chosen.length && chosen[next]! < before + count) rows.push(chosen[next++]! - before);
      before += count;
      if (rows.length > 0) picked.push({ place, rows });
    }
    let taken: RecordBatch[] = [];
    let rows = 0;
    let bytes = 0;
    for (const { batch, picks } of pickedBatches(range, plan, picked)) {
      const sizeOf = rowSizes(batch);
      for (let at = 0; at < picks.length; ) {
        const begin = at;
        while (at < picks.length && bytes < bytesAtOnce) bytes += sizeOf(picks[at++]!);
        const some = picks.slice(begin, at);
        taken.push(some.length === batch.numRows ? batch : takeRows(batch, plan.schema, some));
        rows += some.length;
        if (bytes >= bytesAtOnce) {
          yield { ...encode(plan.schema, taken), rows };
          taken = [];
          rows = 0;
          bytes = 0;
        }
        await pause();
        if (!wanted()) return;
      }
    }
    if (rows > 0) yield { ...encode(plan.schema, taken), rows };
  }
}

/** Thins the path of the points of batches. */
function makeShapeThinner(points: number): {
  offer(rows: number, path: VectorColumn | undefined): void;
  chosen(): number[];
} {
  let thinner: ReturnType<typeof makePathThinner> | undefined;
  let dimension = 0;
  let offered = 0;
  return {
    offer(rows, path) {
      for (let row = 0; row < rows && path !== undefined; row++) {
        const begin = path.begin(row);
        const length = path.end(row) - begin;
        if (thinner === undefined && length > 1 && length <= coordinatesMost) {
          thinner = makePathThinner(points, length);
          dimension = length;
        }
        if (length === dimension) thinner?.offer(offered + row, path.values, begin);
      }
      offered += rows;
    },
    chosen: () => thinner?.chosen() ?? [],
  };
}

/** Joins two lists of ordinals in order. */
function joined(first: Float64Array, second: readonly number[]): ArrayLike<number> {
  return second.length === 0 ? first : Float64Array.from(new Set([...first, ...second])).sort();
}

/** Reads the batches again that hold picked rows. One that was damaged meanwhile is left out. */
function* pickedBatches(
  range: Range,
  plan: Plan,
  picked: readonly Picked[],
): Generator<{ readonly batch: RecordBatch; readonly picks: readonly number[] }> {
  if (picked.length === 0) return;
  const rows = new Map(picked.map((picks) => [picks.place, picks.rows]));
  const batches = picked.map(({ place }) => place);
  for (const { batch, place } of chosenBatches({ ...range, batches }, plan)) yield { batch, picks: rows.get(place)! };
}

/** Makes the function that tells about how many bytes one row of a batch has. */
function rowSizes(batch: RecordBatch): (row: number) => number {
  const lists = batch.data.children.flatMap(({ valueOffsets }) =>
    valueOffsets === undefined || valueOffsets.length <= batch.numRows ? [] : [valueOffsets],
  );
  const plain = 8 * batch.numCols;
  return (row) => lists.reduce((sum, offsets) => sum + 8 * Number(offsets[row + 1]! - offsets[row]!), plain);
}
