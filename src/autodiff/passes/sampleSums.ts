import { GraphBuilder } from "../build/builder.ts";
import { isOp, type Node, sizeOf } from "../graph/graph.ts";
import { reachable } from "../graph/walk.ts";
import { TileBuilder, type TileInput } from "./samples/tile.ts";

/** A field in a graph: its parameters, its value if it has one, and the field itself. */
export interface FieldGraph {
  readonly parameters: readonly Node<"input">[];
  readonly value?: Node | undefined;
  readonly field: readonly Node[];
}

/** The part of a field's graph that is summed over the samples, for some of them. */
export interface SampleTile {
  readonly builder: GraphBuilder;
  readonly parameters: readonly Node<"input">[];
  readonly inputs: readonly TileInput[];
  /** Parts of the sums: added up over all samples, they are the sums of the whole graph. */
  readonly sums: readonly Node[];
}

/** What is computed from the sums. */
export interface SampleTail {
  readonly builder: GraphBuilder;
  /** The field's parameters, then one input for each sum. */
  readonly parameters: readonly Node<"input">[];
  /** Data inputs that it reads, with those of the whole graph. */
  readonly data: readonly { readonly node: Node<"input">; readonly source: Node }[];
  readonly value?: Node;
  readonly field: readonly Node[];
}

/** A field as a function of sums over samples. */
export interface SampleSums {
  readonly samples: number;
  readonly tail: SampleTail;
  /** Makes the graph of the sums over `size` samples. */
  tile(size: number): SampleTile;
}

/** Number of guesses of the number of samples. */
const mostGuesses = 4;

/**
 * Splits a field's graph into sums over the samples and a tail that computes value and field from them.
 *
 * The samples are an axis that some data input or constant has, and along which all work is done sample by sample until
 * it is summed: by `sum`, or by a product of matrices over that axis. The number of samples is guessed from the shapes of
 * the data, the largest first.
 *
 * Assumes nothing. Guarantees that the parts of the sums over disjoint samples add up to the sums over all of them, up to
 * rounding, and that the tail has the value and the field of the graph.
 *
 * @returns undefined if the graph has no such axis, as where a loss normalises over the batch or sums are needed again by
 *   the samples
 */
export function sampleSums(graph: FieldGraph): SampleSums | undefined {
  const outputs = graph.value === undefined ? graph.field : [graph.value, ...graph.field];
  const nodes = reachable(outputs);
  for (const samples of guesses(nodes)) {
    const found = attempt(graph, nodes, outputs, samples);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns extents of the data, those of the largest data first. */
function guesses(nodes: readonly Node[]): readonly number[] {
  const leaves = nodes.filter(
    (node) => isOp(node, "constant") || (isOp(node, "input") && node.attributes.role === "data"),
  );
  const extents = leaves
    .toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape))
    .flatMap(({ shape }) => shape.toSorted((a, b) => b - a))
    .filter((extent) => extent > 1);
  return [...new Set(extents)].slice(0, mostGuesses);
}

function attempt(
  graph: FieldGraph,
  nodes: readonly Node[],
  outputs: readonly Node[],
  samples: number,
): SampleSums | undefined {
  const whole = new TileBuilder(samples, samples);
  if (!whole.build(nodes) || whole.sums.size === 0 || outputs.some((node) => whole.isSampled(node))) return undefined;
  const sums = [...whole.sums.keys()];
  return {
    samples,
    tail: tailOf(graph, whole, nodes, sums),
    tile(size) {
      const tile = new TileBuilder(samples, size);
      if (!tile.build(nodes)) throw new Error("internal: sampleSums: a tile differs from the whole");
      const { builder, inputs } = tile;
      return {
        builder,
        parameters: graph.parameters.map((node) => builder.make("input", [], node.attributes)),
        inputs,
        sums: sums.map((node) => tile.sums.get(node)!),
      };
    },
  };
}

function tailOf(graph: FieldGraph, whole: TileBuilder, nodes: readonly Node[], sums: readonly Node[]): SampleTail {
  const builder = new GraphBuilder();
  const made = new Map<Node, Node>();
  const data: { node: Node<"input">; source: Node }[] = [];
  const parameters = graph.parameters.map((node) => {
    const own = builder.make("input", [], node.attributes);
    made.set(node, own);
    return own;
  });
  for (const [i, node] of sums.entries()) {
    const input = builder.input(`sum ${i}`, "parameter", node.shape);
    made.set(node, input);
    parameters.push(input);
  }
  // Only what the outputs need beyond the sums, so that nothing of the samples is copied.
  const outputs = graph.value === undefined ? graph.field : [graph.value, ...graph.field];
  const needed = new Set<Node>(outputs);
  for (const node of needed) if (!whole.sums.has(node)) for (const input of node.inputs) needed.add(input);
  for (const node of nodes) {
    if (!needed.has(node) || made.has(node)) continue;
    if (isOp(node, "input")) {
      const own = builder.make("input", [], node.attributes);
      data.push({ node: own, source: node });
      made.set(node, own);
    } else if (node.inputs.length === 0) {
      made.set(node, builder.make(node.op, [], node.attributes));
    } else {
      made.set(
        node,
        builder.rebuild(
          node,
          node.inputs.map((input) => made.get(input)!),
        ),
      );
    }
  }
  const found = (node: Node): Node => made.get(node)!;
  return {
    builder,
    parameters,
    data,
    ...(graph.value === undefined ? {} : { value: found(graph.value) }),
    field: graph.field.map(found),
  };
}
