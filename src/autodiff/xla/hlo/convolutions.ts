/** Writes products with windows of images as convolutions. */
import { isOp, type Node, type Shape } from "../../graph/graph.ts";
import {
  type ImageWindows,
  type Label,
  type Plane,
  spreadWindowsOf,
  type WindowMatrix,
  windowMatrixOf,
  withoutReshapes,
} from "./imageWindows.ts";
import type { HloWriter, Value } from "./writer.ts";

/** Which factor is computed from the other two: the results, as in a layer, the filter, or the images. */
type Role = "results" | "filter" | "images";

/** An array whose axes are those of windows, then or before that the axis of the filters. */
type Axes = readonly (Label | "filters")[];

/** A node that is a convolution of two others. */
interface Convolution {
  readonly role: Role;
  readonly windows: ImageWindows;
  readonly filters: number;
  readonly left: Node;
  readonly leftAxes: Axes;
  readonly right: Node;
  readonly rightAxes: Axes;
  readonly axes: Axes;
}

/** Most products in a sum that is written as a sum of convolutions. */
const mostTerms = 16;

const known = new WeakMap<Node, readonly Convolution[] | undefined>();

/** The convolutions whose sum a node is; undefined if it is none. */
export function convolutionsOf(node: Node): readonly Convolution[] | undefined {
  if (!known.has(node)) {
    const found = isOp(node, "matmul") ? ofProduct(node) : isOp(node, "scatterAdd") ? ofSum(node) : undefined;
    known.set(node, found);
  }
  return known.get(node);
}

/** The nodes from which a node is computed: for a convolution the images, not their windows. */
export function operandsOf(node: Node): readonly Node[] {
  return convolutionsOf(node)?.flatMap(({ left, right }) => [left, right]) ?? node.inputs;
}

/** The windows of images that convolutions alone read, and that are therefore never computed. */
export function convolvedWindows(nodes: readonly Node[], outputs: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  const others = new Set<Node>(outputs.map(withoutReshapes));
  for (const node of nodes) {
    if (isOp(node, "reshape")) continue;
    const read = new Set(operandsOf(node).map(withoutReshapes));
    for (const input of node.inputs) {
      const take = withoutReshapes(input);
      if (isOp(take, "take")) (read.has(take) ? others : found).add(take);
    }
  }
  return new Set([...found].filter((take) => !others.has(take)));
}

/** op(M), as axes of M: its rows, then its columns, unless it is transposed. */
const oriented = (transpose: boolean, rows: Axes, columns: Axes): Axes =>
  transpose ? [...columns, ...rows] : [...rows, ...columns];

function ofProduct(node: Node<"matmul">): readonly Convolution[] | undefined {
  const [a, b] = node.inputs as readonly [Node, Node];
  const { transposeA, transposeB } = node.attributes;
  if (node.shape.length !== 2) return undefined;
  const first = windowMatrixOf(a);
  if (first !== undefined) {
    const { rows, places } = first.windows;
    const [outer, inner] = transposeA ? [places, rows] : [rows, places];
    const rightAxes = oriented(transposeB, inner, ["filters"]);
    return withWindows(first, transposeA, b, rightAxes, [...outer, "filters"], node.shape[1]!);
  }
  const second = windowMatrixOf(b);
  if (second === undefined) return undefined;
  const { rows, places } = second.windows;
  const [inner, outer] = transposeB ? [places, rows] : [rows, places];
  const rightAxes = oriented(transposeA, ["filters"], inner);
  return withWindows(second, !transposeB, a, rightAxes, ["filters", ...outer], node.shape[0]!);
}

function withWindows(
  { take, windows }: WindowMatrix,
  sumsWindows: boolean,
  right: Node,
  rightAxes: Axes,
  axes: Axes,
  filters: number,
): readonly Convolution[] {
  const [left] = take.inputs as readonly [Node];
  const role = sumsWindows ? "filter" : "results";
  return [{ role, windows, filters, left, leftAxes: windows.image, right, rightAxes, axes }];
}

function ofSum(node: Node<"scatterAdd">): readonly Convolution[] | undefined {
  const products = summands(node.inputs[0]!);
  const found: Convolution[] = [];
  for (const product of products) {
    if (!isOp(product, "matmul") || product.shape.length !== 2) return undefined;
    const windows = spreadWindowsOf(node, product.shape[0]!);
    if (windows === undefined) return undefined;
    const [left, right] = product.inputs as readonly [Node, Node];
    const { transposeA, transposeB } = product.attributes;
    const filters = left.shape[transposeA ? 0 : 1]!;
    const leftAxes = oriented(transposeA, windows.rows, ["filters"]);
    const rightAxes = oriented(transposeB, ["filters"], windows.places);
    found.push({ role: "images", windows, filters, left, leftAxes, right, rightAxes, axes: windows.image });
  }
  return found;
}

