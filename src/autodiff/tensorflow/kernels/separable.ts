import type { AxisMap, Shape } from "../../graph/graph.ts";

/** Places along one axis of the larger array, as a function of some axes of the windows that no other axis depends on. */
export interface AxisPlaces {
  /** Axes of the windows on which the place depends, ascending, with more than one entry each. */
  readonly axes: readonly number[];
  /** Places for all coordinates of these axes; -1 beyond the edge. */
  readonly places: readonly number[];
  /** The places as a range, if they are one: `count` places from `start` on, after `before` and before `after` zeros. */
  readonly range:
    | {
        readonly start: number;
        readonly step: number;
        readonly count: number;
        readonly before: number;
        readonly after: number;
      }
    | undefined;
}

/**
 * Splits maps into one list of places for each axis of the larger array; undefined if two of them depend on the same axis
 * of the windows.
 */
export function separated(maps: readonly AxisMap[], large: Shape, windows: Shape): readonly AxisPlaces[] | undefined {
  const taken = new Set<number>();
  const found: AxisPlaces[] = [];
  for (const [axis, { offset, strides, table }] of maps.entries()) {
    const axes = windows.flatMap((extent, i) => (strides[i] !== 0 && extent > 1 ? [i] : []));
    if (axes.some((i) => taken.has(i))) return undefined;
    for (const i of axes) taken.add(i);
    let places = [offset];
    for (const i of axes) {
      places = places.flatMap((place) => Array.from({ length: windows[i]! }, (_, k) => place + k * strides[i]!));
    }
    const extent = large[axis]!;
    const inside = places.map((place) => {
      const at = table === undefined ? place : (table[place] ?? -1);
      return at >= 0 && at < extent ? at : -1;
    });
    found.push({ axes, places: inside, range: rangeOf(inside) });
  }
  return found;
}

/** Finds the places as a range; undefined if they are none. */
function rangeOf(places: readonly number[]): AxisPlaces["range"] {
  const before = places.findIndex((place) => place >= 0);
  if (before < 0) return { start: 0, step: 1, count: 0, before: places.length, after: 0 };
  const end = places.findLastIndex((place) => place >= 0) + 1;
  const [start, count] = [places[before]!, end - before];
  const step = count === 1 ? 1 : places[before + 1]! - start;
  if (step < 1) return undefined;
  for (let i = before; i < end; i++) if (places[i] !== start + (i - before) * step) return undefined;
  return { start, step, count, before, after: places.length - end };
}

/** Axes of the windows on which no place depends, although they have more than one entry. */
export function freeAxes(found: readonly AxisPlaces[], windows: Shape): readonly number[] {
  const used = new Set(found.flatMap(({ axes }) => axes));
  return windows.flatMap((extent, i) => (extent !== 1 && !used.has(i) ? [i] : []));
}

/** The permutation that puts the axes, in the order in which the larger array has them, into ascending order. */
export function ascending(found: readonly AxisPlaces[]): readonly number[] {
  const order = found.flatMap(({ axes }) => axes);
  return order.toSorted((a, b) => a - b).map((axis) => order.indexOf(axis));
}

export function isIdentity(permutation: readonly number[]): boolean {
  return permutation.every((axis, i) => axis === i);
}
