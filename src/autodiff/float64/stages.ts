import { isOp, type Node } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { isCheap } from "./lower/item.ts";
import { type NativeWindows, windowTakes } from "./lower/windows.ts";

/** A part of a graph that runs at its own time. */
interface Stage {
  /** Nodes that the stage computes, in topological order. */
  readonly nodes: readonly Node[];
  /** Nodes of the stage that later stages and callers read. */
  readonly kept: ReadonlySet<Node>;
}

/**
 * Cuts a graph into three stages: what depends on data alone (once for all points), what the outputs need (once per
 * evaluation), and what else is needed (once per linearisation).
 *
 * A later stage repeats views and cheap operations on numbers that are kept anyway, instead of reading kept results.
 *
 * @param native which products with windows of images native kernels compute: these windows are repeated too
 */
export function stagesOf(
  outputs: readonly Node[],
  others: readonly Node[],
  parameters: readonly Node[],
  native?: NativeWindows,
): readonly [prepare: Stage, evaluate: Stage, linearize: Stage] {
  const all = reachable([...outputs, ...others]);
  const nodes = all.filter((node) => !isOp(node, "input"));
  const moving = dependents(all, parameters);
  const early = new Set(reachable(outputs));
  const parts = [
    nodes.filter((node) => !moving.has(node)),
    nodes.filter((node) => moving.has(node) && early.has(node)),
    nodes.filter((node) => moving.has(node) && !early.has(node)),
  ] as const;
  const [prepared, evaluated, late] = parts.map((part) => new Set(part)) as [Set<Node>, Set<Node>, Set<Node>];
  const free = native === undefined ? new Set<Node>() : windowTakes(all, [...outputs, ...others], native);
  // The last stage comes first, since what it repeats decides what earlier ones keep.
  const linearize = withRepeated(nodes, parts[2], [], free);
  const kept = [...others, ...linearize.needs];
  const evaluate = withRepeated(nodes, parts[1], [...outputs, ...kept.filter((node) => evaluated.has(node))], free);
  const keptOf = (stage: ReadonlySet<Node>, wanted: readonly Node[]): ReadonlySet<Node> =>
    new Set(wanted.filter((node) => stage.has(node) && isStored(node)));
  return [
    { nodes: parts[0], kept: keptOf(prepared, [...kept, ...evaluate.needs]) },
    { nodes: evaluate.nodes, kept: keptOf(evaluated, kept) },
    { nodes: linearize.nodes, kept: keptOf(late, others) },
  ];
}

/** Whether a node has numbers of its own that have to be computed. */
export function isStored(node: Node): boolean {
  return !isOp(node, "constant") && !isOp(node, "fill") && !isOp(node, "input");
}

/**
 * Returns the nodes of a stage, those of earlier stages that it repeats, and what it then needs from earlier stages.
 */
export function withRepeated(
  all: readonly Node[],
  stage: readonly Node[],
  wanted: readonly Node[],
  repeated: ReadonlySet<Node> = new Set(),
): { readonly nodes: readonly Node[]; readonly needs: ReadonlySet<Node> } {
  const own = new Set(stage);
  const needs = new Set(wanted.filter((node) => !own.has(node)));
  for (const node of stage) for (const input of node.inputs) if (!own.has(input)) needs.add(input);
  const again = new Set<Node>();
  for (const node of all.toReversed()) {
    if (!needs.has(node) || own.has(node)) continue;
    const free = isView(node) || isOp(node, "constant") || isOp(node, "fill") || repeated.has(node);
    if (!free && !(isElementwise(node) && node.inputs.every((input) => isAtHand(input, needs, own)))) continue;
    needs.delete(node);
    again.add(node);
    for (const input of node.inputs) if (!own.has(input)) needs.add(input);
  }
  return { nodes: all.filter((node) => own.has(node) || again.has(node)), needs };
}

/** Whether the numbers of a node are there anyway, without being kept for this purpose. */
function isAtHand(node: Node, needs: ReadonlySet<Node>, own: ReadonlySet<Node>): boolean {
  let base = node;
  while (isView(base)) base = base.inputs[0]!;
  return needs.has(base) || own.has(base) || base.inputs.length === 0;
}

function isView(node: Node): boolean {
  return isOp(node, "reshape") || isOp(node, "broadcast") || isOp(node, "transpose");
}

const elementwise = new Set([
  "neg",
  "abs",
  "sign",
  "not",
  "add",
  "sub",
  "mul",
  "max",
  "min",
  "less",
  "lessEqual",
  "equal",
  "select",
]);

function isElementwise(node: Node): boolean {
  return elementwise.has(node.op) && isCheap(node.op);
}