/** The terms of a sum: a Hessian-vector product adds the windows of several products before it spreads them. */
function summands(node: Node): readonly Node[] {
  const found: Node[] = [];
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const base = withoutReshapes(next);
    if (!isOp(base, "add")) found.push(base);
    else if (found.length + open.length < mostTerms) open.push(...base.inputs.toReversed());
    else return [node];
  }
  return found;
}

/** What StableHLO calls the axes of the two operands and of the result: b, f and i, o beside the planes. */
const letters: Readonly<Record<Role, readonly Readonly<Record<string, string>>[]>> = {
  results: [
    { images: "b", channels: "f" },
    { channels: "i", filters: "o" },
    { images: "b", filters: "f" },
  ],
  filter: [
    { channels: "b", images: "f" },
    { images: "i", filters: "o" },
    { channels: "b", filters: "f" },
  ],
  images: [
    { images: "b", filters: "f" },
    { filters: "i", channels: "o" },
    { images: "b", channels: "f" },
  ],
};

/** Which extent of a plane an operand or the result has. */
const extents: Readonly<Record<Role, readonly ("large" | "out" | "kernel")[]>> = {
  results: ["large", "kernel", "out"],
  filter: ["large", "out", "kernel"],
  images: ["out", "kernel", "large"],
};

interface Window {
  readonly stride: number;
  readonly pad: readonly [low: number, high: number];
  readonly left: number;
  readonly right: number;
}

/** Steps, zeros and dilations along a plane. */
function windowAlong(role: Role, { large, offset, out, stride, kernel, dilation }: Plane): Window {
  const reach = dilation * (kernel - 1);
  const spread = stride * (out - 1) + 1;
  if (role === "images") {
    return { stride: 1, pad: [offset + reach, large - spread - offset], left: stride, right: dilation };
  }
  const pad = [-offset, spread + reach - large + offset] as const;
  return role === "results"
    ? { stride, pad, left: 1, right: dilation }
    : { stride: dilation, pad, left: 1, right: stride };
}

/** Writes the sum of convolutions of the nodes that `operandsOf` names, in their order. */
export function convolve(
  w: HloWriter,
  convolutions: readonly Convolution[],
  operands: readonly Value[],
  shape: Shape,
): Value {
  const terms = convolutions.map((each, i) =>
    w.reshape(convolved(w, each, operands[2 * i]!, operands[2 * i + 1]!), shape),
  );
  return terms.reduce((sum, term) => w.apply("add", sum, term));
}

function convolved(w: HloWriter, convolution: Convolution, left: Value, right: Value): Value {
  const { role, windows, filters, leftAxes, rightAxes, axes } = convolution;
  const { planes, images, channels } = windows;
  const full = (place: number, given: Axes): { readonly shape: Shape; readonly names: string; readonly axes: Axes } => {
    const names = letters[role][place]!;
    // Axes of extent 1 that are left out come first.
    const all: Axes = [...(Object.keys(names) as (Label | "filters")[]), ...planes.keys()];
    const order = [...all.filter((axis) => !given.includes(axis)), ...given];
    const sizes = order.map((axis) =>
      typeof axis === "number" ? planes[axis]![extents[role][place]!] : { images, channels, filters }[axis],
    );
    return { shape: sizes, names: `[${order.map((axis) => names[axis] ?? axis).join(", ")}]`, axes: order };
  };
  const [l, r, o] = [full(0, leftAxes), full(1, rightAxes), full(2, axes)];
  const x = w.reshape(left, l.shape);
  const k = w.reshape(right, r.shape);
  const turned = role === "images" ? r.axes.flatMap((axis, i) => (typeof axis === "number" ? [i] : [])) : [];
  const filter = w.reverse(k, turned);
  const along = planes.map((plane) => windowAlong(role, plane));
  const show = (numbers: readonly number[]): string => `[${numbers.join(", ")}]`;
  return w.put(
    `stablehlo.convolution(${x.name}, ${filter.name}) dim_numbers = ${l.names}x${r.names}->${o.names}, window = {` +
      `stride = ${show(along.map(({ stride }) => stride))}, pad = [${along.map(({ pad }) => show(pad)).join(", ")}], ` +
      `lhs_dilate = ${show(along.map((each) => each.left))}, rhs_dilate = ${show(along.map((each) => each.right))}} ` +
      "{batch_group_count = 1 : i64, feature_group_count = 1 : i64, " +
      "precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} : " +
      `(${w.typeOf(x)}, ${w.typeOf(filter)}) -> ${w.typeOf({ shape: o.shape, element: w.element })}`,
    o.shape,
  );
}
