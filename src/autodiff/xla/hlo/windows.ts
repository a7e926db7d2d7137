import type { AxisMap, Shape } from "../../graph/graph.ts";
import type { HloWriter, Value } from "./writer.ts";

/** Most places of a window along one axis that are written one by one. */
const mostTaps = 64;

/** The places that windows read along one axis of the larger array. */
interface AxisWindows {
  readonly offset: number;
  /** Extent of the larger array. */
  readonly large: number;
  /** The axis of the windows that advances by a fixed step; undefined if none does. */
  readonly leading: number | undefined;
  readonly extent: number;
  readonly stride: number;
  /** Axes whose places are written one by one, as those of a filter. */
  readonly taps: readonly number[];
  /** Distance from the first place to that of each tap, in the order of the taps. */
  readonly shifts: readonly number[];
  /** Whether the windows lie side by side without gaps, as in most poolings: a reshape then gives them. */
  readonly isTiled: boolean;
}

/** How windows lie in a larger array, axis by axis. */
interface Windows {
  readonly shape: Shape;
  readonly axes: readonly AxisWindows[];
  /** Axes of the windows along which nothing moves. */
  readonly free: readonly number[];
}

/** Returns undefined if there is a table, if one axis moves along two, or if too many places would be written. */
export function windowsOf(maps: readonly AxisMap[], large: Shape, shape: Shape): Windows | undefined {
  if (maps.some(({ table }) => table !== undefined)) return undefined;
  const all = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  const uses = (axis: number): number => maps.filter(({ strides }) => strides[axis] !== 0).length;
  if (all.some((axis) => uses(axis) > 1)) return undefined;
  const axes = maps.map(({ offset, strides }, axis): AxisWindows => {
    const own = all.filter((each) => strides[each] !== 0);
    const leading = own.reduce<number | undefined>(
      (best, each) => (best === undefined || shape[each]! > shape[best]! ? each : best),
      undefined,
    );
    const taps = own.filter((each) => each !== leading);
    let shifts = [0];
    for (const tap of taps) {
      shifts = shifts.flatMap((shift) => Array.from({ length: shape[tap]! }, (_, i) => shift + i * strides[tap]!));
    }
    const [extent, stride] = leading === undefined ? [1, 1] : [shape[leading]!, strides[leading]!];
    const isTiled = stride === shifts.length && stride > 1 && shifts.every((shift, i) => shift === i);
    return { offset, large: large[axis]!, leading, extent, stride, taps, shifts, isTiled };
  });
  if (axes.some(({ shifts }) => shifts.length > mostTaps)) return undefined;
  return { shape, axes, free: all.filter((axis) => uses(axis) === 0) };
}

/** First and last place that is read at a tap. */
function ends({ offset, extent, stride }: AxisWindows, shift: number): readonly [first: number, last: number] {
  const start = offset + shift;
  const end = start + stride * (extent - 1);
  return [Math.min(start, end), Math.max(start, end)];
}

/** The axes of the windows in the order in which those of the larger array give them. */
function orderOf({ axes }: Windows): readonly number[] {
  return axes.flatMap(({ taps, leading, isTiled }) => {
    if (leading === undefined) return taps;
    return isTiled ? [leading, ...taps] : [...taps, leading];
  });
}

/** `counts` for one axis of an array, `others` for the rest. */
function along(x: Value, axis: number, count: number, other: (axis: number) => number): readonly number[] {
  return x.shape.map((_, i) => (i === axis ? count : other(i)));
}

/** Reads windows of an array, by pads and slices. */
export function takeWindows(w: HloWriter, x: Value, windows: Windows): Value {
  const { shape, axes, free } = windows;
  let taken = x;
  for (const [axis, map] of axes.entries()) taken = takeAlong(w, taken, axis, map);
  const order = orderOf(windows);
  const dense = w.reshape(
    taken,
    order.map((axis) => shape[axis]!),
  );
  const sorted = permuted(w, dense, sorting(order));
  const thin = w.reshape(
    sorted,
    shape.map((extent, axis) => (free.includes(axis) ? 1 : extent)),
  );
  return free.length === 0
    ? thin
    : w.broadcast(
        thin,
        shape.map((_, axis) => axis),
        shape,
      );
}

/** Along one axis: the entries of each tap, one tap after the other. */
function takeAlong(w: HloWriter, x: Value, axis: number, map: AxisWindows): Value {
  const { offset, shifts, stride, extent, large, isTiled } = map;
  const zero = (): number => 0;
  if (isTiled) {
    return w.pad(x, along(x, axis, -offset, zero), along(x, axis, offset + stride * extent - large, zero));
  }
  const reached = shifts.map((shift) => ends(map, shift));
  const first = Math.min(...reached.map(([start]) => start));
  const last = Math.max(...reached.map(([, end]) => end));
  const padded = w.pad(x, along(x, axis, -first, zero), along(x, axis, last + 1 - large, zero));
  const parts = reached.map(([start, end]) => {
    const step = extent === 1 ? 1 : Math.abs(stride);
    const part = w.slice(
      padded,
      along(padded, axis, start - first, zero),
      along(padded, axis, end + 1 - first, (i) => padded.shape[i]!),
      along(padded, axis, step, () => 1),
    );
    return w.reverse(part, stride < 0 ? [axis] : []);
  });
  return w.concatenate(parts, axis);
}

/** Adds windows to an array of zeros: the adjoint of {@link takeWindows}. */
export function addWindows(w: HloWriter, x: Value, windows: Windows): Value {
  const { shape, axes, free } = windows;
  const order = orderOf(windows);
  const summed = free.length === 0 ? x : w.reduce("add", x, free, 0);
  const sorted = order.toSorted((a, b) => a - b);
  const thin = w.reshape(
    summed,
    sorted.map((axis) => shape[axis]!),
  );
  const dense = permuted(
    w,
    thin,
    order.map((axis) => sorted.indexOf(axis)),
  );
  let sum = w.reshape(
    dense,
    axes.map(({ shifts, extent }) => shifts.length * extent),
  );
  for (const [axis, map] of axes.entries()) sum = addAlong(w, sum, axis, map);
  return sum;
}

function addAlong(w: HloWriter, x: Value, axis: number, map: AxisWindows): Value {
  const { offset, shifts, stride, extent, large, isTiled } = map;
  const zero = (): number => 0;
  if (isTiled) {
    return w.pad(x, along(x, axis, offset, zero), along(x, axis, large - offset - stride * extent, zero));
  }
  let sum: Value | undefined;
  for (const [i, shift] of shifts.entries()) {
    const [first, last] = ends(map, shift);
    const part = w.slice(
      x,
      along(x, axis, i * extent, zero),
      along(x, axis, (i + 1) * extent, (other) => x.shape[other]!),
    );
    const turned = w.reverse(part, stride < 0 ? [axis] : []);
    const between = extent === 1 ? 0 : Math.abs(stride) - 1;
    const placed = w.pad(
      turned,
      along(x, axis, first, zero),
      along(x, axis, large - 1 - last, zero),
      along(x, axis, between, zero),
    );
    sum = sum === undefined ? placed : w.apply("add", sum, placed);
  }
  return sum!;
}

/** Permutation that sorts the axes. */
function sorting(axes: readonly number[]): readonly number[] {
  return axes.map((_, i) => i).sort((a, b) => axes[a]! - axes[b]!);
}

function permuted(w: HloWriter, x: Value, permutation: readonly number[]): Value {
  return permutation.every((from, to) => from === to) ? x : w.transpose(x, permutation);
}
