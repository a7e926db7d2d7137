import { type Node, type Shape, sizeOf } from "../../graph/graph.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { NumberType } from "../exactValues.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import { reverse, shift, slice } from "./taking.ts";

type Reduce = (m: Arithmetic, x: Node, axes: readonly number[]) => Node;

/** Makes the lowering of a reduction over axes. `keepDims` puts axes of length 1 in their place. */
const reduction =
  (reduce: Reduce, type: (dtype: NumberType) => NumberType, axisName = "axis"): Lowering =>
  (call) => {
    const { node, dtype } = call.input("x");
    const axes = call.axes(axisName, node.shape.length);
    const reduced = axes.length === 0 ? node : reduce(new Arithmetic(call.builder), node, axes);
    return { node: keepAxes(call, reduced, node.shape, axes), dtype: type(dtype) };
  };

const counted = (dtype: NumberType): NumberType => (dtype === "bool" ? "int32" : dtype);
const unchanged = (dtype: NumberType): NumberType => dtype;

/** The minimum; ties share the derivative evenly. */
const minimum: Reduce = (m, x, axes) => m.neg(m.builder.reduceMax(m.neg(x), axes));

/** The product along axes, which multiplies halves. Its derivative needs no division, so zeros do no harm. */
const product: Reduce = (m, x, axes) => {
  let rest = x;
  for (const axis of axes) {
    let odd: Node | undefined;
    for (let length = rest.shape[axis]!; length > 1; length = length >> 1) {
      const half = length >> 1;
      if (length % 2 === 1) {
        const last = slice(m.builder, rest, axis, length - 1, 1);
        odd = odd === undefined ? last : m.mul(odd, last);
      }
      rest = m.mul(slice(m.builder, rest, axis, 0, half), slice(m.builder, rest, axis, half, half));
    }
    if (odd !== undefined) rest = m.mul(rest, odd);
  }
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  return sizeOf(x.shape) === 0 ? m.full(1, kept) : m.builder.reshape(rest, kept);
};

/** Lowerings of reductions and cumulative operations. */
export const reductionLowerings = {
  Sum: reduction((m, x, axes) => m.builder.sum(x, axes), counted),
  Mean: reduction(
    (m, x, axes) =>
      m.div(
        m.builder.sum(x, axes),
        axes.reduce((count, axis) => count * x.shape[axis]!, 1),
      ),
    () => "float32",
  ),
  Max: reduction((m, x, axes) => m.builder.reduceMax(x, axes), unchanged, "reductionIndices"),
  Min: reduction(minimum, unchanged),
  Prod: reduction(product, counted),
  Any: reduction((m, x, axes) => m.builder.reduceMax(x, axes), unchanged),
  All: reduction(minimum, unchanged),
  ArgMax: (call) => argument(call, (x) => x),
  ArgMin: (call) => argument(call, (x) => new Arithmetic(call.builder).neg(x)),
  Cumsum: (call) => {
    const { node, dtype } = call.input("x");
    const axis = call.axis("axis", node.shape.length, 0);
    const options = { exclusive: call.boolean("exclusive"), reverse: call.boolean("reverse") };
    return { node: call.builder.cumsum(node, axis, options), dtype: counted(dtype) };
  },
  /** The cumulative product by steps that double, again without division. */
  Cumprod: (call) => {
    const { node: x, dtype } = call.input("x");
    const axis = call.axis("axis", x.shape.length, 0);
    const m = new Arithmetic(call.builder);
    const length = x.shape[axis]!;
    let node = call.boolean("reverse") ? reverse(m.builder, x, [axis]) : x;
    if (call.boolean("exclusive")) node = shift(m, node, axis, 1, 1);
    for (let by = 1; by < length; by *= 2) node = m.mul(node, shift(m, node, axis, by, 1));
    return { node: call.boolean("reverse") ? reverse(m.builder, node, [axis]) : node, dtype: counted(dtype) };
  },
} satisfies Readonly<Record<string, Lowering>>;

function argument(call: KernelCall, prepare: (x: Node) => Node) {
  const { node } = call.input("x");
  const axis = call.axis("axis", node.shape.length, 0);
  return { node: call.builder.argMax(prepare(node), axis), dtype: "int32" } as const;
}

function keepAxes(call: KernelCall, reduced: Node, shape: Shape, axes: readonly number[]): Node {
  if (!call.boolean("keepDims")) return reduced;
  return call.builder.reshape(
    reduced,
    shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
  );
}
