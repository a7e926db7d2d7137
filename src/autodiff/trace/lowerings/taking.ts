import type { GraphBuilder } from "../../build/builder.ts";
import type { AxisMap, Node, Shape } from "../../graph/graph.ts";
import type { Arithmetic } from "../arithmetic.ts";

/** Makes the map of an axis that follows output axis `at` of `rank`, from `offset` in steps of `stride`. */
function along(at: number, rank: number, offset = 0, stride = 1): AxisMap {
  return { offset, strides: Array.from({ length: rank }, (_, i) => (i === at ? stride : 0)) };
}

/** Reads x at offsets[i] + strides[i] * k along each axis i; 0 where that lies outside. */
export function strided(
  builder: GraphBuilder,
  x: Node,
  offsets: readonly number[],
  shape: Shape,
  strides?: readonly number[],
): Node {
  const maps = offsets.map((offset, axis) => along(axis, offsets.length, offset, strides?.[axis] ?? 1));
  return builder.take(x, maps, shape);
}

/** Returns x[..., start : start + count, ...] along one axis. */
export function slice(builder: GraphBuilder, x: Node, axis: number, start: number, count: number): Node {
  const offsets = x.shape.map((_, i) => (i === axis ? start : 0));
  return strided(
    builder,
    x,
    offsets,
    x.shape.map((extent, i) => (i === axis ? count : extent)),
  );
}

/** Reverses x along axes. */
export function reverse(builder: GraphBuilder, x: Node, axes: readonly number[]): Node {
  const offsets = x.shape.map((extent, i) => (axes.includes(i) ? extent - 1 : 0));
  return strided(
    builder,
    x,
    offsets,
    x.shape,
    x.shape.map((_, i) => (axes.includes(i) ? -1 : 1)),
  );
}

/** Puts zeros around x. */
export function padded(builder: GraphBuilder, x: Node, pads: readonly (readonly [number, number])[]): Node {
  const offsets = pads.map(([before]) => -before);
  return strided(
    builder,
    x,
    offsets,
    x.shape.map((extent, axis) => extent + pads[axis]![0] + pads[axis]![1]),
  );
}

/** Moves x by `by` places along an axis; `filler` comes in. */
export function shift(m: Arithmetic, x: Node, axis: number, by: number, filler: number): Node {
  const offsets = x.shape.map((_, i) => (i === axis ? -by : 0));
  const moved = strided(m.builder, x, offsets, x.shape);
  if (filler === 0) return moved;
  const line = x.shape.map((extent, i) => (i === axis ? extent : 1));
  const missing = Float64Array.from({ length: x.shape[axis]! }, (_, k) =>
    k - by >= 0 && k - by < x.shape[axis]! ? 0 : filler,
  );
  return m.add(moved, m.builder.constant(missing, line));
}

/** Puts nodes side by side along an axis. Two are padded with zeros and added; more are joined half by half. */
export function concatenated(m: Arithmetic, parts: readonly Node[], axis: number): Node {
  const filled = parts.filter((part) => part.shape[axis] !== 0);
  if (filled.length <= 1) return filled[0] ?? parts[0]!;
  const half = filled.length >> 1;
  const left = concatenated(m, filled.slice(0, half), axis);
  const right = concatenated(m, filled.slice(half), axis);
  const pads = (before: number, after: number): (readonly [number, number])[] =>
    left.shape.map((_, i) => (i === axis ? [before, after] : [0, 0]));
  return m.add(
    padded(m.builder, left, pads(0, right.shape[axis]!)),
    padded(m.builder, right, pads(left.shape[axis]!, 0)),
  );
}

/** Reads places of one axis by a constant list. The caller must refuse places out of range. */
export function gathered(builder: GraphBuilder, x: Node, axis: number, places: ArrayLike<number>): Node {
  const table = Int32Array.from(places);
  const rank = x.shape.length;
  const maps = x.shape.map((_, i): AxisMap => (i === axis ? { ...along(i, rank), table } : along(i, rank)));
  return builder.take(
    x,
    maps,
    x.shape.map((extent, i) => (i === axis ? table.length : extent)),
  );
}
