import { isOp, type Node } from "../../graph/graph.ts";
import type { NodeMaker } from "../nodeMaker.ts";
import { constantAlong, fillValue, unreshaped } from "./match.ts";

/**
 * Turns stable formulas, as people and TensorFlow.js write them, back into the primitives they stand for. Otherwise the
 * shifts and maxima that make them stable would be differentiated too.
 */

/** Recognises a formula in a + b. */
export function recogniseSum(builder: NodeMaker, a: Node, b: Node): Node | undefined {
  return (
    softplusOf(builder, a, b) ??
    softplusOf(builder, b, a) ??
    shiftedLogSumExp(builder, a, b) ??
    shiftedLogSumExp(builder, b, a)
  );
}

/** Recognises a formula in a - b. */
export function recogniseDifference(builder: NodeMaker, a: Node, b: Node): Node | undefined {
  // (x - m) - logSumExp(x - m) = x - logSumExp(x), where m is constant along the axes summed.
  if (!isOp(a, "sub")) return undefined;
  const found = logSumExpOf(b);
  if (found === undefined || found.inputs[0] !== a) return undefined;
  const [x, shift] = a.inputs;
  const { axes } = found.attributes;
  if (constantAlong(shift!, axes, a.shape) === undefined) return undefined;
  return builder.sub(x!, builder.expand(builder.logSumExp(x!, axes), axes, a.shape));
}

/** Returns the logSumExp that a node repeats along the axes over which it sums. */
function logSumExpOf(node: Node): Node<"logSumExp"> | undefined {
  const inner = unreshaped(isOp(node, "broadcast") ? node.inputs[0]! : node);
  if (!isOp(inner, "logSumExp")) return undefined;
  const { shape } = inner.inputs[0]!;
  const { axes } = inner.attributes;
  const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const given = isOp(node, "broadcast") ? node.inputs[0]!.shape : node.shape;
  // Aligned at the right, the axes must be in their old places.
  const aligned = kept.slice(kept.length - given.length);
  return kept.length >= given.length &&
    given.every((extent, axis) => extent === aligned[axis]) &&
    kept.slice(0, kept.length - given.length).every((extent) => extent === 1)
    ? inner
    : undefined;
}

/** max(0, x) - w + softplus(-|x|) = softplus(x) - w */
function softplusOf(builder: NodeMaker, a: Node, b: Node): Node | undefined {
  if (!isOp(b, "softplus") || !isOp(b.inputs[0]!, "neg") || !isOp(b.inputs[0].inputs[0]!, "abs")) return undefined;
  const x = b.inputs[0].inputs[0].inputs[0]!;
  if (isRelu(a, x)) return builder.unary("softplus", x);
  if (isOp(a, "sub") && isRelu(a.inputs[0]!, x)) return builder.sub(builder.unary("softplus", x), a.inputs[1]!);
  if (isOp(a, "add")) {
    const other = a.inputs.findIndex((input) => isRelu(input, x));
    if (other >= 0) return builder.add(builder.unary("softplus", x), a.inputs[1 - other]!);
  }
  return undefined;
}

function isRelu(node: Node, x: Node): boolean {
  if (!isOp(node, "max")) return false;
  const [a, b] = node.inputs;
  return (fillValue(a!) === 0 && b === x) || (fillValue(b!) === 0 && a === x);
}

/** m + logSumExp(x - m) = logSumExp(x), where m is constant along the axes summed. */
function shiftedLogSumExp(builder: NodeMaker, m: Node, node: Node): Node | undefined {
  const sum = unreshaped(node);
  if (!isOp(sum, "logSumExp")) return undefined;
  const difference = sum.inputs[0]!;
  if (!isOp(difference, "sub")) return undefined;
  const [x, shift] = difference.inputs;
  const { axes } = sum.attributes;
  const inner = constantAlong(shift!, axes, difference.shape);
  if (inner === undefined || unreshaped(inner) !== unreshaped(m)) return undefined;
  return builder.reshape(builder.logSumExp(x!, axes), node.shape);
}
