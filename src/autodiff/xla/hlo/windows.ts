import type { AxisMap, Shape } from "../../graph/graph.ts";
import type { HloWriter, Value } from "./writer.ts";

/** Most places of a window that are written one by one. */
const mostTaps = 64;

/**
 * How windows lie in a larger array: along some axes of the windows the places advance by a fixed step in one axis of
 * the larger array; the places along others, as those of a filter, are written one by one; along the rest nothing moves.
 */
export interface Windows {
  readonly maps: readonly AxisMap[];
  readonly large: Shape;
  readonly shape: Shape;
  /** For each axis of the larger array, the axis of the windows that advances in it. */
  readonly leading: readonly (number | undefined)[];
  readonly taps: readonly number[];
  readonly free: readonly number[];
}

/** Returns undefined if there is a table, or if too many places would be written one by one. */
export function windowsOf(maps: readonly AxisMap[], large: Shape, shape: Shape): Windows | undefined {
  if (maps.some(({ table }) => table !== undefined)) return undefined;
  const axes = shape.map((_, axis) => axis);
  const uses = axes.map((axis) => (shape[axis] === 1 ? 0 : maps.filter(({ strides }) => strides[axis] !== 0).length));
  const leading = maps.map(({ strides }) => {
    const own = axes.filter((axis) => uses[axis] === 1 && strides[axis] !== 0);
    return own.reduce<number | undefined>(
      (best, axis) => (shape[axis]! > (shape[best ?? -1] ?? 0) ? axis : best),
      undefined,
    );
  });
  const taps = axes.filter((axis) => uses[axis]! > 0 && !leading.includes(axis));
  const free = axes.filter((axis) => uses[axis] === 0 && shape[axis] !== 1);
  if (taps.reduce((product, axis) => product * shape[axis]!, 1) > mostTaps) return undefined;
  return { maps, large, shape, leading, taps, free };
}

/** Where the entries of the windows at some taps lie: from `first` to `last`, `step` apart, along each axis. */
interface Range {
  readonly first: Shape;
  readonly last: Shape;
  readonly step: Shape;
  readonly extent: Shape;
  /** Axes along which they come backwards. */
  readonly backwards: readonly number[];
}

function rangeOf({ maps, shape, leading, taps }: Windows, at: readonly number[]): Range {
  const axes = maps.map(({ offset, strides }, axis) => {
    const start = taps.reduce((sum, tap, i) => sum + strides[tap]! * at[i]!, offset);
    const lead = leading[axis];
    const [stride, extent] = lead === undefined ? [1, 1] : [strides[lead]!, shape[lead]!];
    const end = start + stride * (extent - 1);
    return { first: Math.min(start, end), last: Math.max(start, end), step: Math.abs(stride), extent, stride };
  });
  return {
    first: axes.map(({ first }) => first),
    last: axes.map(({ last }) => last),
    step: axes.map(({ step }) => step),
    extent: axes.map(({ extent }) => extent),
    backwards: axes.flatMap(({ stride }, axis) => (stride < 0 ? [axis] : [])),
  };
}

/** The axes of the windows that advance, in the order of the axes of the larger array. */
function leadingAxes({ leading }: Windows): readonly number[] {
  return leading.filter((axis) => axis !== undefined);
}

/** Permutation that sorts the axes. */
function sorting(axes: readonly number[]): readonly number[] {
  return axes.map((_, i) => i).sort((a, b) => axes[a]! - axes[b]!);
}

/** Reads windows of an array, by pads and slices. */
export function takeWindows(w: HloWriter, x: Value, windows: Windows): Value {
  const { shape, taps, free, large } = windows;
  const thin = shape.map((extent, axis) => (taps.includes(axis) || free.includes(axis) ? 1 : extent));
  const lead = leadingAxes(windows);
  const read = (at: readonly number[]): Value => {
    const { first, last, step, backwards } = rangeOf(windows, at);
    const moved = w.pad(
      x,
      first.map((i) => -i),
      last.map((i, axis) => i + 1 - large[axis]!),
    );
    const taken = w.slice(
      moved,
      first.map(() => 0),
      moved.shape,
      step,
    );
    const turned = w.reverse(taken, backwards);
    const dense = w.reshape(
      turned,
      lead.map((axis) => shape[axis]!),
    );
    const order = sorting(lead);
    const sorted = order.every((from, to) => from === to) ? dense : w.transpose(dense, order);
    return w.reshape(sorted, thin);
  };
  const gather = (depth: number, at: readonly number[]): Value => {
    const axis = taps[depth];
    if (axis === undefined) return read(at);
    return w.concatenate(
      Array.from({ length: shape[axis]! }, (_, i) => gather(depth + 1, [...at, i])),
      axis,
    );
  };
  const all = gather(0, []);
  return free.length === 0
    ? all
    : w.broadcast(
        all,
        shape.map((_, axis) => axis),
        shape,
      );
}

/** Adds windows to an array of zeros: the adjoint of {@link takeWindows}. */
export function addWindows(w: HloWriter, x: Value, windows: Windows): Value {
  const { shape, taps, free, large } = windows;
  const summed = free.length === 0 ? x : w.reduce("add", x, free, 0);
  const full = w.reshape(
    summed,
    shape.map((extent, axis) => (free.includes(axis) ? 1 : extent)),
  );
  const lead = leadingAxes(windows);
  const back = lead.map((axis) => lead.toSorted((a, b) => a - b).indexOf(axis));
  let sum: Value | undefined;
  const add = (at: readonly number[]): void => {
    const { first, last, step, extent, backwards } = rangeOf(windows, at);
    const starts = full.shape.map((_, axis) => at[taps.indexOf(axis)] ?? 0);
    const limits = full.shape.map((n, axis) => (taps.includes(axis) ? starts[axis]! + 1 : n));
    const part = w.slice(full, starts, limits);
    const sorted = w.reshape(
      part,
      lead.toSorted((a, b) => a - b).map((axis) => shape[axis]!),
    );
    const dense = back.every((from, to) => from === to) ? sorted : w.transpose(sorted, back);
    const turned = w.reverse(w.reshape(dense, extent), backwards);
    const placed = w.pad(
      turned,
      first,
      last.map((i, axis) => large[axis]! - 1 - i),
      step.map((count) => count - 1),
    );
    sum = sum === undefined ? placed : w.apply("add", sum, placed);
  };
  const each = (depth: number, at: readonly number[]): void => {
    const axis = taps[depth];
    if (axis === undefined) add(at);
    else for (let i = 0; i < shape[axis]!; i++) each(depth + 1, [...at, i]);
  };
  each(0, []);
  return sum ?? w.fill(0, large);
}
