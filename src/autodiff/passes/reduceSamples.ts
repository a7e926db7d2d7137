import { triangularFactor } from "../../linalg/dense/triangularFactor.ts";
import type { GraphBuilder } from "../build/builder.ts";
import { scaled } from "../build/simplify/match.ts";
import { isOp, type Node } from "../graph/graph.ts";
import { reachable } from "../graph/walk.ts";

/** A sum over samples that was replaced by a sum over as many samples as the data have features. */
export interface SampleReduction {
  readonly samples: number;
  readonly reducedTo: number;
}

interface ReducedSamples {
  readonly output: Node;
  readonly reductions: readonly SampleReduction[];
}

/** Number of operations above which the factorisation is not worth its time. It takes 4 samples x features^2. */
const mostWork = 4e8;

/**
 * Replaces data by the triangular factor of their QR factorisation, where a loss is linear in the data before it is
 * squared and summed, as that of a linear network is.
 *
 * Let A = M D and B = M' D with the samples as columns of the constant D, and D^T = Q R. Then
 *
 *     sum A_ij B_ij = trace(M D D^T M'^T) = trace(M R^T R M'^T),
 *
 * which is the same sum over R^T, and R^T has no more columns than rows. It is exact up to rounding, and so are its
 * derivatives. Data inputs that can be exchanged stay as they are.
 */
export function reduceSamples(builder: GraphBuilder, output: Node): ReducedSamples {
  const reductions: SampleReduction[] = [];
  const made = new Map<Node, Node>();
  const fresh = (node: Node): Node => made.get(node) ?? node;
  for (const node of reachable([output])) {
    const reduced = isOp(node, "sum") ? reducedSum(builder, node) : undefined;
    if (reduced !== undefined) {
      made.set(node, reduced.output);
      reductions.push({ samples: reduced.samples, reducedTo: reduced.reducedTo });
      continue;
    }
    const inputs = node.inputs.map(fresh);
    if (inputs.some((input, i) => input !== node.inputs[i])) made.set(node, builder.rebuild(node, inputs));
  }
  return { output: fresh(output), reductions };
}

function reducedSum(
  builder: GraphBuilder,
  sum: Node<"sum">,
): (SampleReduction & { readonly output: Node }) | undefined {
  const product = sum.inputs[0]!;
  if (product.shape.length !== 2 || sum.attributes.axes.length !== 2 || !isOp(product, "mul")) return undefined;
  const [a, b] = product.inputs as [Node, Node];
  for (const axis of [0, 1] as const) {
    const samples = product.shape[axis]!;
    const leaves = new Map<string, Leaf>();
    if (!collect(a, axis, leaves) || !collect(b, axis, leaves)) continue;
    const features = [...leaves.values()].reduce((total, leaf) => total + featuresOf(leaf), 0);
    if (features >= samples || 4 * samples * features ** 2 > mostWork) continue;
    const factors = factorsOf(builder, leaves, samples, features);
    const [left, right] = [a, b].map((x) => onFactors(builder, x, axis, features, factors)) as [Node, Node];
    return { samples, reducedTo: features, output: builder.sum(builder.mul(left, right)) };
  }
  return undefined;
}

/** Data with the samples along one axis. Without a node it is a row of ones. */
interface Leaf {
  readonly node?: Node<"constant">;
  readonly axis: 0 | 1;
}

const ones = "ones";

function featuresOf({ node, axis }: Leaf): number {
  return node === undefined ? 1 : node.shape[1 - axis]!;
}

function keyOf(node: Node, axis: 0 | 1): string {
  return `${node.id}:${axis}`;
}

const flipped = (axis: 0 | 1): 0 | 1 => (axis === 0 ? 1 : 0);

/** Returns the operand of a product that holds the samples, and the axis along which they lie. */
function sampled(node: Node<"matmul">, axis: 0 | 1): { readonly place: 0 | 1; readonly axis: 0 | 1 } {
  const { transposeA, transposeB } = node.attributes;
  if (axis === 0) return { place: 0, axis: transposeA ? 1 : 0 };
  return { place: 1, axis: transposeB ? 0 : 1 };
}

/** Returns the column or row that `node` repeats along the samples; undefined if it does not repeat one. */
function repeatedAlong(node: Node, axis: 0 | 1): Node | undefined {
  if (!isOp(node, "broadcast")) return undefined;
  const inner = node.inputs[0]!;
  const missing = 2 - inner.shape.length;
  const own = axis < missing ? 1 : inner.shape[axis - missing]!;
  return own === 1 ? inner : undefined;
}

