import type { GraphBuilder } from "../../build/builder.ts";
import type { Attributes, AxisMap, Node } from "../../graph/graph.ts";
import { operand, type Rule } from "./rule.ts";

const behind = (axes: readonly number[], lead: number): readonly number[] => axes.map((axis) => axis + lead);
const leading = (lead: number): readonly number[] => Array.from({ length: lead }, (_, axis) => axis);
const leadingShape = (tangent: Node, lead: number): readonly number[] => tangent.shape.slice(0, lead);

/** Returns maps that also keep `lead` leading axes as they are. `rank` is the number of axes of the windows. */
function mapsBehind(maps: readonly AxisMap[], rank: number, lead: number): readonly AxisMap[] {
  const zeros = leading(lead).map(() => 0);
  const identities = leading(lead).map((axis) => ({
    offset: 0,
    strides: Array.from({ length: lead + rank }, (_, i) => Number(i === axis)),
  }));
  return [...identities, ...maps.map((map) => ({ ...map, strides: [...zeros, ...map.strides] }))];
}

function spread(b: GraphBuilder, y: Node<"broadcast">, tangent: Node, lead: number): Node {
  const own = tangent.shape.slice(lead);
  const aligned = [...leadingShape(tangent, lead), ...leading(y.shape.length - own.length).map(() => 1), ...own];
  return b.broadcast(b.reshape(tangent, aligned), [...leadingShape(tangent, lead), ...y.shape]);
}

/** Returns the axes of a broadcast's result along which it repeats. */
function repeatedAxes(y: Node<"broadcast">): readonly number[] {
  const { shape } = operand(y, 0);
  const missing = y.shape.length - shape.length;
  return y.shape.flatMap((extent, axis) =>
    axis < missing || (shape[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  );
}

function inversePermutation(permutation: readonly number[]): readonly number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

type StructureOp = "sum" | "cumsum" | "reshape" | "broadcast" | "transpose" | "take" | "scatterAdd";

/** Rules of primitives that are linear in their one operand. */
export const structureRules: { readonly [K in StructureOp]: Rule<K> } = {
  sum: {
    kind: "linear",
    apply: (b, { attributes }, tangent, lead) => b.sum(tangent, behind(attributes.axes, lead)),
    transpose: (b, y, cotangent) => b.expand(cotangent, y.attributes.axes, operand(y, 0).shape),
  },
  cumsum: {
    kind: "linear",
    apply: (b, { attributes }, tangent, lead) => b.cumsum(tangent, attributes.axis + lead, attributes),
    transpose: (b, { attributes }, cotangent) =>
      b.cumsum(cotangent, attributes.axis, { exclusive: attributes.exclusive, reverse: !attributes.reverse }),
  },
  reshape: {
    kind: "linear",
    apply: (b, y, tangent, lead) => b.reshape(tangent, [...leadingShape(tangent, lead), ...y.shape]),
    transpose: (b, y, cotangent) => b.reshape(cotangent, operand(y, 0).shape),
  },
  broadcast: {
    kind: "linear",
    apply: spread,
    transpose: (b, y, cotangent) => b.reshape(b.sum(cotangent, repeatedAxes(y)), operand(y, 0).shape),
  },
  transpose: {
    kind: "linear",
    apply: (b, { attributes }, tangent, lead) =>
      b.transpose(tangent, [...leading(lead), ...behind(attributes.permutation, lead)]),
    transpose: (b, { attributes }, cotangent) => b.transpose(cotangent, inversePermutation(attributes.permutation)),
  },
  take: {
    kind: "linear",
    apply: (b, y, tangent, lead) =>
      b.take(tangent, mapsBehind(y.attributes.maps, y.shape.length, lead), [
        ...leadingShape(tangent, lead),
        ...y.shape,
      ]),
    transpose: (b, y, cotangent) => b.scatterAdd(cotangent, y.attributes.maps, operand(y, 0).shape),
  },
  scatterAdd: {
    kind: "linear",
    apply: (b, y, tangent, lead) =>
      b.scatterAdd(tangent, mapsBehind(y.attributes.maps, operand(y, 0).shape.length, lead), [
        ...leadingShape(tangent, lead),
        ...y.shape,
      ]),
    transpose: (b, y, cotangent) => b.take(cotangent, y.attributes.maps, operand(y, 0).shape),
  },
};

const other = (y: Node, place: number): Node => operand(y, 1 - place);
const flags = (transposeA: boolean, transposeB: boolean): Attributes["matmul"] => ({ transposeA, transposeB });

/** Y = op(A) op(B). */
export const matmulRule: Rule<"matmul"> = {
  kind: "bilinear",
  apply: (b, y, place, tangent) =>
    place === 0 ? b.matmul(tangent, other(y, 0), y.attributes) : b.matmul(other(y, 1), tangent, y.attributes),
  transpose(b, y, place, cotangent) {
    const { transposeA, transposeB } = y.attributes;
    const x = other(y, place);
    if (place === 0) {
      return transposeA
        ? b.matmul(x, cotangent, flags(transposeB, true))
        : b.matmul(cotangent, x, flags(false, !transposeB));
    }
    return transposeB
      ? b.matmul(cotangent, x, flags(true, transposeA))
      : b.matmul(x, cotangent, flags(!transposeA, false));
  },
};
