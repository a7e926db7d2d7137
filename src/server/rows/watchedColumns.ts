/** Reads of each batch of a range only what thinning looks at. */
import type { RecordBatch, Vector } from "apache-arrow";
import { schemaOf } from "../ipc.ts";
import type { Batch } from "../segment.ts";
import type { NumberColumn } from "../thin.ts";
import { chosenBatches, type Range } from "./chosenBatches.ts";
import { columnViews, type VectorColumn } from "./columnViews.ts";
import type { Plan } from "./plan.ts";

/** What thinning looks at in the wanted part of a batch. */
interface Watched {
  readonly place: Batch;
  readonly steps: ArrayLike<number>;
  readonly columns: readonly NumberColumn[];
  /** For columns whose entries are all kept, and which have some here: whether a row has one. */
  readonly marks: readonly ((row: number) => boolean)[];
  /** The points of the path. */
  readonly path: VectorColumn | undefined;
}

/** Yields what thinning looks at, of each batch that has a wanted part. */
export function* watchedColumns(range: Range, plan: Plan): Generator<Watched> {
  const look = viewsFor(range.header, plan);
  for (const place of range.batches) {
    const isWhole = place.firstStep >= range.fromStep && place.lastStep < range.upToStep;
    const bytes = look === undefined || !isWhole ? undefined : place.read();
    const view = bytes === undefined ? undefined : look?.(bytes);
    if (view !== undefined) {
      const [steps, ...columns] = view.numbers;
      const marks = view.marks.filter((has) => has !== undefined);
      yield { place, steps: steps!.values, columns, marks, path: view.vector };
      continue;
    }
    for (const { batch } of chosenBatches({ ...range, batches: [place] }, plan)) {
      const marks = plan.kept.flatMap((name) => batch.getChild(name) ?? []);
      const some = marks.filter(({ nullCount }) => nullCount < batch.numRows);
      yield {
        place,
        steps: numbers(batch.getChild("step")!).values,
        columns: plan.watched.map((column) => numbers(batch.getChildAt(column)!)),
        marks: some.map((column) => (row: number) => column.isValid(row)),
        path: plan.path === undefined ? undefined : vectors(batch, plan.path),
      };
    }
  }
}

/** Makes the function that looks at the step and the watched columns of whole batches, where it can. */
function viewsFor(header: Uint8Array, plan: Plan): ReturnType<typeof columnViews> {
  const whole = schemaOf(header);
  const place = (column: number): number => plan.indexes?.[column] ?? column;
  const named = (name: string): number => whole.fields.findIndex((field) => field.name === name);
  return columnViews(
    whole,
    [named("step"), ...plan.watched.map(place)],
    plan.kept.map(named),
    plan.path === undefined ? undefined : place(plan.path),
  );
}

function vectors(batch: RecordBatch, column: number): VectorColumn | undefined {
  const data = batch.data.children[column];
  const [values, offsets] = [data?.children[0]?.values as ArrayLike<number> | undefined, data?.valueOffsets];
  if (values === undefined || offsets === undefined) return undefined;
  return { values, begin: (row) => Number(offsets[row]), end: (row) => Number(offsets[row + 1]) };
}

/** Returns the numbers of a column of any width. Integers beyond 2^53 lose digits. */
function numbers(vector: Vector): NumberColumn {
  const raw: unknown = vector.toArray();
  const values =
    raw instanceof BigInt64Array || raw instanceof BigUint64Array
      ? Float64Array.from(raw, Number)
      : (raw as ArrayLike<number>);
  return vector.nullCount === 0 ? { values } : { values, missing: (row) => !vector.isValid(row) };
}
