import { type AxisMap, type Shape, sizeOf } from "../../graph/graph.ts";
import { denseStrides } from "./view.ts";

/**
 * The places of windows in a larger array, as runs with a constant step. A loop handles leading axes that both share.
 */
export interface Runs {
  /**
   * Four numbers per run: its place in the windows and in the larger array (bytes), its length, its step in the larger
   * array (bytes).
   */
  readonly table: Int32Array;
  /** Number of runs. */
  readonly count: number;
  /** Number of times that the table is used. */
  readonly repeat: number;
  /** Number of numbers of the windows in one use. */
  readonly windows: number;
  /** Number of numbers of the larger array in one use. */
  readonly large: number;
  /** Whether windows reach outside the larger array. */
  readonly partial: boolean;
}

export function runsOf(maps: readonly AxisMap[], large: Shape, windows: Shape): Runs {
  let shared = 0;
  while (shared < large.length && shared < windows.length && isShared(maps, large, windows, shared)) shared++;
  const inner = maps.slice(shared).map((map) => ({ ...map, strides: map.strides.slice(shared) }));
  const [largeShape, windowShape] = [large.slice(shared), windows.slice(shared)];
  const places = placesOf(inner, largeShape, windowShape);
  const table: number[] = [];
  let reached = 0;
  for (let k = 0; k < places.length; ) {
    const start = places[k]!;
    if (start < 0) {
      k++;
      continue;
    }
    const step = k + 1 < places.length && places[k + 1]! >= 0 ? places[k + 1]! - start : 1;
    let length = 1;
    while (k + length < places.length && places[k + length] === start + length * step) length++;
    table.push(8 * k, 8 * start, length, 8 * step);
    reached += length;
    k += length;
  }
  return {
    table: Int32Array.from(table),
    count: table.length / 4,
    repeat: sizeOf(windows.slice(0, shared)),
    windows: sizeOf(windowShape),
    large: sizeOf(largeShape),
    partial: reached < places.length,
  };
}

/** Whether an axis of the windows is the same axis of the larger array, and no other axis depends on it. */
export function isShared(maps: readonly AxisMap[], large: Shape, windows: Shape, axis: number): boolean {
  if (large[axis] !== windows[axis]) return false;
  return maps.every((map, i) =>
    i === axis
      ? map.table === undefined && map.offset === 0 && map.strides.every((stride, j) => stride === Number(j === axis))
      : map.strides[axis] === 0,
  );
}

/** Returns the place in the larger array of each entry of the windows; -1 outside of it. */
function placesOf(maps: readonly AxisMap[], large: Shape, windows: Shape): Int32Array {
  const steps = denseStrides(large);
  const found = new Int32Array(sizeOf(windows));
  if (found.length === 0) return found;
  const inner = windows.at(-1) ?? 1;
  const outer = windows.slice(0, -1);
  const coordinate = outer.map(() => 0);
  const starts = maps.map(() => 0);
  for (let k = 0; k < found.length; k += inner) {
    for (const [axis, { offset, strides }] of maps.entries()) {
      let at = offset;
      for (let i = 0; i < outer.length; i++) at += strides[i]! * coordinate[i]!;
      starts[axis] = at;
    }
    for (let j = 0; j < inner; j++) {
      let place = 0;
      for (let axis = 0; axis < maps.length; axis++) {
        const { strides, table } = maps[axis]!;
        const at = starts[axis]! + j * (strides[outer.length] ?? 0);
        const index = table === undefined ? at : (table[at] ?? -1);
        if (!(index >= 0 && index < large[axis]!)) {
          place = -1;
          break;
        }
        place += index * steps[axis]!;
      }
      found[k + j] = place;
    }
    for (let i = outer.length - 1; i >= 0; i--) {
      coordinate[i]!++;
      if (coordinate[i]! < outer[i]!) break;
      coordinate[i] = 0;
    }
  }
  return found;
}
