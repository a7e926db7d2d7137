/** Where the samples lie in an array, and how operations move them. */
import type { AxisMap, Shape } from "../../graph/graph.ts";
import { sizeOf } from "../../graph/graph.ts";

/**
 * The axis along which the samples lie. Its extent is the number of samples times `per`, with the samples outermost, as
 * after a reshape that merges them with other axes.
 */
export interface Place {
  readonly axis: number;
  readonly per: number;
}

/** Where an operand of a matrix product has its samples. */
type MatmulSide = "batch" | "inner" | "outer";

export function samePlace(a: Place, b: Place): boolean {
  return a.axis === b.axis && a.per === b.per;
}

/** Whether an array of this shape can have its samples there. */
export function fits(shape: Shape, { axis, per }: Place, samples: number): boolean {
  return shape[axis] === samples * per;
}

/** Returns the shape for another number of samples. */
export function resized(shape: Shape, { axis, per }: Place, samples: number): Shape {
  return shape.map((extent, i) => (i === axis ? samples * per : extent));
}

/** Returns the place after a reshape; undefined if the samples are not outermost on an axis of the new shape. */
export function reshapedPlace(from: Shape, { axis }: Place, to: Shape, samples: number): Place | undefined {
  const before = sizeOf(from.slice(0, axis));
  let lead = 1;
  for (const [i, extent] of to.entries()) {
    if (lead === before && extent > 0 && extent % samples === 0) return { axis: i, per: extent / samples };
    lead *= extent;
  }
  return undefined;
}

/** Returns the place after the axes are removed; undefined if the samples' own axis is among them. */
export function reducedPlace({ axis, per }: Place, axes: readonly number[]): Place | undefined {
  if (axes.includes(axis)) return undefined;
  return { axis: axis - axes.filter((other) => other < axis).length, per };
}

/** Says on which side of a matrix product the samples of an operand lie. */
export function matmulSide(rank: number, axis: number, operand: 0 | 1, transpose: boolean): MatmulSide {
  if (axis < rank - 2) return "batch";
  const isFirst = axis === rank - 2;
  // The rows of A and the columns of B are axes of the result.
  return (isFirst === (operand === 0)) === transpose ? "inner" : "outer";
}

/** Returns the axis over which a matrix product sums. */
export function innerAxis(rank: number, operand: 0 | 1, transpose: boolean): number {
  return (operand === 0) === transpose ? rank - 2 : rank - 1;
}

/** Returns the axis of the windows that a map reads one by one from the start; undefined if it does not. */
export function identityAxis({ offset, strides, table }: AxisMap): number | undefined {
  if (offset !== 0 || table !== undefined) return undefined;
  const moving = strides.flatMap((stride, axis) => (stride === 0 ? [] : [axis]));
  return moving.length === 1 && strides[moving[0]!] === 1 ? moving[0] : undefined;
}

/** Whether only the map of one axis reads along this axis of the windows. */
export function onlyMap(maps: readonly AxisMap[], axis: number, windowAxis: number): boolean {
  return maps.every(({ strides }, i) => i === axis || strides[windowAxis] === 0);
}
