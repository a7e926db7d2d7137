import type { GraphBuilder } from "../build/builder.ts";
import { fillValue } from "../build/simplify/match.ts";
import { isOp, type Node } from "../graph/graph.ts";

/** A matrix or its transpose. */
interface Factor {
  readonly node: Node;
  readonly transpose: boolean;
}

/** A product of matrices with a number in front. */
export interface Chain {
  readonly number: number;
  readonly factors: readonly Factor[];
}

/** Limits of the search: the number of chains and the length of a chain. */
const mostChains = 48;
const longestChain = 14;

/**
 * Writes a matrix expression (products, sums, differences, multiples, transposes) as a sum of chains. Returns undefined
 * if there would be too many. Nodes that `isLeaf` accepts are not expanded.
 */
export function chainsOf(node: Node, isLeaf: (node: Node) => boolean): readonly Chain[] | undefined {
  const memory = new Map<Node, readonly Chain[] | undefined>();
  const expand = (x: Node): readonly Chain[] | undefined => {
    if (memory.has(x)) return memory.get(x);
    const found = x !== node && isLeaf(x) ? leafChain(x) : merged(expandOnce(x, expand));
    memory.set(x, found);
    return found;
  };
  return expand(node);
}

const leafChain = (node: Node): readonly Chain[] => [{ number: 1, factors: [{ node, transpose: false }] }];

function expandOnce(node: Node, expand: (x: Node) => readonly Chain[] | undefined): readonly Chain[] | undefined {
  const [a, b] = node.inputs;
  switch (node.op) {
    case "neg":
      return multiplied(expand(a!), -1);
    case "mul": {
      const factor = fillValue(a!);
      return factor === undefined ? leafChain(node) : multiplied(expand(b!), factor);
    }
    case "add":
    case "sub": {
      const [left, right] = [expand(a!), multiplied(expand(b!), node.op === "add" ? 1 : -1)];
      return left && right && [...left, ...right];
    }
    case "transpose":
      return transposed(expand(a!));
    case "matmul": {
      if (!isOp(node, "matmul")) return leafChain(node);
      const { transposeA, transposeB } = node.attributes;
      const left = transposeA ? transposed(expand(a!)) : expand(a!);
      const right = transposeB ? transposed(expand(b!)) : expand(b!);
      if (left === undefined || right === undefined || left.length * right.length > 4 * mostChains) return undefined;
      return left.flatMap((x) =>
        right.map((y) => ({ number: x.number * y.number, factors: [...x.factors, ...y.factors] })),
      );
    }
    default:
      return leafChain(node);
  }
}

function multiplied(chains: readonly Chain[] | undefined, by: number): readonly Chain[] | undefined {
  return by === 1 ? chains : chains?.map(({ number, factors }) => ({ number: by * number, factors }));
}

function transposed(chains: readonly Chain[] | undefined): readonly Chain[] | undefined {
  return chains?.map(({ number, factors }) => ({
    number,
    factors: factors.toReversed().map(({ node, transpose }) => ({ node, transpose: !transpose })),
  }));
}

function factorsKey(factors: readonly Factor[]): string {
  return factors.map(({ node, transpose }) => `${node.id}${transpose ? "'" : ""}`).join(" ");
}

/** Merges equal chains. */
function merged(chains: readonly Chain[] | undefined): readonly Chain[] | undefined {
  if (chains === undefined) return undefined;
  const found = new Map<string, Chain>();
  for (const chain of chains) {
    const key = factorsKey(chain.factors);
    const known = found.get(key);
    found.set(key, known === undefined ? chain : { ...chain, number: known.number + chain.number });
  }
  const result = [...found.values()].filter(({ number }) => number !== 0);
  return result.length > mostChains || result.some(({ factors }) => factors.length > longestChain) ? undefined : result;
}

function rowsOf({ node, transpose }: Factor): number {
  return node.shape[transpose ? 1 : 0]!;
}

function columnsOf({ node, transpose }: Factor): number {
  return node.shape[transpose ? 0 : 1]!;
}

