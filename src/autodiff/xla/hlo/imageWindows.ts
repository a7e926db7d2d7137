/** Finds out of which windows of images a matrix consists. */
import { type AxisMap, isOp, type Node, type Shape, sizeOf } from "../../graph/graph.ts";

/** An axis of an image along which windows move. Place k of window q is `offset` + `stride` q + `dilation` k. */
export interface Plane {
  readonly large: number;
  readonly offset: number;
  readonly out: number;
  readonly stride: number;
  readonly kernel: number;
  readonly dilation: number;
}

/** What an axis is: of the images, of their channels, or the number of a plane. */
export type Label = "images" | "channels" | number;

/** The windows of images as a matrix with one window per row. */
export interface ImageWindows {
  readonly planes: readonly Plane[];
  /** Extents of images and channels. */
  readonly images: number;
  readonly channels: number;
  /** What the axes of the image are. Axes of extent 1 may be left out, here as below. */
  readonly image: readonly Label[];
  /** What the axes of the rows are: images and planes. */
  readonly rows: readonly Label[];
  /** What the axes of the columns are: planes and channels. */
  readonly places: readonly Label[];
}

/** A `take` whose result, reshaped, is a matrix of windows that is larger than the images. */
export interface WindowMatrix {
  readonly take: Node<"take">;
  readonly windows: ImageWindows;
}

export function windowMatrixOf(matrix: Node): WindowMatrix | undefined {
  if (matrix.shape.length !== 2) return undefined;
  const take = withoutReshapes(matrix);
  if (!isOp(take, "take")) return undefined;
  const windows = imageWindowsOf(take.attributes.maps, take.inputs[0]!.shape, take.shape, matrix.shape[0]!);
  return windows === undefined ? undefined : { take, windows };
}

/** The windows to which `scatterAdd` adds the rows of a matrix with these many rows. */
export function spreadWindowsOf(node: Node<"scatterAdd">, rows: number): ImageWindows | undefined {
  return imageWindowsOf(node.attributes.maps, node.shape, node.inputs[0]!.shape, rows);
}

export function withoutReshapes(node: Node): Node {
  let base = node;
  while (isOp(base, "reshape")) base = base.inputs[0]!;
  return base;
}

function imageWindowsOf(
  maps: readonly AxisMap[],
  image: Shape,
  windows: Shape,
  rows: number,
): ImageWindows | undefined {
  if (maps.some(({ table }) => table !== undefined) || sizeOf(windows) <= sizeOf(image)) return undefined;
  let cut = 0;
  for (let size = 1; size < rows; cut++) size *= windows[cut] ?? rows;
  if (sizeOf(windows.slice(0, cut)) !== rows) return undefined;
  const owners = new Map<number, number>();
  const found: (Plane | undefined)[] = [];
  for (const [axis, { offset, strides }] of maps.entries()) {
    const own = windows.flatMap((extent, each) => (extent !== 1 && strides[each] !== 0 ? [each] : []));
    if (own.some((each) => owners.has(each) || strides[each]! < 0)) return undefined;
    for (const each of own) owners.set(each, axis);
    const [row, place] = [own.filter((each) => each < cut), own.filter((each) => each >= cut)];
    if (row.length > 1 || place.length > 1) return undefined;
    const large = image[axis]!;
    const [q, k] = [row[0], place[0]];
    if (large === 1 && own.length === 0 && offset === 0) found.push(undefined);
    else {
      const [out, stride] = q === undefined ? [1, 1] : [windows[q]!, strides[q]!];
      const [kernel, dilation] = k === undefined ? [1, 1] : [windows[k]!, strides[k]!];
      found.push({ large, offset, out, stride, kernel, dilation });
    }
  }
  if (windows.some((extent, each) => extent !== 1 && !owners.has(each))) return undefined;
  return labelled(found, owners, cut);
}

/** Whether each window reads its own entry alone. */
const isStill = (plane: Plane | undefined): boolean =>
  plane?.kernel === 1 && plane.offset === 0 && plane.stride === 1 && plane.out === plane.large;

/** Whether each window reads the whole axis. */
const isWhole = (plane: Plane | undefined): boolean =>
  plane?.out === 1 && plane.offset === 0 && plane.dilation === 1 && plane.kernel === plane.large;

function labelled(
  found: readonly (Plane | undefined)[],
  owners: ReadonlyMap<number, number>,
  cut: number,
): ImageWindows | undefined {
  const images = found.findIndex(isStill);
  const channels = found.findLastIndex(isWhole);
  const labels: (Label | undefined)[] = [];
  const planes: Plane[] = [];
  for (const [axis, plane] of found.entries()) {
    if (axis === images) labels.push("images");
    else if (axis === channels) labels.push("channels");
    else if (plane === undefined) labels.push(undefined);
    else labels.push(planes.push(plane) - 1);
  }
  if (!planes.some(({ kernel }) => kernel > 1)) return undefined;
  const own = [...owners].toSorted(([a], [b]) => a - b);
  const labelsOf = (axes: typeof own): readonly Label[] => axes.map(([, axis]) => labels[axis]!);
  return {
    planes,
    images: found[images]?.large ?? 1,
    channels: found[channels]?.large ?? 1,
    image: labels.filter((label) => label !== undefined),
    rows: labelsOf(own.filter(([axis]) => axis < cut)),
    places: labelsOf(own.filter(([axis]) => axis >= cut)),
  };
}
