import { isOp, type Node } from "../../graph/graph.ts";
import { sameShape } from "../../graph/shapes.ts";
import { flag } from "../session.ts";
import { joined, type Kernel, withoutRepetition } from "./kernel.ts";

/** Products of matrices. TensorFlow repeats leading axes by itself. */
export const matmulKernel: Kernel<"matmul"> = (node, { session }) => {
  const { transposeA, transposeB } = node.attributes;
  const operands = operandsOf(node);
  const isSingle = operands.every(({ shape }) => shape.length === 2);
  const [name, first, second] = isSingle
    ? (["MatMul", "transpose_a", "transpose_b"] as const)
    : (["BatchMatMulV2", "adj_x", "adj_y"] as const);
  const attributes = [...session.typed, flag(first, transposeA), flag(second, transposeB)];
  return { operands, make: (tensors) => session.op(name, attributes, tensors) };
};

function operandsOf(node: Node): readonly Node[] {
  const narrow = node.inputs.map((input) => {
    if (!isOp(input, "broadcast")) return input;
    const found = withoutRepetition(input);
    return found.shape.length >= 2 && sameShape(found.shape.slice(-2), input.shape.slice(-2)) ? found : input;
  });
  const leading = joined(narrow.map(({ shape }) => shape.slice(0, -2)));
  return sameShape(leading, node.shape.slice(0, -2)) ? narrow : [node.inputs[0]!, narrow[1]!];
}
