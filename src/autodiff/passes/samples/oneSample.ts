import { GraphBuilder } from "../../build/builder.ts";
import { isOp, type Node, type Shape } from "../../graph/graph.ts";
import { dependents, reachable } from "../../graph/walk.ts";
import { fits, identityAxis, onlyMap, type Place, reshapedPlace, resized } from "./places.ts";
import type { TileInput } from "./tile.ts";

/** The graph of one sample. */
export interface SampleGraph {
  readonly builder: GraphBuilder;
  readonly parameters: readonly Node<"input">[];
  /** What it reads: a data input or a constant of the whole graph, or the part of one that belongs to the sample. */
  readonly inputs: readonly TileInput[];
  readonly outputs: readonly Node[];
}

/** What {@link oneSample} finds. */
type SampleCut = (
  | { readonly kind: "separate"; readonly graph: SampleGraph }
  /** Samples read a node that depends on other samples and on the parameters. */
  | { readonly kind: "coupled"; readonly node: Node }
  | { readonly kind: "unknown" }
) & {
  /** Says where a node has the entries of each sample; undefined if samples read all of it, or several places. */
  placeOf(node: Node): Place | undefined;
};

/** What is read of a node: all of it, or the entries of one sample at each of these places. */
interface Demand {
  whole: boolean;
  readonly places: Map<string, Place>;
}

/**
 * Cuts a graph whose outputs have the samples along their first axis into the graph of one sample.
 *
 * It goes from the outputs to the leaves, so that nothing has to be guessed from the extents of the data: each node says
 * which entries of its operands an entry of one sample reads. A node that is read as a whole, that depends on the
 * parameters, and on data that samples also read one by one, couples the samples, as the moments of batch normalisation
 * do.
 *
 * @param outputs arrays with the samples along the first axis
 * @returns `unknown` where an operation moves entries along the samples in a way that has no such form
 */
export function oneSample(outputs: readonly Node[], parameters: readonly Node<"input">[], samples: number): SampleCut {
  const nodes = reachable(outputs);
  const demands = new Map<Node, Demand>();
  const roots = new Set<Node>();
  const ask = (node: Node, place: Place | undefined): void => {
    const demand = demands.get(node) ?? { whole: false, places: new Map() };
    demands.set(node, demand);
    if (place === undefined) demand.whole = true;
    else demand.places.set(keyOf(place), place);
  };
  let known = true;
  // One sample alone is all of the graph, in which no axis can be told from another by its extent.
  for (const output of outputs) ask(output, samples === 1 ? undefined : rowOfSample);
  for (const node of nodes.toReversed()) {
    const demand = demands.get(node);
    if (demand === undefined) continue;
    if (demand.whole) for (const input of node.inputs) ask(input, undefined);
    for (const place of demand.places.values()) {
      const reads = fits(node.shape, place, samples) ? readsOf(node, place, samples) : undefined;
      if (reads === undefined) known = false;
      for (const [i, input] of node.inputs.entries()) {
        if (reads !== undefined && reads[i] === undefined) roots.add(input);
        ask(input, reads?.[i]);
      }
    }
  }
  const coupled = samples === 1 ? undefined : coupling(nodes, demands, roots, parameters);
  const placeOf = (node: Node): Place | undefined => {
    const { whole, places } = demands.get(node) ?? { whole: true, places: new Map<string, Place>() };
    return whole || places.size !== 1 ? undefined : [...places.values()][0];
  };
  if (coupled !== undefined) return { kind: "coupled", node: coupled, placeOf };
  if (!known) return { kind: "unknown", placeOf };
  return { kind: "separate", graph: build(nodes, demands, outputs, parameters, samples), placeOf };
}

/**
 * Tells whether outputs of a sample depend on data of other samples, also where no parameter comes between, as with data
 * that are divided by their own moments, and says yes where it cannot tell.
 */
export function mixesSamples(outputs: readonly Node[], leaves: readonly Node<"input">[], samples: number): boolean {
  return oneSample(outputs, leaves, samples).kind !== "separate";
}

const rowOfSample: Place = { axis: 0, per: 1 };
const keyOf = ({ axis, per }: Place): string => `${axis}:${per}`;

/** Finds a node that is read as a whole and depends on the parameters and on leaves that are also read by the sample. */
function coupling(
  nodes: readonly Node[],
  demands: ReadonlyMap<Node, Demand>,
  roots: ReadonlySet<Node>,
  parameters: readonly Node[],
): Node | undefined {
  const sampled = nodes.filter((node) => isLeaf(node) && (demands.get(node)?.places.size ?? 0) > 0);
  const ofSamples = dependents(nodes, sampled);
  const ofParameters = dependents(nodes, parameters);
  return nodes.find((node) => roots.has(node) && ofSamples.has(node) && ofParameters.has(node));
}

function isLeaf(node: Node): boolean {
  return isOp(node, "constant") || (isOp(node, "input") && node.attributes.role === "data");
}

/**
 * Says what an entry of a sample at `place` reads of each operand: the entries of the sample at a place, or all of it.
 * Undefined where that has no such form.
 */
