import { isOp, type Node, type Shape, sizeOf } from "../../graph/graph.ts";
import { reducedShape, sameShape } from "../../graph/shapes.ts";
import type { NodeMaker } from "../nodeMaker.ts";
import { fillValue, scaled } from "./match.ts";

export function simplifyReshape(builder: NodeMaker, x: Node, shape: Shape): Node | undefined {
  if (sameShape(x.shape, shape)) return x;
  if (sizeOf(x.shape) !== sizeOf(shape)) return undefined;
  if (isOp(x, "fill")) return builder.fill(x.attributes.value, shape);
  if (isOp(x, "constant")) return builder.constant(x.attributes.values, shape);
  if (isOp(x, "reshape")) return builder.reshape(x.inputs[0]!, shape);
  // A broadcast that repeats nothing is a reshape.
  if (isOp(x, "broadcast") && sizeOf(x.inputs[0]!.shape) === sizeOf(shape)) return builder.reshape(x.inputs[0]!, shape);
  return undefined;
}

export function simplifyBroadcast(builder: NodeMaker, x: Node, shape: Shape): Node | undefined {
  if (sameShape(x.shape, shape)) return x;
  const value = fillValue(x);
  if (value !== undefined && x.shape.length <= shape.length) return builder.fill(value, shape);
  if (isOp(x, "broadcast")) return builder.broadcast(x.inputs[0]!, shape);
  if (sizeOf(x.shape) === sizeOf(shape) && x.shape.length < shape.length) return builder.reshape(x, shape);
  return undefined;
}

export function simplifyTranspose(builder: NodeMaker, x: Node, permutation: readonly number[]): Node | undefined {
  if (permutation.length !== x.shape.length) return undefined;
  if (permutation.every((axis, i) => axis === i)) return x;
  const shape = permutation.map((axis) => x.shape[axis]!);
  if (isOp(x, "fill")) return builder.fill(x.attributes.value, shape);
  // If only axes of extent 1 move past others, the numbers keep their order.
  const moving = permutation.filter((axis) => x.shape[axis] !== 1);
  if (moving.every((axis, i) => i === 0 || axis > moving[i - 1]!)) return builder.reshape(x, shape);
  if (isOp(x, "transpose")) {
    const { permutation: inner } = x.attributes;
    return builder.transpose(
      x.inputs[0]!,
      permutation.map((axis) => inner[axis]!),
    );
  }
  // (A B)^T = B^T A^T
  const rank = permutation.length;
  if (isOp(x, "matmul") && permutation.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i))) {
    const { transposeA, transposeB } = x.attributes;
    return builder.matmul(x.inputs[1]!, x.inputs[0]!, { transposeA: !transposeB, transposeB: !transposeA });
  }
  return undefined;
}

export function simplifySum(builder: NodeMaker, x: Node, axes: readonly number[]): Node | undefined {
  if (axes.length === 0) return x;
  if (!axes.every((axis) => axis >= 0 && axis < x.shape.length)) return undefined;
  const shape = reducedShape(x.shape, axes);
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  if (count === 1) return builder.reshape(x, shape);
  const value = fillValue(x);
  if (value !== undefined) {
    return builder.exact ? builder.scale(count, builder.fill(value, shape)) : builder.fill(value * count, shape);
  }
  const [factor, base] = scaled(builder, x);
  if (base !== x) return builder.scale(factor, builder.sum(base, axes));
  if (isOp(x, "sum")) return builder.sum(x.inputs[0]!, mergedAxes(x.inputs[0]!.shape.length, x.attributes.axes, axes));
  if (isOp(x, "broadcast")) return sumOfBroadcast(builder, x, axes);
  return undefined;
}

/** Returns the axes of the original that a sum over `first` and then one over `second` remove. */
function mergedAxes(rank: number, first: readonly number[], second: readonly number[]): readonly number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !first.includes(axis));
  return [...first, ...second.map((axis) => left[axis]!)].sort((a, b) => a - b);
}

/** Multiplies by the number of repetitions instead of adding them up. */
function sumOfBroadcast(builder: NodeMaker, x: Node<"broadcast">, axes: readonly number[]): Node | undefined {
  const inner = x.inputs[0]!;
  const lead = x.shape.length - inner.shape.length;
  const repeated = axes.filter((axis) => axis < lead || (inner.shape[axis - lead] === 1 && x.shape[axis] !== 1));
  if (repeated.length === 0) return undefined;
  const count = repeated.reduce((product, axis) => product * x.shape[axis]!, 1);
  const gone = repeated.filter((axis) => axis >= lead).map((axis) => axis - lead);
  const smaller = builder.broadcast(
    builder.reshape(inner, reducedShape(inner.shape, gone)),
    reducedShape(x.shape, repeated),
  );
  const rest = axes
    .filter((axis) => !repeated.includes(axis))
    .map((axis) => axis - repeated.filter((other) => other < axis).length);
  return builder.scale(count, builder.sum(smaller, rest));
}
