import { checkOption } from "../../options.ts";
import type { GraphBuilder } from "../build/builder.ts";
import type { Node, Op } from "../graph/graph.ts";
import { checkBuilder, checkNodes } from "../graph/graphArguments.ts";
import { sameShape, shapeError, showShape } from "../graph/shapes.ts";
import { dependents, isZero, reachable } from "../graph/walk.ts";
import { operand } from "./rules/rule.ts";
import { ruleOf } from "./rules/table.ts";

/**
 * Differentiates in forward mode: returns the tangents of `outputs` when the nodes of `seeds` have the given tangents.
 *
 * All tangents may have `lead` leading axes more than their nodes, for several directions at once.
 *
 * @example
 * const builder = new GraphBuilder();
 * const z = builder.input("z", "parameter", [2]);
 * const v = builder.input("v", "tangent", [2]);
 * const product = pushforward(builder, [builder.mul(z, z)], new Map([[z, v]]));
 * console.log(compileFunction({ inputs: [z, v], outputs: product })({ z: [3, 4], v: [1, 0] })[0]!.join(" "));
 * // 6 0
 * @param seeds tangents of nodes of any kind; all other nodes that do not depend on these stay constant
 * @param lead number of leading axes that tangents have more than their nodes; default 0
 */
export function pushforward(
  builder: GraphBuilder,
  outputs: readonly Node[],
  seeds: ReadonlyMap<Node, Node>,
  lead = 0,
): Node[] {
  checkBuilder("pushforward", builder);
  checkNodes("pushforward", "outputs", outputs);
  checkOption("pushforward", "seeds", seeds, seedsRule);
  const tangents = new Map(seeds);
  let count: readonly number[] = [];
  for (const [node, tangent] of seeds) {
    count = tangent.shape.slice(0, lead);
    if (!sameShape(tangent.shape, [...count, ...node.shape])) {
      throw shapeError("pushforward", `the tangent of ${showShape(node.shape)} has shape ${showShape(tangent.shape)}`);
    }
  }
  const nodes = reachable(outputs);
  const moving = dependents(nodes, seeds.keys());
  for (const node of nodes) {
    if (tangents.has(node) || !moving.has(node)) continue;
    const tangent = tangentOf(builder, node, (x) => tangents.get(x), lead);
    // Zeros of either sign are left out, so that the structure shows what is linear in the tangents.
    if (tangent !== undefined && !isZero(tangent)) tangents.set(node, tangent);
  }
  return outputs.map((node) => tangents.get(node) ?? builder.fill(0, [...count, ...node.shape]));
}

/** Returns the tangent of a node from those of its operands; undefined stands for 0. */
function tangentOf<K extends Op>(
  builder: GraphBuilder,
  y: Node<K>,
  tangent: (x: Node) => Node | undefined,
  lead: number,
): Node | undefined {
  const rule = ruleOf(y);
  const at = (place: number): Node | undefined => tangent(operand(y, place));
  switch (rule.kind) {
    case "source":
    case "flat":
      return undefined;
    case "elementwise":
      return total(builder, y, at, (place, t) => builder.mul(rule.partial(builder, y, place), t));
    case "bilinear":
      return total(builder, y, at, (place, t) => rule.apply(builder, y, place, t));
    case "choice": {
      const [yes, no] = [at(rule.yes), at(rule.no)];
      if (yes === undefined && no === undefined) return undefined;
      const zero = builder.fill(0, y.shape);
      return builder.select(rule.condition(builder, y), yes ?? zero, no ?? zero);
    }
    case "linear": {
      const t = at(0);
      return t && rule.apply(builder, y, t, lead);
    }
    case "weightedSum": {
      const t = at(0);
      return (
        t &&
        builder.sum(
          builder.mul(rule.weights(builder, y), t),
          rule.axes(y).map((axis) => axis + lead),
        )
      );
    }
  }
}

function total(
  builder: GraphBuilder,
  y: Node,
  at: (place: number) => Node | undefined,
  term: (place: number, tangent: Node) => Node,
): Node | undefined {
  let sum: Node | undefined;
  for (const place of y.inputs.keys()) {
    const t = at(place);
    if (t === undefined) continue;
    const next = term(place, t);
    sum = sum === undefined ? next : builder.add(sum, next);
  }
  return sum;
}

const seedsRule = {
  expected: "a Map from nodes to their tangents",
  is: (value: unknown) => value instanceof Map,
} as const;
