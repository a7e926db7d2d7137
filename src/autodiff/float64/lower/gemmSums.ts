import { fillValue } from "../../build/simplify/match.ts";
import { isOp, type Node } from "../../graph/graph.ts";
import { type NativeWindows, spreadWindowsOf } from "./windows.ts";

/** A product of matrices times a factor. */
export interface ProductTerm {
  readonly factor: number;
  readonly product: Node<"matmul">;
}

export interface GemmSums {
  /** Terms of each node that is computed as a sum of products. */
  readonly terms: ReadonlyMap<Node, readonly ProductTerm[]>;
  /** Terms whose sum a `scatterAdd` adds to windows of images, where native kernels do that. */
  readonly spread: ReadonlyMap<Node, readonly ProductTerm[]>;
  /** Nodes inside such sums, which are never stored. */
  readonly absorbed: ReadonlySet<Node>;
}

/**
 * Finds the largest trees of sums, differences, scalings and reshapes over products that nobody else uses.
 *
 * The kernels of products do their additions, since they have a factor and can add to the result in memory.
 *
 * @param native whether native kernels compute a product with windows of images, by default none
 */
export function gemmSums(
  nodes: readonly Node[],
  results: ReadonlySet<Node>,
  native: NativeWindows = () => false,
): GemmSums {
  const uses = new Map<Node, number>();
  for (const node of nodes) for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const terms = new Map<Node, readonly ProductTerm[]>();
  const spread = new Map<Node, readonly ProductTerm[]>();
  const absorbed = new Set<Node>();
  /** Returns the terms of an operand that may become part of its only user. */
  const inner = (node: Node): readonly ProductTerm[] | undefined =>
    uses.get(node) === 1 && !results.has(node) ? terms.get(node) : undefined;
  for (const node of nodes) {
    if (isOp(node, "scatterAdd")) {
      const inside = inner(node.inputs[0]!);
      if (inside?.every(({ product }) => isSpread(node, product, native)) !== true) continue;
      spread.set(node, inside);
      absorbed.add(node.inputs[0]!);
      continue;
    }
    const found = isOp(node, "matmul") ? [{ factor: 1, product: node }] : combined(node, inner);
    if (found === undefined) continue;
    terms.set(node, found);
    if (!isOp(node, "matmul")) for (const input of node.inputs) if (terms.has(input)) absorbed.add(input);
  }
  return { terms, spread, absorbed };
}

/** Whether native kernels add the rows of a product to windows of images. */
function isSpread(
  node: Node<"scatterAdd">,
  { shape, inputs, attributes }: Node<"matmul">,
  native: NativeWindows,
): boolean {
  if (shape.length !== 2) return false;
  const found = spreadWindowsOf(node, shape[0]!);
  return found !== undefined && native(found, inputs[0]!.shape[attributes.transposeA ? 0 : 1]!);
}

function combined(
  node: Node,
  inner: (node: Node) => readonly ProductTerm[] | undefined,
): readonly ProductTerm[] | undefined {
  const scaled = (x: Node, by: number): readonly ProductTerm[] | undefined =>
    inner(x)?.map(({ factor, product }) => ({ factor: by * factor, product }));
  const [a, b] = node.inputs;
  switch (node.op) {
    case "neg":
      return scaled(a!, -1);
    case "reshape":
      return scaled(a!, 1);
    case "mul": {
      const factor = fillValue(a!);
      return factor === undefined || !Number.isFinite(factor) ? undefined : scaled(b!, factor);
    }
    case "div": {
      const divisor = fillValue(b!);
      return divisor === undefined || !Number.isFinite(1 / divisor) ? undefined : scaled(a!, 1 / divisor);
    }
    case "add":
    case "sub": {
      if (a === b) return undefined;
      const [left, right] = [scaled(a!, 1), scaled(b!, node.op === "add" ? 1 : -1)];
      return left === undefined || right === undefined ? undefined : [...left, ...right];
    }
    default:
      return undefined;
  }
}
