/** Products with windows of images, as native kernels compute them. */
import { isOp, type Node } from "../../graph/graph.ts";
import { distancesOf, scratchOf } from "../native/convolution.ts";
import type { ProductTerm } from "./gemmSums.ts";
import { matrixOf } from "./matrices.ts";
import type { Matrix, WindowsTerm } from "./steps.ts";
import type { View } from "./values.ts";
import { reshapeView, takeView } from "./view.ts";
import { channelWindowsOf, gatheredWindowsOf, type NativeWindows, spreadWindowsOf, windowMatrixOf } from "./windows.ts";

/** How terms get at their operands. */
export interface WindowOperands {
  readonly isNative: NativeWindows;
  /** Whether a node may be windows of images that are not made yet. */
  isDeferred(node: Node): boolean;
  view(node: Node): View;
  /** Returns numbers that lie one after the other. */
  dense(x: View): NonNullable<WindowsTerm["image"]>;
  /** Returns a matrix, or its transpose with `flip`, as products can read it. */
  matrix(node: Node, flip: boolean): Matrix;
  /** Returns the same with rows that lie one after the other. */
  rowMatrix(node: Node, flip: boolean): Matrix;
}

/** Number of channels from which the numbers of an image collect what belongs to them. */
const fewChannels = 4;

type Parts = Omit<WindowsTerm, "scratch">;

function withScratch(term: Parts): WindowsTerm {
  return { ...term, scratch: { size: scratchOf(term.windows, term.role, term.columns).size, level: 0 } };
}

/** Returns the product of windows of images, or of their transpose, with a matrix; undefined if it is another product. */
export function windowProduct(operands: WindowOperands, { factor, product }: ProductTerm): WindowsTerm | undefined {
  const [a, b] = product.inputs as readonly [Node, Node];
  const found = operands.isDeferred(a) ? windowMatrixOf(a) : undefined;
  const columns = product.shape.at(-1)!;
  if (found === undefined || !operands.isNative(found.windows, columns)) return undefined;
  const { take, windows } = found;
  const x = operands.view(take.inputs[0]!);
  const view = takeView(x, take.attributes);
  // Slices and the like are matrices that a BLAS can read where they are.
  const inPlace = view === undefined ? undefined : reshapeView(view, a.shape);
  if (inPlace !== undefined && matrixOf(inPlace) !== undefined) return undefined;
  const { transposeA, transposeB } = product.attributes;
  return withScratch({
    factor,
    role: transposeA ? "filter" : "forward",
    windows,
    image: operands.dense(x),
    matrix: transposeA ? operands.rowMatrix(b, transposeB) : operands.matrix(b, transposeB),
    columns,
    otherRow: columns,
  });
}

/** Returns the terms that add the rows of products to windows of images. */
export function spreadProducts(
  operands: WindowOperands,
  node: Node<"scatterAdd">,
  terms: readonly ProductTerm[],
): readonly WindowsTerm[] {
  return terms.map(({ factor, product }) => {
    const [a, b] = product.inputs as readonly [Node, Node];
    const { transposeA, transposeB } = product.attributes;
    const rows = operands.rowMatrix(a, transposeA);
    const matrix = operands.matrix(b, !transposeB);
    const columns = a.shape[transposeA ? 0 : 1]!;
    const channels = node.shape.at(-1)!;
    const gathered =
      channels >= fewChannels && rows.distance === columns ? gatheredWindowsOf(node, columns) : undefined;
    if (gathered === undefined) {
      const windows = spreadWindowsOf(node, product.shape[0]!)!;
      return withScratch({ factor, role: "image", windows, matrix, columns, rows, otherRow: rows.distance });
    }
    const [row, column] = distancesOf(matrix);
    return withScratch({
      factor,
      role: "forward",
      windows: gathered,
      image: rows,
      matrix,
      rearranged: { rows: columns, outer: channels * row, inner: column, column: row },
      columns: channels,
      otherRow: channels,
    });
  });
}

/** Returns the sum over the places of windows; undefined if it is another sum. */
export function windowSum(operands: WindowOperands, node: Node<"sum">): readonly WindowsTerm[] | undefined {
  const take = node.inputs[0]!;
  const { axes } = node.attributes;
  if (!isOp(take, "take") || !operands.isDeferred(take) || !areInner(axes, take.shape.length)) return undefined;
  const windows = channelWindowsOf(take, axes[0]!);
  if (windows === undefined || !operands.isNative(windows, 1)) return undefined;
  const columns = take.shape.at(-1)!;
  const image = operands.dense(operands.view(take.inputs[0]!));
  return [withScratch({ factor: 1, role: "sum", windows, image, columns, otherRow: columns })];
}

/** Returns what adds the same numbers to all places of windows; undefined if `scatterAdd` adds others. */
export function windowSpread(operands: WindowOperands, node: Node<"scatterAdd">): readonly WindowsTerm[] | undefined {
  const { from, offset, shape, strides } = operands.view(node.inputs[0]!);
  const axes = [...shape.keys()].filter((axis) => strides[axis] === 0 && shape[axis] !== 1);
  if (typeof from === "number" || !areInner(axes, shape.length)) return undefined;
  const windows = channelWindowsOf(node, axes[0]!);
  if (windows === undefined || !operands.isNative(windows, 1)) return undefined;
  const kept = [...shape.keys()].filter((axis) => !axes.includes(axis));
  const [keptShape, keptStrides] = [shape, strides].map((list) => kept.map((axis) => list[axis]!)) as [
    number[],
    number[],
  ];
  const rows = operands.dense({ from, offset, shape: keptShape, strides: keptStrides });
  const columns = shape.at(-1)!;
  return [withScratch({ factor: 1, role: "spread", windows, rows, columns, otherRow: columns })];
}

/** Whether axes are neighbours, and the last but one is the last of them. */
function areInner(axes: readonly number[], rank: number): boolean {
  return axes.length > 0 && axes.every((axis, i) => axis === rank - 1 - axes.length + i);
}
