import { isOp, type Node, type Op } from "../../graph/graph.ts";
import { convolutionsOf, convolve } from "./convolutions.ts";
import { binaryOperations, unaryOperations } from "./elementwise.ts";
import { addPlaces, type PlaceTable, takePlaces } from "./places.ts";
import { argMax, cumulativeSum, logSumExp } from "./reductions.ts";
import { addWindows, takeWindows, windowsOf } from "./windows.ts";
import type { HloWriter, Value } from "./writer.ts";

/** Gives constants that are too long for the text, and tables of places, as inputs of the module. */
interface Constants {
  readonly numbersOf: (node: Node<"constant">) => Value;
  readonly tableOf: PlaceTable;
}

function has<K extends string>(table: Readonly<Record<K, unknown>>, op: Op): op is Op & K {
  return Object.hasOwn(table, op);
}

/** Writes the operations that compute a node from what `operandsOf` names. */
export function emitNode(w: HloWriter, node: Node, operands: readonly Value[], constants: Constants): Value {
  const [x, y, z] = operands as readonly [Value, Value, Value];
  const { op, shape } = node;
  const convolutions = convolutionsOf(node);
  if (convolutions !== undefined) return convolve(w, convolutions, operands, shape);
  if (has(unaryOperations, op)) return unaryOperations[op](w, x);
  if (has(binaryOperations, op)) return binaryOperations[op](w, x, y);
  if (isOp(node, "fill")) return w.fill(node.attributes.value, shape);
  if (isOp(node, "constant")) return constants.numbersOf(node);
  if (isOp(node, "select")) return w.select(w.compare("NE", x, 0), y, z);
  if (isOp(node, "matmul")) return product(w, node, x, y);
  if (isOp(node, "sum")) return w.reduce("add", x, node.attributes.axes, 0);
  if (isOp(node, "reduceMax")) return w.reduce("maximum", x, node.attributes.axes, Number.NEGATIVE_INFINITY);
  if (isOp(node, "logSumExp")) return logSumExp(w, x, node.attributes.axes);
  if (isOp(node, "argMax")) return argMax(w, x, node.attributes.axis);
  if (isOp(node, "cumsum")) return cumulativeSum(w, x, node.attributes);
  if (isOp(node, "reshape")) return w.reshape(x, shape);
  if (isOp(node, "transpose")) return w.transpose(x, node.attributes.permutation);
  if (isOp(node, "broadcast")) {
    const lead = shape.length - x.shape.length;
    return w.broadcast(
      x,
      x.shape.map((_, axis) => lead + axis),
      shape,
    );
  }
  if (isOp(node, "take")) {
    const { maps } = node.attributes;
    const windows = windowsOf(maps, x.shape, shape);
    return windows === undefined ? takePlaces(w, x, maps, shape, constants.tableOf) : takeWindows(w, x, windows);
  }
  if (isOp(node, "scatterAdd")) {
    const { maps } = node.attributes;
    const windows = windowsOf(maps, shape, x.shape);
    return windows === undefined ? addPlaces(w, x, maps, shape, constants.tableOf) : addWindows(w, x, windows);
  }
  throw new Error(`internal: xla: no rule for ${op}`);
}

function product(w: HloWriter, node: Node<"matmul">, a: Value, b: Value): Value {
  const { transposeA, transposeB } = node.attributes;
  const rank = a.shape.length;
  const lead = Array.from({ length: rank - 2 }, (_, axis) => axis).join(", ");
  const batch = rank > 2 ? `batching_dims = [${lead}] x [${lead}], ` : "";
  return w.put(
    `stablehlo.dot_general ${a.name}, ${b.name}, ${batch}contracting_dims = [${transposeA ? rank - 2 : rank - 1}] x ` +
      `[${transposeB ? rank - 1 : rank - 2}], precision = [HIGHEST, HIGHEST] : (${w.typeOf(a)}, ${w.typeOf(b)}) -> ` +
      w.typeOf({ shape: node.shape, element: w.element }),
    node.shape,
  );
}