function readsOf(node: Node, place: Place, samples: number): readonly (Place | undefined)[] | undefined {
  const { axis, per } = place;
  const [x] = node.inputs as [Node];
  if (isOp(node, "input")) return node.attributes.role === "data" ? [] : undefined;
  if (isOp(node, "constant") || isOp(node, "fill")) return [];
  if (isOp(node, "broadcast")) {
    const own = axis - (node.shape.length - x.shape.length);
    return [own < 0 || x.shape[own] === 1 ? undefined : { axis: own, per }];
  }
  if (isOp(node, "reshape")) {
    const from = reshapedPlace(node.shape, place, x.shape, samples);
    return from && [from];
  }
  if (isOp(node, "transpose")) return [{ axis: node.attributes.permutation[axis]!, per }];
  if (isOp(node, "sum") || isOp(node, "reduceMax") || isOp(node, "logSumExp")) {
    return [{ axis: axisBefore(axis, node.attributes.axes), per }];
  }
  if (isOp(node, "argMax")) return [{ axis: axisBefore(axis, [node.attributes.axis]), per }];
  if (isOp(node, "cumsum")) return node.attributes.axis === axis ? undefined : [place];
  if (isOp(node, "take")) {
    const { maps } = node.attributes;
    if (maps.every(({ strides }) => strides[axis] === 0)) return [undefined];
    const from = maps.findIndex((map) => identityAxis(map) === axis);
    const same = from >= 0 && x.shape[from] === node.shape[axis] && onlyMap(maps, from, axis);
    return same ? [{ axis: from, per }] : undefined;
  }
  if (isOp(node, "scatterAdd")) {
    const { maps } = node.attributes;
    const from = identityAxis(maps[axis]!);
    const same = from !== undefined && x.shape[from] === node.shape[axis] && onlyMap(maps, axis, from);
    return same ? [{ axis: from, per }] : undefined;
  }
  if (isOp(node, "matmul")) return productReads(node, place);
  return node.inputs.map(() => place);
}

function productReads(node: Node<"matmul">, { axis, per }: Place): readonly (Place | undefined)[] {
  const rank = node.shape.length;
  const { transposeA, transposeB } = node.attributes;
  if (axis < rank - 2)
    return [
      { axis, per },
      { axis, per },
    ];
  if (axis === rank - 2) return [{ axis: transposeA ? rank - 1 : rank - 2, per }, undefined];
  return [undefined, { axis: transposeB ? rank - 2 : rank - 1, per }];
}

/** Returns the axis of the operand of a reduction that became this axis of its result. */
function axisBefore(axis: number, removed: readonly number[]): number {
  return removed.reduce((place, other) => (other <= place ? place + 1 : place), axis);
}

function build(
  nodes: readonly Node[],
  demands: ReadonlyMap<Node, Demand>,
  outputs: readonly Node[],
  parameters: readonly Node<"input">[],
  samples: number,
): SampleGraph {
  const builder = new GraphBuilder();
  const inputs: TileInput[] = [];
  const made = new Map<Node, Map<string, Node>>();
  const inputOf = (source: Node, shape: Shape, place?: Place): Node => {
    const node = builder.input(`d${inputs.length}`, "data", shape);
    inputs.push({ node, source, ...(place === undefined ? {} : { place }) });
    return node;
  };
  const keep = (node: Node, key: string, value: Node): void => {
    const all = made.get(node) ?? new Map<string, Node>();
    made.set(node, all);
    all.set(key, value);
  };
  const wholeOf = (node: Node): Node => {
    if (isOp(node, "input"))
      return node.attributes.role === "data" ? inputOf(node, node.shape) : builder.make("input", [], node.attributes);
    if (node.inputs.length === 0) return builder.make(node.op, [], node.attributes);
    return builder.rebuild(
      node,
      node.inputs.map((input) => made.get(input)!.get("whole")!),
    );
  };
  const partOf = (node: Node, place: Place): Node => {
    const shape = resized(node.shape, place, 1);
    if (isOp(node, "fill")) return builder.fill(node.attributes.value, shape);
    if (isLeaf(node)) return inputOf(node, shape, place);
    const reads = readsOf(node, place, samples)!;
    const parts = node.inputs.map((input, i) => {
      const from = reads[i];
      return made.get(input)!.get(from === undefined ? "whole" : keyOf(from))!;
    });
    const [x] = parts as [Node];
    if (isOp(node, "reshape")) return builder.reshape(x, shape);
    if (isOp(node, "broadcast")) return builder.broadcast(x, shape);
    if (isOp(node, "take")) return builder.take(x, node.attributes.maps, shape);
    if (isOp(node, "scatterAdd")) return builder.scatterAdd(x, node.attributes.maps, shape);
    return builder.rebuild(node, parts);
  };
  const own = parameters.map((node) => builder.make("input", [], node.attributes));
  for (const node of nodes) {
    const demand = demands.get(node);
    if (demand?.whole) keep(node, "whole", wholeOf(node));
    for (const place of demand?.places.values() ?? []) keep(node, keyOf(place), partOf(node, place));
  }
  return {
    builder,
    parameters: own,
    inputs,
    outputs: outputs.map((node) => made.get(node)!.get(samples === 1 ? "whole" : keyOf(rowOfSample))!),
  };
}
