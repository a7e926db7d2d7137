import { GraphBuilder } from "../build/builder.ts";
import { inputsOf } from "../derivatives/differentiate.ts";
import { isOp, type Node, sizeOf } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { TileBuilder, type TileInput } from "./samples/tile.ts";

/** A graph of a point, of data, and perhaps of directions in which it is linear. */
interface SampledGraph {
  readonly parameters: readonly Node<"input">[];
  /** Default: none. */
  readonly directions?: readonly Node<"input">[];
  readonly outputs: readonly Node[];
}

/** The part of a graph that is summed over the samples, for some of them. */
export interface SampleTile {
  readonly builder: GraphBuilder;
  /** The graph's parameters and directions, each followed by the outputs of the head. */
  readonly parameters: readonly Node<"input">[];
  readonly directions: readonly Node<"input">[];
  readonly inputs: readonly TileInput[];
  /** Parts of the sums that do not depend on the directions. Added up over all samples, they are those of the graph. */
  readonly pointSums: readonly Node[];
  /** Parts of the sums that depend on the directions. */
  readonly movingSums: readonly Node[];
}

/** What all tiles need and what depends on no sample. It is a part of the graph itself. */
interface SampleHead {
  /** Nodes that do not depend on the directions. */
  readonly point: readonly Node[];
  readonly moving: readonly Node[];
  /** Data inputs that it reads. */
  readonly data: readonly Node<"input">[];
}

/** What is computed from the sums. */
interface SampleTail {
  readonly builder: GraphBuilder;
  /** The graph's parameters, then one input for each sum that does not depend on the directions. */
  readonly parameters: readonly Node<"input">[];
  /** The graph's directions, then one input for each of the other sums. */
  readonly directions: readonly Node<"input">[];
  /** Data inputs that it reads, with those of the whole graph. */
  readonly data: readonly { readonly node: Node<"input">; readonly source: Node }[];
  readonly outputs: readonly Node[];
}

/** A graph as a function of sums over samples. */
export interface SampleSums {
  readonly samples: number;
  readonly directions: readonly Node<"input">[];
  /** Whether sums that do not depend on the directions depend on the parameters, and not on the data alone. */
  readonly pointSumsMove: boolean;
  readonly head: SampleHead;
  readonly tail: SampleTail;
  /** Makes the graph of the sums over `size` samples. */
  tile(size: number): SampleTile;
}

/** Number of guesses of the number of samples. */
const mostGuesses = 4;

/**
 * Splits a graph into sums over the samples and a tail that computes the outputs from them.
 *
 * The samples are an axis that some data input or constant has, and along which all work is done sample by sample until
 * it is summed: by `sum`, or by a product of matrices over that axis. The number of samples is guessed from the shapes of
 * the data, the largest first.
 *
 * Assumes nothing. Guarantees that the parts of the sums over disjoint samples add up to the sums over all of them, up to
 * rounding, and that the tail has the outputs of the graph.
 *
 * @param samples number of samples, where it is known
 * @returns undefined if the graph has no such axis, as where a loss normalises over the batch or sums are needed again by
 *   the samples
 */
export function sampleSums(graph: SampledGraph, samples?: number): SampleSums | undefined {
  const nodes = reachable(graph.outputs);
  for (const guess of samples === undefined ? guesses(nodes) : [samples]) {
    const found = attempt(graph, nodes, guess);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns extents of the data, those of the largest data first. */
function guesses(nodes: readonly Node[]): readonly number[] {
  const isLeaf = (node: Node): boolean =>
    isOp(node, "constant") || (isOp(node, "input") && node.attributes.role === "data");
  const extents = nodes
    .filter(isLeaf)
    .toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape))
    .flatMap(({ shape }) => shape.toSorted((a, b) => b - a))
    .filter((extent) => extent > 1);
  return [...new Set(extents)].slice(0, mostGuesses);
}

function attempt(graph: SampledGraph, nodes: readonly Node[], samples: number): SampleSums | undefined {
  const { parameters, directions = [], outputs } = graph;
  const moving = dependents(nodes, directions);
  const whole = new TileBuilder(samples, samples, moving);
  if (!whole.build(nodes) || whole.sums.size === 0 || outputs.some((node) => whole.isSampled(node))) return undefined;
  const movingSums = [...whole.sums.keys()].filter((node) => moving.has(node));
  const pointSums = [...whole.sums.keys()].filter((node) => !moving.has(node));
  const varying = dependents(nodes, parameters);
  const heads = [...whole.heads.keys()];
  return {
    samples,
    directions,
    pointSumsMove: pointSums.some((node) => varying.has(node)),
    head: {
      point: heads.filter((node) => !moving.has(node)),
      moving: heads.filter((node) => moving.has(node)),
      data: inputsOf(heads).filter(({ attributes: { role } }) => role === "data"),
    },
    tail: tailOf(graph, nodes, pointSums, movingSums),
    tile(size) {
      const tile = new TileBuilder(samples, size, moving);
      if (!tile.build(nodes)) throw new Error("internal: sampleSums: a tile differs from the whole");
      const { builder, inputs } = tile;
      const own = (node: Node<"input">): Node<"input"> => builder.make("input", [], node.attributes);
      const headsOf = (move: boolean): Node<"input">[] =>
        heads.filter((node) => moving.has(node) === move).map((node) => tile.heads.get(node)!);
      return {
        builder,
        parameters: [...parameters.map(own), ...headsOf(false)],
        directions: [...directions.map(own), ...headsOf(true)],
        inputs,
        pointSums: pointSums.map((node) => tile.sums.get(node)!),
        movingSums: movingSums.map((node) => tile.sums.get(node)!),
      };
    },
  };
}

function tailOf(
  { parameters, directions = [], outputs }: SampledGraph,
  nodes: readonly Node[],
  pointSums: readonly Node[],
  movingSums: readonly Node[],
): SampleTail {
  const builder = new GraphBuilder();
  const made = new Map<Node, Node>();
  const data: { node: Node<"input">; source: Node }[] = [];
  const known = (node: Node, own: Node<"input">): Node<"input"> => {
    made.set(node, own);
    return own;
  };
  const copied = (node: Node<"input">): Node<"input"> => known(node, builder.make("input", [], node.attributes));
  const tailParameters = [
    ...parameters.map(copied),
    ...pointSums.map((node, i) => known(node, builder.input(`sum ${i}`, "parameter", node.shape))),
  ];
  const tailDirections = [
    ...directions.map(copied),
    ...movingSums.map((node, i) => known(node, builder.input(`moving sum ${i}`, "tangent", node.shape))),
  ];
  // Only what the outputs need beyond the sums, so that nothing of the samples is copied.
  const needed = new Set<Node>(outputs);
  for (const node of needed) if (!made.has(node)) for (const input of node.inputs) needed.add(input);
  for (const node of nodes) {
    if (!needed.has(node) || made.has(node)) continue;
    if (isOp(node, "input")) {
      data.push({ node: copied(node), source: node });
    } else if (node.inputs.length === 0) {
      made.set(node, builder.make(node.op, [], node.attributes));
    } else {
      const inputs = node.inputs.map((input) => made.get(input)!);
      made.set(node, builder.rebuild(node, inputs));
    }
  }
  return {
    builder,
    parameters: tailParameters,
    directions: tailDirections,
    data,
    outputs: outputs.map((node) => made.get(node)!),
  };
}
