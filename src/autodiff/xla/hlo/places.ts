/** Reads and sums at places that a table gives, or that are too many to be written one by one. */
import type { AxisMap, Shape } from "../../graph/graph.ts";
import { sizeOf } from "../../graph/graph.ts";
import { places } from "../../kernels/move.ts";
import type { HloWriter, Value } from "./writer.ts";

/** Gives a table of places as a value of the module. */
export type PlaceTable = (table: Int32Array) => Value;

/** Most entries that are read for each that is summed, counting those that stand in for missing ones. */
const mostWasted = 4;

/** Reads entries of a list; the place -1 reads 0. */
function read(w: HloWriter, list: Value, table: Int32Array, tableOf: PlaceTable): Value {
  const end = list.shape[0]!;
  const padded = w.pad(list, [0], [1]);
  const indices = w.reshape(tableOf(table.map((place) => (place < 0 ? end : place))), [table.length, 1]);
  const result = { shape: [table.length], element: list.element };
  return w.put(
    `"stablehlo.gather"(${padded.name}, ${indices.name}) {dimension_numbers = #stablehlo.gather<collapsed_slice_dims = ` +
      "[0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1>, indices_are_sorted = false} : " +
      `(${w.typeOf(padded)}, ${w.typeOf(indices)}) -> ${w.typeOf(result)}`,
    result.shape,
    result.element,
  );
}

export function takePlaces(w: HloWriter, x: Value, maps: readonly AxisMap[], shape: Shape, tableOf: PlaceTable): Value {
  const table = places(maps, x.shape, shape);
  if (table.length === 0 || sizeOf(x.shape) === 0) return w.fill(0, shape);
  return w.reshape(read(w, w.reshape(x, [sizeOf(x.shape)]), table, tableOf), shape);
}

/**
 * Sums entries of `x` at the places of an array of zeros. Each sum reads its terms in their order, so that its bits do not
 * depend on which thread adds first.
 */
export function addPlaces(w: HloWriter, x: Value, maps: readonly AxisMap[], shape: Shape, tableOf: PlaceTable): Value {
  const table = places(maps, shape, x.shape);
  const size = sizeOf(shape);
  const counts = new Int32Array(size);
  for (const place of table) if (place >= 0) counts[place]!++;
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return w.fill(0, shape);
  const list = w.reshape(x, [table.length]);
  if (most * size > mostWasted * (table.length + size))
    return w.reshape(scattered(w, list, table, size, tableOf), shape);
  const sources = new Int32Array(most * size).fill(-1);
  counts.fill(0);
  for (const [k, place] of table.entries()) if (place >= 0) sources[counts[place]!++ * size + place] = k;
  const terms = w.reshape(read(w, list, sources, tableOf), [most, size]);
  return w.reshape(w.reduce("add", terms, [0], 0), shape);
}

function scattered(w: HloWriter, list: Value, table: Int32Array, size: number, tableOf: PlaceTable): Value {
  const indices = w.reshape(tableOf(table.map((place) => (place < 0 ? size : place))), [table.length, 1]);
  const zeros = w.fill(0, [size]);
  const scalar = w.typeOf({ shape: [], element: list.element });
  return w.put(
    `"stablehlo.scatter"(${zeros.name}, ${indices.name}, ${list.name}) ({\n^bb0(%left: ${scalar}, %right: ${scalar}):\n` +
      `%both = stablehlo.add %left, %right : ${scalar}\nstablehlo.return %both : ${scalar}\n}) ` +
      "{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], " +
      "index_vector_dim = 1>, indices_are_sorted = false, unique_indices = false} : " +
      `(${w.typeOf(zeros)}, ${w.typeOf(indices)}, ${w.typeOf(list)}) -> ${w.typeOf(zeros)}`,
    [size],
    list.element,
  );
}
