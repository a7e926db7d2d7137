import type { Node } from "../../graph/graph.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";

type Formula = (m: Arithmetic, x: Node, call: KernelCall) => Node;

/** Makes the lowering of a function of real numbers, whose type is always float32. */
const real =
  (formula: Formula): Lowering =>
  (call) => ({ node: formula(new Arithmetic(call.builder), call.input("x").node, call), dtype: "float32" });

/** Makes the lowering of a function that keeps whole numbers whole, and their type. */
const kept =
  (formula: Formula): Lowering =>
  (call) => {
    const { node, dtype } = call.input("x");
    return { node: formula(new Arithmetic(call.builder), node, call), dtype: dtype === "bool" ? "int32" : dtype };
  };

const test =
  (formula: Formula): Lowering =>
  (call) => ({ node: formula(new Arithmetic(call.builder), call.input("x").node, call), dtype: "bool" });

const seluScale = 1.0507009873554805;
const seluScaleAlpha = 1.7580993408473768;

/**
 * Returns above x where x > 0, else below (e^x - 1). The exponential never gets x > 0, where it would overflow and
 * spoil derivatives.
 */
export const exponentialUnit = (m: Arithmetic, x: Node, above: number, below: number): Node => {
  const positive = m.less(0, x);
  const negative = m.builder.unary("expm1", m.select(positive, 0, x));
  return m.select(positive, m.mul(above, x), m.mul(below, negative));
};

/** Lowerings of functions of one tensor. At a kink the slope is that of TensorFlow.js, given with each function. */
export const unaryLowerings = {
  Exp: real((m, x) => m.exp(x)),
  Expm1: real((m, x) => m.builder.unary("expm1", x)),
  Log: real((m, x) => m.log(x)),
  Log1p: real((m, x) => m.builder.unary("log1p", x)),
  Sqrt: real((m, x) => m.sqrt(x)),
  Rsqrt: real((m, x) => m.div(1, m.sqrt(x))),
  Reciprocal: real((m, x) => m.div(1, x)),
  Sin: real((m, x) => m.builder.unary("sin", x)),
  Cos: real((m, x) => m.builder.unary("cos", x)),
  Tan: real((m, x) => m.builder.unary("tan", x)),
  Asin: real((m, x) => m.builder.unary("asin", x)),
  Acos: real((m, x) => m.builder.unary("acos", x)),
  Atan: real((m, x) => m.builder.unary("atan", x)),
  Sinh: real((m, x) => m.builder.unary("sinh", x)),
  Cosh: real((m, x) => m.builder.unary("cosh", x)),
  Tanh: real((m, x) => m.builder.unary("tanh", x)),
  Asinh: real((m, x) => m.builder.unary("asinh", x)),
  Acosh: real((m, x) => m.builder.unary("acosh", x)),
  Atanh: real((m, x) => m.builder.unary("atanh", x)),
  Sigmoid: real((m, x) => m.builder.unary("sigmoid", x)),
  Softplus: real((m, x) => m.builder.unary("softplus", x)),
  Erf: real((m, x) => m.builder.unary("erf", x)),
  Neg: kept((m, x) => m.neg(x)),
  Square: kept((m, x) => m.mul(x, x)),
  /** The slope at 0 is -1. */
  Abs: kept((m, x) => m.abs(x)),
  Sign: kept((m, x) => m.builder.unary("sign", x)),
  Floor: kept((m, x) => m.floor(x)),
  Ceil: kept((m, x) => m.builder.unary("ceil", x)),
  /** Halves go to the even number. */
  Round: kept((m, x) => m.builder.unary("round", x)),
  /** The slope at 0 is 0: in a tie of `max` the first operand counts. */
  Relu: kept((m, x) => m.max(0, x)),
  /** The slope is 0 at 0 and 1 at 6. */
  Relu6: kept((m, x) => m.min(m.max(0, x), 6)),
  /** The slope at 0 is alpha. */
  LeakyRelu: real((m, x, call) => m.select(m.less(0, x), x, m.mul(call.number("alpha", 0.2), x))),
  /** The slope at 0 is 1, from both sides. */
  Elu: real((m, x) => exponentialUnit(m, x, 1, 1)),
  /** The slope at 0 is scale times alpha. */
  Selu: real((m, x) => exponentialUnit(m, x, seluScale, seluScaleAlpha)),
  /** The slope is 1 at both ends. */
  ClipByValue: kept((m, x, call) => m.min(m.max(x, call.number("clipValueMin")), call.number("clipValueMax"))),
  /** 1 where x > 0, NaN where x is NaN, else alpha. */
  Step: kept((m, x, call) => m.select(m.less(0, x), 1, m.select(m.equal(x, x), call.number("alpha", 0), Number.NaN))),
  LogicalNot: test((m, x) => m.not(x)),
  IsNan: test((m, x) => m.not(m.equal(x, x))),
  IsInf: test((m, x) => m.equal(m.abs(x), Number.POSITIVE_INFINITY)),
  IsFinite: test((m, x) => m.less(m.abs(x), Number.POSITIVE_INFINITY)),
  Cast: (call) => {
    const { node, dtype } = call.input("x");
    const m = new Arithmetic(call.builder);
    const wanted = call.dtype();
    if (wanted === "bool" && dtype !== "bool") return { node: m.not(m.equal(node, 0)), dtype: wanted };
    if (wanted === "int32" && dtype === "float32") return { node: m.truncate(node), dtype: wanted };
    return { node, dtype: wanted };
  },
  Identity: (call) => call.input("x"),
  ZerosLike: (call) => ({ ...call.input("x"), node: call.fill(0, call.input("x").node.shape) }),
  OnesLike: (call) => ({ ...call.input("x"), node: call.fill(1, call.input("x").node.shape) }),
} satisfies Readonly<Record<string, Lowering>>;
