import { type AxisMap, isOp, type Node, type Shape, sizeOf } from "../../graph/graph.ts";
import { isShared } from "./runs.ts";
import { denseStrides } from "./view.ts";

/**
 * Windows of images: place k of window q is number rows[q] + places[k] of an image with zeros around it. The matrix with
 * one row per window then need not be stored.
 */
export interface Windows {
  readonly images: number;
  /** Number of numbers of an image. */
  readonly imageSize: number;
  /** Number of numbers of an image with the zeros around it. */
  readonly aroundSize: number;
  /** Start of each window of an image. */
  readonly rows: Int32Array;
  /** Place of each number of a window, from the window's start. */
  readonly places: Int32Array;
  /**
   * Three numbers per run of an image: its place among the zeros, its place in the image, its length. Undefined if no
   * window reaches beyond the image, so that it needs no zeros.
   */
  readonly runs: Int32Array | undefined;
}

/** What native kernels compute with windows, in the order of the library's numbers for it. */
export const windowRoles = ["forward", "filter", "image", "sum", "spread"] as const;
export type WindowRole = (typeof windowRoles)[number];

/** Says whether native kernels compute a product with windows of images with so many columns; 1 for sums over windows. */
export type NativeWindows = (windows: Windows, columns: number) => boolean;

/** A `take` whose result is read as a matrix with one window per row. */
interface WindowMatrix {
  readonly take: Node<"take">;
  readonly windows: Windows;
}

/** Returns the windows of which a matrix consists: that of a product's first operand, before it is transposed. */
export function windowMatrixOf(matrix: Node): WindowMatrix | undefined {
  const take = withoutReshapes(matrix);
  if (!isOp(take, "take") || matrix.shape.length !== 2) return undefined;
  const windows = windowsIn(take, take.inputs[0]!.shape, take.shape, matrix.shape[0]!);
  return windows === undefined ? undefined : { take, windows };
}

/**
 * Returns the windows of an array with axes rows..., places..., channels, if neighbouring channels are neighbours in the
 * image; `rowAxes` is the number of axes before the places.
 */
export function channelWindowsOf(node: Node<"take" | "scatterAdd">, rowAxes: number): Windows | undefined {
  const [large, shape] = node.op === "take" ? [node.inputs[0]!.shape, node.shape] : [node.shape, node.inputs[0]!.shape];
  const channels = shape.at(-1)!;
  const windows = windowsIn(node, large, shape, sizeOf(shape.slice(0, rowAxes)));
  const { places } = windows ?? {};
  const isDense = places?.every((place, i) => place === places[i - (i % channels)]! + (i % channels));
  return isDense === true ? windows : undefined;
}

/** Returns the windows to which `scatterAdd` adds the rows of a matrix with these many rows. */
export function spreadWindowsOf(node: Node<"scatterAdd">, rows: number): Windows | undefined {
  return windowsIn(node, node.shape, node.inputs[0]!.shape, rows);
}

/**
 * Returns the windows of D from which each number of an image collects what `scatterAdd` adds to it, if neighbouring
 * windows are neighbours in the image too, as in a convolution without strides. D has so many columns.
 *
 * Window p of D then has the places (k, j), where k is a place in the plane and j a column of D, so that the image is the
 * product of these windows with the filter whose rows are (k, j) and whose columns are the channels.
 */
export function gatheredWindowsOf(node: Node<"scatterAdd">, columns: number): Windows | undefined {
  const { shape: image } = node;
  const { maps } = node.attributes;
  const windows = node.inputs[0]!.shape;
  let shared = 0;
  while (shared < image.length && isShared(maps, image, windows, shared)) shared++;
  const plane = image.length - shared - 1;
  const rank = shared + 2 * plane + 1;
  if (plane < 1 || windows.length !== rank || windows[rank - 1] !== image.at(-1)) return undefined;
  const moves = (axis: number, ...by: readonly (readonly [axis: number, stride: number])[]): AxisMap => {
    const strides = Array.from({ length: rank }, () => 0);
    for (const [i, stride] of by) strides[i] = stride;
    return { offset: axis, strides };
  };
  const same = (map: AxisMap, other: AxisMap): boolean =>
    map.table === undefined && map.offset === other.offset && map.strides.every((x, i) => x === other.strides[i]);
  if (!same(maps.at(-1)!, moves(0, [rank - 1, 1]))) return undefined;
  const turned: AxisMap[] = maps.slice(0, shared);
  for (let i = shared; i < shared + plane; i++) {
    const { offset, strides } = maps[i]!;
    const dilation = strides[i + plane]!;
    if (!same(maps[i]!, moves(offset, [i, 1], [i + plane, dilation]))) return undefined;
    turned.push(moves(-offset, [i, 1], [i + plane, -dilation]));
  }
  const outs = windows.slice(0, shared + plane);
  const shape = [...image.slice(0, -1), ...windows.slice(shared + plane, -1), columns];
  const rows = sizeOf(image.slice(0, -1));
  return windowsBetween([...turned, maps.at(-1)!], [...outs, columns], shape, rows);
}

