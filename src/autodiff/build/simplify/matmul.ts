import { type Attributes, isOp, type Node, type Shape, sizeOf } from "../../graph/graph.ts";
import { broadcastShapes, inferShape } from "../../graph/shapes.ts";
import type { NodeMaker } from "../nodeMaker.ts";
import { fillValue, mergedProduct, scaled } from "./match.ts";

export function simplifyMatmul(
  builder: NodeMaker,
  a: Node,
  b: Node,
  { transposeA, transposeB }: Attributes["matmul"],
): Node | undefined {
  if (a.shape.length < 2 || b.shape.length < 2) return undefined;
  const inner = a.shape.at(transposeA ? -2 : -1)!;
  if (inner === 0 || fillValue(a) === 0 || fillValue(b) === 0) {
    return builder.fill(0, productShape(a, b, { transposeA, transposeB }));
  }
  const [factorA, baseA] = scaled(builder, a);
  const [factorB, baseB] = scaled(builder, b);
  const factor = mergedProduct(builder, factorA, factorB);
  if ((baseA !== a || baseB !== b) && factor !== undefined) {
    return builder.scale(factor, builder.matmul(baseA, baseB, { transposeA, transposeB }));
  }
  // A transposed operand becomes a flag.
  if (swapsLastTwo(a)) return builder.matmul(a.inputs[0]!, b, { transposeA: !transposeA, transposeB });
  if (swapsLastTwo(b)) return builder.matmul(a, b.inputs[0]!, { transposeA, transposeB: !transposeB });
  // Many matrices times one matrix are one taller matrix times it.
  const leading = a.shape.slice(0, -2);
  if (leading.length > 0 && sizeOf(b.shape.slice(0, -2)) === 1 && !transposeA && sizeOf(leading) !== 0) {
    const rows = a.shape.at(-2)!;
    const flat = builder.reshape(a, [sizeOf(leading) * rows, inner]);
    const product = builder.matmul(flat, builder.reshape(b, b.shape.slice(-2)), { transposeA, transposeB });
    return builder.reshape(product, productShape(a, b, { transposeA, transposeB }));
  }
  return undefined;
}

function productShape(a: Node, b: Node, flags: Attributes["matmul"]): Shape {
  const leading = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return inferShape.matmul(
    flags,
    [a, b].map((x) => [...leading, ...x.shape.slice(-2)]),
    "matmul",
  );
}

function swapsLastTwo(node: Node): node is Node<"transpose"> {
  if (!isOp(node, "transpose")) return false;
  const { permutation } = node.attributes;
  const rank = permutation.length;
  return permutation.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i));
}
