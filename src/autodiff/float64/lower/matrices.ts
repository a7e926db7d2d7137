import type { Shape } from "../../graph/graph.ts";
import type { Batch, Matrix } from "./steps.ts";
import type { View } from "./values.ts";
import { denseStrides } from "./view.ts";

/**
 * Returns the last two axes of a view as a matrix that products can read in place; undefined if it must be written out
 * first.
 */
export function matrixOf({ from, offset, shape, strides }: View): Matrix | undefined {
  if (typeof from === "number") return undefined;
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  const [down, right] = [strides.at(-2)!, strides.at(-1)!];
  if ((right === 1 || columns === 1) && (rows === 1 || down >= columns)) {
    return { buffer: from, offset, distance: rows === 1 ? columns : down, transpose: false };
  }
  if ((down === 1 || rows === 1) && (columns === 1 || right >= rows)) {
    return { buffer: from, offset, distance: columns === 1 ? rows : right, transpose: true };
  }
  return undefined;
}

/**
 * Returns the loops over the leading axes of a product. Axes over which everything moves as over one axis are merged.
 */
export function productBatches(a: View, b: View, shape: Shape): readonly Batch[] {
  const dense = denseStrides(shape);
  const batches: Batch[] = [];
  for (let axis = 0; axis < shape.length - 2; axis++) {
    const next: Batch = { count: shape[axis]!, a: a.strides[axis]!, b: b.strides[axis]!, c: dense[axis]! };
    if (next.count === 1) continue;
    const last = batches.at(-1);
    const together =
      last !== undefined &&
      last.a === next.a * next.count &&
      last.b === next.b * next.count &&
      last.c === next.c * next.count;
    if (together) batches[batches.length - 1] = { ...next, count: last.count * next.count };
    else batches.push(next);
  }
  return batches;
}
