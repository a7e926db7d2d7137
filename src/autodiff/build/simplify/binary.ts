import { isPowerOfTwo } from "../../../elementary/index.ts";
import { isOp, type Node } from "../../graph/graph.ts";
import type { BinaryOp } from "../../graph/operations.ts";
import { sameShape } from "../../graph/shapes.ts";
import { scalarFunctions } from "../../kernels/scalars.ts";
import type { NodeMaker } from "../nodeMaker.ts";
import { isExact } from "./exact.ts";
import { fillValue, harmless, mergedProduct, negated, scaled } from "./match.ts";
import { power } from "./power.ts";
import { recogniseDifference, recogniseSum } from "./recognise.ts";

/** Returns a simpler node of the same value if one is known. The operands have the same shape. */
export function simplifyBinary(builder: NodeMaker, op: BinaryOp, a: Node, b: Node): Node | undefined {
  const [left, right] = [fillValue(a), fillValue(b)];
  if (left !== undefined && right !== undefined) {
    const result = scalarFunctions[op](left, right);
    // An operation that makes NaN or an infinity stays in the graph, so that a run can name it.
    const makes = Number.isFinite(left) && Number.isFinite(right) && !Number.isFinite(result);
    if (!makes && (!builder.exact || isExact(op, left, right))) return builder.fill(result, a.shape);
    return builder.exact ? rules[op]?.(builder, a, b) : undefined;
  }
  const recognised =
    op === "add" ? recogniseSum(builder, a, b) : op === "sub" ? recogniseDifference(builder, a, b) : undefined;
  return recognised ?? fewer(builder, op, a, b) ?? rules[op]?.(builder, a, b);
}

/** Where both operands repeat numbers in the same way, computes with the few numbers and repeats the result. */
function fewer(builder: NodeMaker, op: BinaryOp, a: Node, b: Node): Node | undefined {
  const small = isOp(a, "broadcast") ? a.inputs[0]!.shape : isOp(b, "broadcast") ? b.inputs[0]!.shape : undefined;
  if (small === undefined) return undefined;
  const [left, right] = [a, b].map((x) => {
    const value = fillValue(x);
    if (value !== undefined) return builder.fill(value, small);
    return isOp(x, "broadcast") && sameShape(x.inputs[0]!.shape, small) ? x.inputs[0] : undefined;
  });
  if (left === undefined || right === undefined) return undefined;
  return builder.broadcast(builder.binary(op, left, right), a.shape);
}

type Simplify = (builder: NodeMaker, a: Node, b: Node) => Node | undefined;

const rules: Partial<Readonly<Record<BinaryOp, Simplify>>> = {
  add(builder, a, b) {
    if (fillValue(a) === 0) return b;
    if (fillValue(b) === 0) return a;
    return likeTerms(builder, a, b, 1) ?? signs(builder, a, b);
  },
  sub(builder, a, b) {
    if (fillValue(b) === 0) return a;
    if (fillValue(a) === 0) return builder.neg(b);
    const minus = negated(b);
    if (minus !== undefined) return builder.add(a, minus);
    return likeTerms(builder, a, b, -1) ?? (isOp(a, "neg") ? builder.neg(builder.add(a.inputs[0]!, b)) : undefined);
  },
  mul(builder, a, b) {
    const left = fillValue(a);
    if (left !== undefined) return timesNumber(builder, left, b);
    const right = fillValue(b);
    if (right !== undefined) return timesNumber(builder, right, a);
    const [factorA, baseA] = scaled(builder, a);
    const [factorB, baseB] = scaled(builder, b);
    const factor = mergedProduct(builder, factorA, factorB);
    if ((baseA === a && baseB === b) || factor === undefined) return undefined;
    return builder.scale(factor, builder.mul(baseA, baseB));
  },
  div(builder, a, b) {
    const divisor = fillValue(b);
    // The reciprocal is exact for powers of two only.
    if (divisor !== undefined)
      return harmless(divisor) && isPowerOfTwo(divisor) ? builder.scale(1 / divisor, a) : undefined;
    const dividend = fillValue(a);
    if (dividend === 0) return a;
    // 1 / (1 + e^u) = sigmoid(-u)
    if (dividend === 1 && isOp(b, "add") && fillValue(b.inputs[0]!) === 1 && isOp(b.inputs[1]!, "exp")) {
      return builder.unary("sigmoid", builder.neg(b.inputs[1].inputs[0]!));
    }
    const minusA = negated(a);
    if (minusA !== undefined) return builder.neg(builder.div(minusA, b));
    const minusB = negated(b);
    return minusB === undefined ? undefined : builder.neg(builder.div(a, minusB));
  },
  pow: power,
  max: (_, a, b) => (a === b ? a : undefined),
  min: (_, a, b) => (a === b ? a : undefined),
};

function timesNumber(builder: NodeMaker, factor: number, x: Node): Node | undefined {
  if (factor === 0) return builder.fill(0, x.shape);
  if (factor === 1) return x;
  if (factor === -1) return builder.neg(x);
  const [inner, base] = scaled(builder, x);
  const merged = mergedProduct(builder, factor, inner);
  return base !== x && merged !== undefined ? builder.scale(merged, base) : undefined;
}

/** Collects like terms: p x + q x = (p + q) x. */
function likeTerms(builder: NodeMaker, a: Node, b: Node, sign: 1 | -1): Node | undefined {
  const [factorA, baseA] = scaled(builder, a);
  const [factorB, baseB] = scaled(builder, b);
  if (baseA !== baseB || (builder.exact && !isExact("add", factorA, sign * factorB))) return undefined;
  return builder.scale(factorA + sign * factorB, baseA);
}

function signs(builder: NodeMaker, a: Node, b: Node): Node | undefined {
  const minusB = negated(b);
  if (minusB !== undefined) return builder.sub(a, minusB);
  const minusA = negated(a);
  return minusA === undefined ? undefined : builder.sub(b, minusA);
}