/** Collects the data in which a matrix expression is linear. Returns false if it does not have that form. */
function collect(node: Node, axis: 0 | 1, leaves: Map<string, Leaf>): boolean {
  if (node.shape.length !== 2) return false;
  if (isOp(node, "constant")) {
    leaves.set(keyOf(node, axis), { node, axis });
    return true;
  }
  if (isOp(node, "fill") || repeatedAlong(node, axis) !== undefined) {
    leaves.set(ones, { axis });
    return true;
  }
  const [a, b] = node.inputs;
  switch (node.op) {
    case "neg":
      return collect(a!, axis, leaves);
    case "add":
    case "sub":
      return collect(a!, axis, leaves) && collect(b!, axis, leaves);
    case "mul":
      return isOp(a!, "fill") && collect(b!, axis, leaves);
    case "transpose":
      return collect(a!, flipped(axis), leaves);
    case "matmul": {
      if (!isOp(node, "matmul")) return false;
      const { place, axis: inner } = sampled(node, axis);
      return collect(node.inputs[place]!, inner, leaves);
    }
    default:
      return false;
  }
}

/** Returns the part of R^T for each leaf, in the orientation of the leaf. */
function factorsOf(
  builder: GraphBuilder,
  leaves: ReadonlyMap<string, Leaf>,
  samples: number,
  features: number,
): ReadonlyMap<string, Node> {
  const stacked = new Float64Array(samples * features);
  let first = 0;
  for (const leaf of leaves.values()) {
    const count = featuresOf(leaf);
    const values = leaf.node?.attributes.values;
    for (let s = 0; s < samples; s++) {
      for (let f = 0; f < count; f++) {
        const value = values === undefined ? 1 : values[leaf.axis === 0 ? s * count + f : f * samples + s]!;
        stacked[s * features + first + f] = value;
      }
    }
    first += count;
  }
  const r = triangularFactor(stacked, features);
  const found = new Map<string, Node>();
  first = 0;
  for (const [key, leaf] of leaves) {
    const count = featuresOf(leaf);
    const values = new Float64Array(count * features);
    for (let s = 0; s < features; s++) {
      for (let f = 0; f < count; f++) {
        values[leaf.axis === 0 ? s * count + f : f * features + s] = r[s * features + first + f]!;
      }
    }
    found.set(key, builder.constant(values, leaf.axis === 0 ? [features, count] : [count, features]));
    first += count;
  }
  return found;
}

/** Builds the expression with factors in the place of data. */
function onFactors(
  builder: GraphBuilder,
  node: Node,
  axis: 0 | 1,
  features: number,
  factors: ReadonlyMap<string, Node>,
): Node {
  const again = (x: Node, along: 0 | 1): Node => onFactors(builder, x, along, features, factors);
  if (isOp(node, "constant")) return factors.get(keyOf(node, axis))!;
  const column = isOp(node, "fill") ? builder.fill(node.attributes.value, [1, 1]) : repeatedAlong(node, axis);
  if (column !== undefined) {
    // b 1^T becomes b r^T: r is what the row of ones has become, in the orientation of the first leaf for it.
    const row = builder.reshape(factors.get(ones)!, axis === 1 ? [1, features] : [features, 1]);
    const shape = axis === 1 ? [node.shape[0]!, 1] : [1, node.shape[1]!];
    const repeated = builder.broadcast(
      column.shape.length === 2
        ? column
        : builder.reshape(column, [...Array(2 - column.shape.length).fill(1), ...column.shape]),
      shape,
    );
    return axis === 1 ? builder.matmul(repeated, row) : builder.matmul(row, repeated);
  }
  const [a, b] = node.inputs as [Node, Node];
  switch (node.op) {
    case "neg":
      return builder.neg(again(a, axis));
    case "add":
      return builder.add(again(a, axis), again(b, axis));
    case "sub":
      return builder.sub(again(a, axis), again(b, axis));
    case "mul":
      return builder.scale(scaled(builder, node)[0], again(b, axis));
    case "transpose":
      return builder.transpose(again(a, flipped(axis)));
    default: {
      if (!isOp(node, "matmul")) throw new Error(`internal: reduceSamples: ${node.op} is not linear`);
      const { place, axis: inner } = sampled(node, axis);
      const operands = [...node.inputs];
      operands[place] = again(operands[place]!, inner);
      return builder.matmul(operands[0]!, operands[1]!, node.attributes);
    }
  }
}
