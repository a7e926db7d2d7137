import { IntervalProduct } from "../../linalg/verified/product.ts";
import { offsets, stridesIn } from "../kernels/kernel.ts";
import { type IntervalRule, operandAt } from "./rule.ts";

/** Rule of products of matrices, where the leading axes of either operand may be repeated. */
export const matmulInterval: IntervalRule<"matmul"> = (node, operands, out) => {
  const { transposeA, transposeB } = node.attributes;
  const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
  const [rows, columns] = [node.shape.at(-2)!, node.shape.at(-1)!];
  const inner = node.inputs[0]!.shape.at(transposeA ? -2 : -1)!;
  const leading = node.shape.slice(0, -2);
  const starts = [a, b].map(({ source }) => {
    const matrix = source.at(-2)! * source.at(-1)!;
    return offsets(
      leading,
      stridesIn(source.slice(0, -2), leading).map((step) => step * matrix),
    );
  });
  const [startsA, startsB] = [starts[0]!, starts[1]!];
  const product = new IntervalProduct(rows, inner, columns, {
    transposeA,
    transposeB,
    exactA: a.exact,
    exactB: b.exact,
  });
  return () => product.run(a, startsA, b, startsB, out);
};