/** Price of the product of an m x k and a k x n matrix whose operands have this weight. */
export type ProductPrice = (m: number, n: number, k: number, weight: number) => number;

/** Weight of a node. An operation counts as much as the heaviest of its operands. */
export type Weight = (node: Node) => number;

/** Finds the cheapest place of the last product of a chain by dynamic programming. */
function bestSplit(factors: readonly Factor[], weight: Weight, price: ProductPrice): number {
  const n = factors.length;
  const cost = Array.from({ length: n }, () => new Float64Array(n));
  const heaviest = Array.from({ length: n }, () => new Float64Array(n));
  const split = Array.from({ length: n }, () => new Int32Array(n));
  for (let i = 0; i < n; i++) heaviest[i]![i] = weight(factors[i]!.node);
  for (let length = 2; length <= n; length++) {
    for (let i = 0; i + length <= n; i++) {
      const j = i + length - 1;
      heaviest[i]![j] = Math.max(heaviest[i]![j - 1]!, heaviest[j]![j]!);
      let best = Number.POSITIVE_INFINITY;
      for (let s = i; s < j; s++) {
        const own = price(rowsOf(factors[i]!), columnsOf(factors[j]!), columnsOf(factors[s]!), heaviest[i]![j]!);
        const total = cost[i]![s]! + cost[s + 1]![j]! + own;
        if (total < best) {
          best = total;
          split[i]![j] = s;
        }
      }
      cost[i]![j] = best;
    }
  }
  return split[0]![n - 1]!;
}

/**
 * Builds the graph of a sum of chains, each in its cheapest order. Chains whose last products share a factor are
 * multiplied together.
 */
export function buildChains(
  builder: GraphBuilder,
  chains: readonly Chain[],
  weight: Weight,
  price: ProductPrice,
): Node {
  const sum = (parts: readonly Node[]): Node => parts.reduce((left, right) => builder.add(left, right));
  const single = chains.filter(({ factors }) => factors.length === 1);
  const parts = single.map(({ number, factors: [factor] }) =>
    builder.scale(number, factor!.transpose ? builder.transpose(factor!.node) : factor!.node),
  );
  const products = chains
    .filter(({ factors }) => factors.length > 1)
    .map(({ number, factors }) => {
      const place = bestSplit(factors, weight, price) + 1;
      return { number, left: factors.slice(0, place), right: factors.slice(place) };
    });
  const count = (keys: readonly string[]): ReadonlyMap<string, number> => {
    const found = new Map<string, number>();
    for (const key of keys) found.set(key, (found.get(key) ?? 0) + 1);
    return found;
  };
  const lefts = count(products.map(({ left }) => factorsKey(left)));
  const rights = count(products.map(({ right }) => factorsKey(right)));
  const groups = new Map<string, typeof products>();
  for (const product of products) {
    const [left, right] = [factorsKey(product.left), factorsKey(product.right)];
    const key = lefts.get(left)! > rights.get(right)! ? `left ${left}` : `right ${right}`;
    groups.set(key, [...(groups.get(key) ?? []), product]);
  }
  // The transpose of a leaf becomes a flag of the product instead of a result of its own.
  const operand = (list: readonly Chain[]): Factor => {
    const [{ number, factors }] = list as [Chain];
    if (list.length === 1 && number === 1 && factors.length === 1) return factors[0]!;
    return { node: buildChains(builder, list, weight, price), transpose: false };
  };
  for (const [key, group] of groups) {
    const [{ left, right }] = group as [(typeof products)[number]];
    const shared = (factors: readonly Factor[]): readonly Chain[] => [{ number: 1, factors }];
    const [a, b] = key.startsWith("left")
      ? [operand(shared(left)), operand(group.map((other) => ({ number: other.number, factors: other.right })))]
      : [operand(group.map((other) => ({ number: other.number, factors: other.left }))), operand(shared(right))];
    parts.push(builder.matmul(a.node, b.node, { transposeA: a.transpose, transposeB: b.transpose }));
  }
  return sum(parts);
}