export function withoutReshapes(node: Node): Node {
  let base = node;
  while (isOp(base, "reshape")) base = base.inputs[0]!;
  return base;
}

/**
 * Returns those nodes that are windows of images, and larger than these, and that are read by products of native kernels
 * alone. These read the images instead, so that windows need not be kept.
 */
export function windowTakes(nodes: readonly Node[], results: Iterable<Node>, native: NativeWindows): ReadonlySet<Node> {
  const found = new Set<Node>();
  const others = new Set<Node>();
  for (const result of results) others.add(withoutReshapes(result));
  for (const node of nodes) {
    if (isOp(node, "reshape")) continue;
    for (const [place, input] of node.inputs.entries()) {
      const take = withoutReshapes(input);
      if (!isOp(take, "take")) continue;
      const matrix = isOp(node, "matmul") && place === 0 ? windowMatrixOf(input) : undefined;
      const isWindows = matrix !== undefined && native(matrix.windows, node.shape.at(-1)!);
      (isWindows && sizeOf(take.shape) > sizeOf(take.inputs[0]!.shape) ? found : others).add(take);
    }
  }
  return new Set([...found].filter((take) => !others.has(take)));
}

const known = new WeakMap<Node, Map<number, Windows | undefined>>();

function windowsIn(node: Node<"take" | "scatterAdd">, large: Shape, shape: Shape, rows: number): Windows | undefined {
  let all = known.get(node);
  if (all === undefined) {
    all = new Map();
    known.set(node, all);
  }
  if (!all.has(rows)) all.set(rows, windowsBetween(node.attributes.maps, large, shape, rows));
  return all.get(rows);
}

/**
 * Returns the windows that `take` with these maps reads from a larger array, if the first axes of their shape, with so many
 * entries, are those of the windows, and the others those of the places.
 */
export function windowsBetween(
  maps: readonly AxisMap[],
  large: Shape,
  shape: Shape,
  rows: number,
): Windows | undefined {
  if (sizeOf(shape) === 0 || sizeOf(large) === 0 || maps.some(({ table }) => table !== undefined)) return undefined;
  let rowAxes = 0;
  while (rowAxes < shape.length && sizeOf(shape.slice(0, rowAxes)) < rows) rowAxes++;
  if (sizeOf(shape.slice(0, rowAxes)) !== rows) return undefined;
  let shared = 0;
  while (shared < Math.min(rowAxes, large.length) && isShared(maps, large, shape, shared)) shared++;
  const axes = large.slice(shared).map((extent, i) => {
    const { offset, strides } = maps[shared + i]!;
    const steps = strides.slice(shared);
    const reach = steps.map((step, j) => step * (shape[shared + j]! - 1));
    const low = reach.reduce((sum, x) => sum + Math.min(x, 0), offset);
    const high = reach.reduce((sum, x) => sum + Math.max(x, 0), offset);
    const before = Math.max(0, -low);
    return { extent, steps, before, start: offset + before, wide: before + Math.max(extent, high + 1) };
  });
  const imageSize = sizeOf(large.slice(shared));
  const around = axes.map(({ wide }) => wide);
  const aroundSize = sizeOf(around);
  const inner = shape.slice(shared);
  if (aroundSize > Math.max(4 * imageSize, sizeOf(inner)) || sizeOf(inner) >= 2 ** 31) return undefined;
  const distances = denseStrides(around);
  const steps = inner.map((_, j) => axes.reduce((sum, axis, i) => sum + axis.steps[j]! * distances[i]!, 0));
  const start = axes.reduce((sum, axis, i) => sum + axis.start * distances[i]!, 0);
  const cut = rowAxes - shared;
  return {
    images: sizeOf(large.slice(0, shared)),
    imageSize,
    aroundSize,
    rows: placesAlong(inner.slice(0, cut), steps.slice(0, cut), start),
    places: placesAlong(inner.slice(cut), steps.slice(cut), 0),
    runs: aroundSize === imageSize ? undefined : runsIn(axes, distances),
  };
}

/** Returns start + the sum of coordinates times steps, for all coordinates in order. */
function placesAlong(shape: Shape, steps: readonly number[], start: number): Int32Array {
  let places = [start];
  for (const [axis, extent] of shape.entries()) {
    places = places.flatMap((place) => Array.from({ length: extent }, (_, i) => place + i * steps[axis]!));
  }
  return Int32Array.from(places);
}

interface Axis {
  readonly extent: number;
  readonly before: number;
  readonly wide: number;
}

/** Returns the runs of an image inside an image with zeros around it. */
function runsIn(axes: readonly Axis[], distances: readonly number[]): Int32Array {
  let last = axes.length - 1;
  while (last > 0 && axes[last]!.wide === axes[last]!.extent) last--;
  const extents = axes.map(({ extent }) => extent);
  const length = sizeOf(extents.slice(last));
  const start = axes.reduce((sum, { before }, i) => sum + before * distances[i]!, 0);
  const outer = extents.slice(0, last);
  const inside = placesAlong(outer, distances.slice(0, last), start);
  return Int32Array.from([...inside].flatMap((place, i) => [place, i * length, length]));
}
