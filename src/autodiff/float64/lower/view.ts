import { type Attributes, type Shape, sizeOf } from "../../graph/graph.ts";
import type { Buffer, View } from "./values.ts";

/** Returns the strides of numbers that lie row by row. */
export function denseStrides(shape: Shape): number[] {
  const strides = shape.map(() => 0);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Returns a view of all numbers of a buffer, row by row. */
export function wholeView(buffer: Buffer, shape: Shape): View {
  return { from: buffer, offset: 0, shape, strides: denseStrides(shape) };
}

/** Returns a view with the same number everywhere. */
export function uniformView(value: number, shape: Shape): View {
  return { from: value, offset: 0, shape, strides: shape.map(() => 0) };
}

/** Whether the numbers lie row by row without gaps. */
export function isDense({ from, shape, strides }: View): boolean {
  if (typeof from === "number") return false;
  const dense = denseStrides(shape);
  return shape.every((extent, axis) => extent === 1 || strides[axis] === dense[axis]);
}

/** Whether a view shows all numbers of its buffer, row by row. */
export function isWhole(view: View): view is View & { from: Buffer } {
  return typeof view.from !== "number" && view.offset === 0 && view.from.size === sizeOf(view.shape) && isDense(view);
}

export function broadcastView({ from, offset, shape, strides }: View, to: Shape): View {
  const missing = to.length - shape.length;
  return {
    from,
    offset,
    shape: to,
    strides: to.map((extent, axis) =>
      axis < missing || shape[axis - missing] !== extent ? 0 : strides[axis - missing]!,
    ),
  };
}

export function transposeView({ from, offset, shape, strides }: View, permutation: readonly number[]): View {
  return {
    from,
    offset,
    shape: permutation.map((axis) => shape[axis]!),
    strides: permutation.map((axis) => strides[axis]!),
  };
}

/** Returns the same numbers in another shape; undefined if no strides reach them in that order. */
export function reshapeView({ from, offset, shape, strides }: View, to: Shape): View | undefined {
  if (typeof from === "number") return uniformView(from, to);
  if (sizeOf(to) === 0) return { from, offset, shape: to, strides: denseStrides(to) };
  const old = shape.map((extent, axis) => ({ extent, stride: strides[axis]! })).filter(({ extent }) => extent !== 1);
  const result = to.map(() => 0);
  let place = 0;
  for (let axis = 0; axis < to.length; ) {
    if (to[axis] === 1) {
      axis++;
      continue;
    }
    // Find the shortest runs of old and of new axes with equally many numbers.
    let [oldEnd, end] = [place + 1, axis + 1];
    let [oldSize, size] = [old[place]!.extent, to[axis]!];
    while (oldSize !== size) {
      if (oldSize < size) oldSize *= old[oldEnd++]!.extent;
      else size *= to[end++]!;
    }
    for (let i = place; i + 1 < oldEnd; i++) {
      if (old[i]!.stride !== old[i + 1]!.stride * old[i + 1]!.extent) return undefined;
    }
    for (let i = end - 1, step = old[oldEnd - 1]!.stride; i >= axis; i--) {
      result[i] = step;
      step *= to[i]!;
    }
    [place, axis] = [oldEnd, end];
  }
  return { from, offset, shape: to, strides: result };
}

/** Returns what `take` reads as a view; undefined if it reads outside or needs a table. */
export function takeView(
  { from, offset, shape, strides }: View,
  { maps, shape: to }: Attributes["take"],
): View | undefined {
  let start = offset;
  const result = to.map(() => 0);
  for (const [axis, map] of maps.entries()) {
    if (map.table !== undefined) return undefined;
    let [low, high] = [map.offset, map.offset];
    for (const [i, stride] of map.strides.entries()) {
      const reach = stride * (to[i]! - 1);
      if (reach < 0) low += reach;
      else high += reach;
      result[i]! += stride * strides[axis]!;
    }
    if (low < 0 || high >= shape[axis]!) return undefined;
    start += map.offset * strides[axis]!;
  }
  return { from, offset: start, shape: to, strides: result };
}

/** Leaves out axes of one entry. Loops over two shapes are the same if what remains is the same. */
export function canonical(shape: Shape): Shape {
  return shape.filter((extent) => extent !== 1);
}

/** Returns the strides along the axes that `canonical` keeps. */
export function canonicalStrides(shape: Shape, strides: readonly number[]): readonly number[] {
  return strides.filter((_, axis) => shape[axis] !== 1);
}

/** Permutation that swaps the last two axes. */
export function lastTwoSwapped(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}

/** Permutation that undoes another one. */
export function inverse(permutation: readonly number[]): readonly number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}
