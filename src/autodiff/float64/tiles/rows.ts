import { failure } from "../../../errors.ts";
import type { Shape } from "../../graph/graph.ts";
import { sizeOf } from "../../graph/graph.ts";
import type { Place } from "../../passes/samples/places.ts";

/** How the rows of some samples lie in an array of all samples. */
export interface Rows {
  /** Numbers of one sample that lie together. */
  readonly width: number;
  /** Number of such groups per sample, which lie `stride` numbers apart. */
  readonly groups: number;
  readonly stride: number;
}

/** Returns the layout of the samples of an array. */
export function rowsOf(shape: Shape, { axis, per }: Place): Rows {
  const behind = sizeOf(shape.slice(axis + 1));
  return { width: per * behind, groups: sizeOf(shape.slice(0, axis)), stride: shape[axis]! * behind };
}

/** Numbers of a tile's input: all of them, or where each part comes from. */
export type TileData = Float64Array | { part(target: Float64Array, from: number): void };

/** Throws if samples up to one are no longer there, since reading them then would give other numbers without a word. */
export function requireSamples(values: Float64Array, { width, groups, stride }: Rows, end: number): void {
  if (values.length >= (groups - 1) * stride + end * width) return;
  throw failure(
    "ERR_LENGTH",
    "float64: expected all data as they were given, got an array whose memory was given away or cut; give a copy away",
  );
}
