import type { GraphBuilder } from "../build/builder.ts";
import { isOp, type Node, sizeOf } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { buildChains, type Chain, chainsOf, type ProductPrice, type Weight } from "./chains.ts";
import { directionsOf, type Pass, parametersOf } from "./pass.ts";

/** Weights of operations that are done for every v, once per point, and once for the data. */
const weights = { moving: 1, point: 0.1, data: 0.001 } as const;
/** Overhead of a product, in operations. */
const callCost = 2000;
/** Operations per number of an elementwise result. */
const elementCost = 4;

const price: ProductPrice = (m, n, k, weight) => weight * (2 * m * n * k + callCost);

/** Ways to compute a root: unchanged, by chains, or by chains that do not expand expressions independent of v. */
const variants = ["asItIs", "expanded", "expandedWhereMoving"] as const;
type Variant = (typeof variants)[number];

/**
 * Rewrites a graph that is linear in its directions so that its matrix products cost least.
 *
 * Expressions of products, sums and transposes are expanded into chains of matrices and bracketed anew, by the
 * associative and distributive laws. Products that do not depend on v count a tenth and those of data alone a
 * thousandth, since they are done less often. Root by root, the cost of the whole graph decides whether to expand, with
 * shared products counted once. For a linear network with squared loss, only products with the second moments of its
 * data remain.
 *
 * Assumes that outputs are linear in the directions, and that `normalForm` came before, which turns other expressions
 * into expressions of products. Guarantees the same values up to rounding, and that outputs stay linear. It must not be
 * applied to gradients: there it would replace small residuals by differences of large moments.
 */
export const regroup: Pass = (builder, graph) => {
  const { inputs, outputs } = graph;
  const directions = directionsOf(graph);
  const parameters = parametersOf(graph);
  const nodes = reachable(outputs);
  const moving = dependents(nodes, directions);
  const roots = rootsOf(nodes, outputs, moving);
  const multilinear = multilinearNodes(nodes);
  const chains = new Map<Node, ReadonlyMap<Variant, readonly Chain[]>>();
  for (const root of roots) {
    const found = new Map<Variant, readonly Chain[]>();
    for (const variant of ["expanded", "expandedWhereMoving"] as const) {
      const isLeaf = (node: Node): boolean =>
        node.shape.length !== 2 ||
        (!moving.has(node) && (variant === "expandedWhereMoving" || (isSum(node) && !multilinear.has(node))));
      const list = chainsOf(root, isLeaf);
      if (list?.some(({ factors }) => factors.length > 2)) found.set(variant, list);
    }
    if (found.size > 0) chains.set(root, found);
  }
  if (chains.size === 0) return graph;

  const rewrite = (choice: ReadonlyMap<Node, Variant>): readonly Node[] =>
    rewritten(builder, nodes, outputs, moving, (root, fresh) => {
      const list = chains.get(root)?.get(choice.get(root) ?? "asItIs");
      if (list === undefined) return undefined;
      const own = list.map(({ number, factors }) => ({
        number,
        factors: factors.map(({ node, transpose }) => ({ node: fresh(node), transpose })),
      }));
      return buildChains(builder, own, weightOf(own, directions, parameters), price);
    });
  const candidates: { choice: Map<Node, Variant>; outputs: readonly Node[]; cost: number }[] = variants.map(
    (variant) => {
      const choice = new Map([...chains.keys()].map((root) => [root, variant] as const));
      const made = rewrite(choice);
      return { choice, outputs: made, cost: graphCost(made, directions, parameters) };
    },
  );
  let best = candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
  for (const root of chains.keys()) {
    for (const variant of variants) {
      if (variant === best.choice.get(root)) continue;
      const choice = new Map(best.choice).set(root, variant);
      const made = rewrite(choice);
      const cost = graphCost(made, directions, parameters);
      if (cost < best.cost) best = { choice, outputs: made, cost };
    }
  }
  return { inputs, outputs: best.outputs };
};

/**
 * Returns the nodes that are made of inputs and constants by matrix operations alone.
 *
 * Only among these, sums that do not depend on v are expanded. Other sums may cancel exactly, as the errors of a
 * saturated classifier do, while their products with large matrices would not.
 */
function multilinearNodes(nodes: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of nodes) {
    if (node.inputs.length === 0 || (isMatrixOp(node) && node.inputs.every((input) => found.has(input))))
      found.add(node);
  }
  return found;
}

function isSum(node: Node): boolean {
  return isOp(node, "add") || isOp(node, "sub");
}

const matrixOps = new Set(["matmul", "add", "sub", "neg", "transpose"]);

function isMatrixOp(node: Node): boolean {
  if (node.shape.length !== 2) return false;
  return matrixOps.has(node.op) || (isOp(node, "mul") && isOp(node.inputs[0]!, "fill"));
}

/** Returns the matrix expressions that depend on v and are outputs or used by other operations. */
function rootsOf(nodes: readonly Node[], outputs: readonly Node[], moving: ReadonlySet<Node>): readonly Node[] {
  const used = new Set<Node>(outputs);
  for (const node of nodes) if (!isMatrixOp(node)) for (const input of node.inputs) used.add(input);
  return nodes.filter((node) => moving.has(node) && used.has(node) && isMatrixOp(node));
}

/** Rebuilds a graph in which `instead` makes some nodes in another way, from the new versions of earlier nodes. */
function rewritten(
  builder: GraphBuilder,
  nodes: readonly Node[],
  outputs: readonly Node[],
  moving: ReadonlySet<Node>,
  instead: (node: Node, fresh: (node: Node) => Node) => Node | undefined,
): readonly Node[] {
  const made = new Map<Node, Node>();
  const fresh = (node: Node): Node => made.get(node) ?? node;
  for (const node of nodes) {
    if (!moving.has(node) || isOp(node, "input")) continue;
    const other = instead(node, fresh);
    const inputs = node.inputs.map(fresh);
    if (other !== undefined) made.set(node, other);
    else if (inputs.some((input, i) => input !== node.inputs[i])) made.set(node, builder.rebuild(node, inputs));
  }
  return outputs.map(fresh);
}

function classes(
  outputs: readonly Node[],
  directions: readonly Node[],
  parameters: readonly Node[],
): { readonly nodes: readonly Node[]; readonly weight: Weight } {
  const nodes = reachable(outputs);
  const moving = dependents(nodes, directions);
  const varying = dependents(nodes, parameters);
  const weight: Weight = (node) =>
    moving.has(node) ? weights.moving : varying.has(node) ? weights.point : weights.data;
  return { nodes, weight };
}

function weightOf(chains: readonly Chain[], directions: readonly Node[], parameters: readonly Node[]): Weight {
  const leaves = chains.flatMap(({ factors }) => factors.map(({ node }) => node));
  return classes(leaves, directions, parameters).weight;
}

function graphCost(outputs: readonly Node[], directions: readonly Node[], parameters: readonly Node[]): number {
  const { nodes, weight } = classes(outputs, directions, parameters);
  let cost = 0;
  for (const node of nodes) {
    if (isOp(node, "matmul")) {
      const [m, n] = node.shape.slice(-2) as [number, number];
      const k = node.inputs[0]!.shape.at(node.attributes.transposeA ? -2 : -1)!;
      cost += sizeOf(node.shape.slice(0, -2)) * price(m, n, k, weight(node));
    } else if (node.inputs.length > 0 && !isOp(node, "broadcast") && !isOp(node, "reshape")) {
      cost += elementCost * weight(node) * sizeOf(node.shape);
    }
  }
  return cost;
}
