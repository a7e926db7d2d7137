import type { Node } from "../../graph/graph.ts";
import { showShape } from "../../graph/shapes.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { NumberType } from "../exactValues.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import type { Traced } from "../session.ts";

type Formula = (m: Arithmetic, a: Node, b: Node) => Node;

/** Returns both operands. Refuses shapes that do not broadcast, a check that TensorFlow.js leaves to its backends. */
function operands(call: KernelCall, nameA = "a", nameB = "b"): readonly [Traced, Traced] {
  const a = call.input(nameA);
  const b = call.input(nameB);
  const fits = a.node.shape.toReversed().every((extent, i) => {
    const other = b.node.shape.at(-1 - i) ?? 1;
    return extent === other || extent === 1 || other === 1;
  });
  if (!fits) {
    throw call.refuseShape(
      `combines the shapes ${showShape(a.node.shape)} and ${showShape(b.node.shape)}, which do not broadcast`,
      "make trailing extents equal or 1, by tf.reshape or tf.expandDims",
    );
  }
  return [a, b];
}

const rank: Readonly<Record<NumberType, number>> = { bool: 0, int32: 1, float32: 2 };
export const wider = (a: NumberType, b: NumberType): NumberType => (rank[a] > rank[b] ? a : b);

/**
 * Makes a lowering whose type is the wider of the two. `whole`: the formula may leave whole numbers, so their results
 * are truncated.
 */
const arithmetic =
  (formula: Formula, whole = false): Lowering =>
  (call) => {
    const [a, b] = operands(call);
    const m = new Arithmetic(call.builder);
    const dtype = wider(a.dtype, b.dtype);
    const node = formula(m, a.node, b.node);
    return { node: whole && dtype !== "float32" ? m.truncate(node) : node, dtype };
  };

const test =
  (formula: Formula): Lowering =>
  (call) => {
    const [a, b] = operands(call);
    return { node: formula(new Arithmetic(call.builder), a.node, b.node), dtype: "bool" };
  };

/** Lowerings of functions of two tensors, whose shapes broadcast. */
export const binaryLowerings = {
  Add: arithmetic((m, a, b) => m.add(a, b)),
  Sub: arithmetic((m, a, b) => m.sub(a, b)),
  Multiply: arithmetic((m, a, b) => m.mul(a, b)),
  RealDiv: arithmetic((m, a, b) => m.div(a, b), true),
  FloorDiv: (call) => {
    const [a, b] = operands(call);
    const m = new Arithmetic(call.builder);
    return { node: m.floor(m.div(a.node, b.node)), dtype: "int32" };
  },
  /** The remainder with the sign of the divisor. */
  Mod: arithmetic((m, a, b) => m.sub(a, m.mul(b, m.floor(m.div(a, b))))),
  Pow: arithmetic((m, a, b) => m.builder.binary("pow", a, b), true),
  SquaredDifference: arithmetic((m, a, b) => {
    const difference = m.sub(a, b);
    return m.mul(difference, difference);
  }),
  /** In a tie the slope is that of the first operand, here and in Minimum. */
  Maximum: arithmetic((m, a, b) => m.max(a, b)),
  Minimum: arithmetic((m, a, b) => m.min(a, b)),
  Atan2: (call) => {
    const [a, b] = operands(call);
    return { node: call.builder.binary("atan2", a.node, b.node), dtype: "float32" };
  },
  /** The slope at 0 is alpha. */
  Prelu: (call) => {
    const m = new Arithmetic(call.builder);
    const [x, alpha] = operands(call, "x", "alpha");
    return { node: m.select(m.less(0, x.node), x.node, m.mul(alpha.node, x.node)), dtype: "float32" };
  },
  Less: test((m, a, b) => m.less(a, b)),
  LessEqual: test((m, a, b) => m.builder.binary("lessEqual", a, b)),
  Greater: test((m, a, b) => m.less(b, a)),
  GreaterEqual: test((m, a, b) => m.builder.binary("lessEqual", b, a)),
  Equal: test((m, a, b) => m.equal(a, b)),
  NotEqual: test((m, a, b) => m.not(m.equal(a, b))),
  LogicalAnd: test((m, a, b) => m.mul(a, b)),
  LogicalOr: test((m, a, b) => m.max(a, b)),
  Select: (call) => {
    const then = call.input("t");
    const otherwise = call.input("e");
    return {
      node: call.builder.select(condition(call, then.node), then.node, otherwise.node),
      dtype: wider(then.dtype, otherwise.dtype),
    };
  },
  AddN: (call) => {
    const m = new Arithmetic(call.builder);
    const [first, ...rest] = call.inputs;
    if (first === undefined) throw new Error("internal: AddN without tensors");
    return rest.reduce(
      (sum, next) => ({ node: m.add(sum.node, next.node), dtype: wider(sum.dtype, next.dtype) }),
      first,
    );
  },
} satisfies Readonly<Record<string, Lowering>>;

/** Returns the condition. One of rank 1 chooses rows if the choices have more axes. */
function condition(call: KernelCall, like: Node): Node {
  const { node } = call.input("condition");
  if (node.shape.length !== 1 || like.shape.length < 2) return node;
  return call.builder.reshape(node, [node.shape[0]!, ...like.shape.slice(1).map(() => 1)]);
}
