import { thing } from "../../arguments.ts";
import { checkOption } from "../../options.ts";
import { type Attributes, type Graph, isOp, type Node, type Op, sizeOf } from "../graph/graph.ts";
import { checkIsGraph } from "../graph/graphArguments.ts";
import { inferShape, sameShape, showShape } from "../graph/shapes.ts";
import { dependents, isZero, reachable } from "../graph/walk.ts";
import { ruleOf } from "./rules/table.ts";

export interface CheckGraphOptions {
  /** Inputs in which every output must be linear: the tangents of a linear graph. Default: none. */
  readonly linearIn?: readonly Node[];
}

/**
 * Checks that a graph is valid, for tests, after every pass that makes or changes graphs.
 *
 * The shape of each node follows from its operands, operands come before their users, no two nodes have the same id,
 * and every input that an output depends on is listed. With `linearIn`, the structure shows that each output is linear
 * in those inputs: every node that depends on them adds, selects or moves numbers, or multiplies one operand that
 * depends on them by operands that do not.
 *
 * @example
 * const builder = new GraphBuilder();
 * const x = builder.input("x", "parameter", [3]);
 * const loss = builder.sum(builder.mul(x, x));
 * checkGraph({ inputs: [x], outputs: gradient(builder, loss, [x]) });
 * @throws {Error} an internal error that names the first node at fault
 */
export function checkGraph(graph: Graph, options: CheckGraphOptions = {}): void {
  checkIsGraph("checkGraph", graph);
  checkOption("checkGraph", "options", options, thing("an object", {}));
  const { inputs, outputs } = graph;
  const { linearIn = [] } = options;
  const nodes = reachable(outputs);
  const known = new Set<Node>(inputs);
  if (known.size !== inputs.length) throw fault("an input is listed twice");
  const ids = new Map<number, Node>();
  for (const node of nodes) {
    if (ids.has(node.id)) throw fault(`two nodes have the id ${node.id}`, node);
    ids.set(node.id, node);
    if (isOp(node, "input") && !known.has(node)) throw fault(`the input "${node.attributes.name}" is not listed`, node);
    for (const operand of node.inputs) if (operand.id >= node.id) throw fault("an operand comes after its user", node);
    checkShape(node);
  }
  const moving = dependents(nodes, linearIn);
  if (linearIn.length > 0) for (const node of nodes) if (moving.has(node)) checkLinear(node, moving);
  for (const output of linearIn.length > 0 ? outputs : []) {
    if (!moving.has(output) && !isZero(output)) throw fault("an output is constant where it should be linear", output);
  }
}

function checkShape<K extends Op>(node: Node<K>): void {
  const attributes: Attributes[K] = node.attributes;
  const shape = inferShape[node.op](
    attributes,
    node.inputs.map((input) => input.shape),
    node.op,
  );
  if (!sameShape(shape, node.shape)) {
    throw fault(`its shape is ${showShape(node.shape)}, its operands give ${showShape(shape)}`, node);
  }
  if (isOp(node, "constant") && node.attributes.values.length !== sizeOf(node.shape)) {
    throw fault("its values do not fill its shape", node);
  }
}

/** Allows sums, and products in which one factor depends on the tangents. */
function checkLinear(node: Node, moving: ReadonlySet<Node>): void {
  const places = [...node.inputs.keys()].filter((place) => moving.has(node.inputs[place]!));
  const rest = node.inputs.filter((input) => !moving.has(input));
  const fits = (): boolean => {
    switch (node.op) {
      case "input":
        return true;
      case "neg":
        return true;
      case "add":
      case "sub":
        return rest.every(isZero);
      case "mul":
      case "matmul":
        return places.length === 1;
      case "div":
        return places.length === 1 && places[0] === 0;
      case "select":
        return !places.includes(0) && rest.slice(1).every(isZero);
      default:
        return ruleOf(node).kind === "linear";
    }
  };
  if (!fits()) throw fault("it is not linear in the tangents", node);
}

function fault(what: string, node?: Node): Error {
  return new Error(`internal: graph: ${node === undefined ? "" : `${node.op} (node ${node.id}): `}${what}`);
}
