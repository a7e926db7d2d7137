/** Checks of graphs and nodes that functions of this room are called with, for callers without types. */
import { list, thing } from "../../arguments.ts";
import { checkOption } from "../../options.ts";
import type { GraphBuilder } from "../build/builder.ts";
import type { Graph, Node } from "./graph.ts";

const builderRule = thing("a GraphBuilder", { input: "function", fill: "function" });
const graphRule = thing("a graph, with lists of inputs and outputs", { inputs: "list", outputs: "list" });
const nodeRule = thing("a node of a graph", { op: "string", shape: "list", inputs: "list" });

/** Refuses what is not a builder. */
export function checkBuilder(who: string, builder: GraphBuilder): void {
  checkOption(who, "builder", builder, builderRule);
}

/** Refuses what is not a node. */
export function checkNode(who: string, name: string, node: Node): void {
  checkOption(who, name, node, nodeRule);
}

/** Refuses what is not a list of nodes. */
export function checkNodes(who: string, name: string, nodes: readonly Node[]): void {
  checkOption(who, name, nodes, list);
  for (const [i, node] of nodes.entries()) checkNode(who, `${name}[${i}]`, node);
}

/** Refuses what is not a graph. */
export function checkIsGraph(who: string, graph: Graph): void {
  checkOption(who, "graph", graph, graphRule);
  checkNodes(who, "inputs", graph.inputs);
  checkNodes(who, "outputs", graph.outputs);
}
