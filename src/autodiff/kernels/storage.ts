import { isOp, type Node } from "../graph/graph.ts";
import { sameShape } from "../graph/shapes.ts";
import { repetition } from "./kernels.ts";

/**
 * How the numbers of a node are kept: `given` from outside, `fixed` once and for all, in an array of its `own`, as an
 * `alias` of the operand's array, or, if `repeated`, not at all: its users then read the operand repeatedly.
 */
type Kind = "given" | "fixed" | "own" | "alias" | "repeated";

export interface Storage {
  readonly kind: (node: Node) => Kind;
  /** Nodes whose arrays are free after the node of this number, counted over all stages, was computed. */
  readonly endings: ReadonlyMap<number, readonly Node[]>;
}

export function storageOf(
  stages: readonly (readonly Node[])[],
  results: readonly Node[],
  given: ReadonlyMap<Node, Float64Array>,
): Storage {
  const kinds = kindsOf(stages.flat(), results, given);
  const kind = (node: Node): Kind => {
    const found = kinds.get(node);
    if (found === undefined) throw new Error(`internal: machine: ${node.op} is used but in no stage`);
    return found;
  };
  /** Returns the node in whose array the numbers lie. */
  const owner = (node: Node): Node => {
    let at = node;
    while (kind(at) === "alias" || (kind(at) === "repeated" && isOp(at, "broadcast"))) at = at.inputs[0]!;
    return at;
  };

  const stageOf = new Map<Node, number>();
  const lastUse = new Map<Node, number>();
  const kept = new Set<Node>();
  let time = 0;
  for (const [stage, nodes] of stages.entries()) {
    for (const node of nodes) {
      if (kind(node) === "own") stageOf.set(node, stage);
      for (const used of [node, ...node.inputs]) {
        const at = owner(used);
        lastUse.set(at, time);
        if (stageOf.get(at) !== stage) kept.add(at);
      }
      time++;
    }
  }
  for (const node of results) kept.add(owner(node));
  const endings = new Map<number, Node[]>();
  for (const [node, end] of lastUse) {
    if (kind(node) !== "own" || kept.has(node)) continue;
    const others = endings.get(end);
    if (others === undefined) endings.set(end, [node]);
    else others.push(node);
  }
  return { kind, endings };
}

function kindsOf(
  nodes: readonly Node[],
  results: readonly Node[],
  given: ReadonlyMap<Node, Float64Array>,
): Map<Node, Kind> {
  // Callers need stored numbers, and so do operations that cannot repeat numbers themselves.
  const stored = new Set<Node>(results);
  for (const node of nodes) for (const input of node.inputs) if (!repeats(node, input)) stored.add(input);
  const kinds = new Map<Node, Kind>([...given.keys()].map((node) => [node, "given"]));
  for (const node of nodes) {
    if (kinds.has(node)) continue;
    if (isOp(node, "input")) throw new Error(`internal: machine: the input "${node.attributes.name}" was not given`);
    if (isOp(node, "constant")) kinds.set(node, "fixed");
    else if (isOp(node, "fill")) kinds.set(node, stored.has(node) ? "fixed" : "repeated");
    else if (isOp(node, "broadcast") && !stored.has(node) && kinds.get(node.inputs[0]!) !== "repeated") {
      kinds.set(node, "repeated");
    } else kinds.set(node, isOp(node, "reshape") ? "alias" : "own");
  }
  return kinds;
}

/** Whether an operation can read this operand although its repetitions are not written out. */
function repeats(node: Node, input: Node): boolean {
  const able = repetition(node.op);
  if (able !== "leading" || !isOp(input, "broadcast")) return able === "all";
  const { shape } = input.inputs[0]!;
  return shape.length >= 2 && sameShape(shape.slice(-2), input.shape.slice(-2));
}
