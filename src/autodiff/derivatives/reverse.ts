import type { GraphBuilder } from "../build/builder.ts";
import { type Node, type Op, sizeOf } from "../graph/graph.ts";
import { checkBuilder, checkNode, checkNodes } from "../graph/graphArguments.ts";
import { sameShape, shapeError, showShape } from "../graph/shapes.ts";
import { dependents, isZero, reachable } from "../graph/walk.ts";
import { operand } from "./rules/rule.ts";
import { ruleOf } from "./rules/table.ts";

/**
 * Differentiates one number with respect to nodes of any kind, in the middle of a graph too.
 *
 * The results are ordinary nodes: differentiate them again for second derivatives. If the output does not depend on a
 * node, its gradient is a `fill` of 0.
 *
 * @example
 * const builder = new GraphBuilder();
 * const x = builder.input("x", "parameter", [2]);
 * const slope = gradient(builder, builder.sum(builder.mul(x, x)), [x]);
 * console.log(compileFunction({ inputs: [x], outputs: slope })({ x: [1, 2] })[0]!.join(" "));
 * // 2 4
 * @param wrt nodes to differentiate with respect to; the results have their shapes
 */
export function gradient(builder: GraphBuilder, output: Node, wrt: readonly Node[]): Node[] {
  checkNode("gradient", "output", output);
  if (sizeOf(output.shape) !== 1) {
    throw shapeError("gradient", `expected one number to differentiate, got shape ${showShape(output.shape)}`);
  }
  return pullback(builder, [output], [builder.fill(1, output.shape)], wrt);
}

/**
 * Differentiates sum_i <cotangent_i, output_i> in reverse mode with respect to `wrt`, which gives J^T u.
 *
 * @example
 * const builder = new GraphBuilder();
 * const z = builder.input("z", "parameter", [2]);
 * const u = builder.input("u", "cotangent", [2]);
 * const product = pullback(builder, [builder.mul(z, z)], [u], [z]);
 * console.log(compileFunction({ inputs: [z, u], outputs: product })({ z: [3, 4], u: [1, 0] })[0]!.join(" "));
 * // 6 0
 * @param cotangents one node per output, of the same shape
 */
export function pullback(
  builder: GraphBuilder,
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
): Node[] {
  checkBuilder("pullback", builder);
  checkNodes("pullback", "outputs", outputs);
  checkNodes("pullback", "cotangents", cotangents);
  checkNodes("pullback", "wrt", wrt);
  const found = new Map<Node, Node>();
  const add = (node: Node, cotangent: Node): void => {
    if (isZero(cotangent)) return;
    const known = found.get(node);
    found.set(node, known === undefined ? cotangent : builder.add(known, cotangent));
  };
  for (const [i, output] of outputs.entries()) {
    const cotangent = cotangents[i];
    if (cotangent === undefined || !sameShape(cotangent.shape, output.shape)) {
      throw shapeError("pullback", `the cotangent of output ${i} needs shape ${showShape(output.shape)}`);
    }
    add(output, cotangent);
  }
  const nodes = reachable(outputs);
  const wanted = dependents(nodes, wrt);
  for (const node of nodes.toReversed()) {
    const cotangent = found.get(node);
    if (cotangent !== undefined) spreadCotangent(builder, node, cotangent, wanted, add);
  }
  return wrt.map((node) => found.get(node) ?? builder.fill(0, node.shape));
}

/** Adds the contribution of y to the cotangents of those operands that are wanted. */
function spreadCotangent<K extends Op>(
  builder: GraphBuilder,
  y: Node<K>,
  cotangent: Node,
  wanted: ReadonlySet<Node>,
  add: (node: Node, cotangent: Node) => void,
): void {
  const rule = ruleOf(y);
  const to = (place: number, part: () => Node): void => {
    const x = operand(y, place);
    if (wanted.has(x)) add(x, part());
  };
  switch (rule.kind) {
    case "source":
    case "flat":
      return;
    case "elementwise":
      for (const place of y.inputs.keys()) {
        to(place, () => builder.mul(cotangent, rule.partial(builder, y, place)));
      }
      return;
    case "bilinear":
      for (const place of y.inputs.keys()) to(place, () => rule.transpose(builder, y, place, cotangent));
      return;
    case "choice": {
      const zero = builder.fill(0, y.shape);
      to(rule.yes, () => builder.select(rule.condition(builder, y), cotangent, zero));
      to(rule.no, () => builder.select(rule.condition(builder, y), zero, cotangent));
      return;
    }
    case "linear":
      to(0, () => rule.transpose(builder, y, cotangent));
      return;
    case "weightedSum":
      to(0, () => {
        const repeated = builder.expand(cotangent, rule.axes(y), operand(y, 0).shape);
        return builder.mul(repeated, rule.weights(builder, y));
      });
  }
}
