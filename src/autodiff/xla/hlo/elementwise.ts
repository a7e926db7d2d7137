import type { BinaryOp, UnaryOp } from "../../graph/operations.ts";
import { erfCoefficients } from "../../kernels/erf.ts";
import type { HloWriter, Operand, Value } from "./writer.ts";

type Unary = (w: HloWriter, x: Value) => Value;
type Binary = (w: HloWriter, a: Value, b: Value) => Value;

const unary =
  (operation: string): Unary =>
  (w, x) =>
    w.apply(operation, x);

const binary =
  (operation: string): Binary =>
  (w, a, b) =>
    w.apply(operation, a, b);

const compared =
  (direction: string): Binary =>
  (w, a, b) =>
    w.convert(w.compare(direction, a, b), a.element);

const ln2 = Math.LN2;

/** sqrt((1 - x) (1 + x)), without the cancellation of 1 - x^2. */
const cofactor: Unary = (w, x) => w.apply("sqrt", w.apply("multiply", w.apply("subtract", 1, x), w.apply("add", 1, x)));

/** e^(|x| / 2), whose square overflows only where e^|x| does. */
const halfExponential: Unary = (w, x) => w.apply("exponential", w.apply("multiply", w.apply("abs", x), 0.5));

const withSign = (w: HloWriter, size: Value, x: Value): Value => w.apply("multiply", w.apply("sign", x), size);

function polynomial(w: HloWriter, coefficients: readonly number[], x: Value): Value {
  let sum: Operand = coefficients.at(-1)!;
  for (const coefficient of coefficients.toReversed().slice(1)) {
    sum = w.apply("add", w.apply("multiply", sum, x), coefficient);
  }
  return w.apply("multiply", sum, 1);
}

/** The same polynomials as in the kernel of TypeScript. */
const erf: Unary = (w, x) => {
  const { small, large } = erfCoefficients;
  const size = w.apply("abs", x);
  const near = w.apply("multiply", x, polynomial(w, small, w.apply("multiply", x, x)));
  const inner = w.apply("divide", 1, w.apply("add", 1, w.apply("multiply", size, 0.5)));
  const y = w.apply("multiply", w.apply("subtract", inner, 11 / 24), 24 / 5);
  const decay = w.apply("exponential", w.apply("negate", w.apply("multiply", x, x)));
  const rest = w.apply("multiply", decay, polynomial(w, large, y));
  const far = w.select(w.compare("LT", size, 6), w.apply("subtract", 1, rest), 1);
  return w.select(w.compare("LT", size, 1), near, withSign(w, far, x));
};

/** e^-|x|, which never overflows. */
const decayOf: Unary = (w, x) => w.apply("exponential", w.apply("negate", w.apply("abs", x)));

/** Functions of one operand. Those that XLA lacks, or computes without relative accuracy, are put together. */
export const unaryOperations: Readonly<Record<UnaryOp, Unary>> = {
  neg: unary("negate"),
  exp: unary("exponential"),
  expm1: unary("exponential_minus_one"),
  log: unary("log"),
  log1p: unary("log_plus_one"),
  sqrt: unary("sqrt"),
  sin: unary("sine"),
  cos: unary("cosine"),
  tan: (w, x) => w.apply("divide", w.apply("sine", x), w.apply("cosine", x)),
  asin: (w, x) => w.apply("atan2", x, cofactor(w, x)),
  acos: (w, x) => w.apply("atan2", cofactor(w, x), x),
  atan: (w, x) => w.apply("atan2", x, 1),
  sinh: (w, x) => {
    const e = w.apply("exponential_minus_one", w.apply("abs", x));
    const near = w.apply("multiply", 0.5, w.apply("add", e, w.apply("divide", e, w.apply("add", e, 1))));
    const half = halfExponential(w, x);
    const far = w.apply("multiply", w.apply("multiply", 0.5, half), half);
    return withSign(w, w.select(w.compare("LT", w.apply("abs", x), 20), near, far), x);
  },
  cosh: (w, x) => {
    const half = halfExponential(w, x);
    const grown = w.apply("multiply", w.apply("multiply", 0.5, half), half);
    return w.apply("add", grown, w.apply("divide", w.apply("divide", 0.5, half), half));
  },
  tanh: unary("tanh"),
  asinh: (w, x) => {
    const size = w.apply("abs", x);
    const square = w.apply("multiply", size, size);
    const root = w.apply("add", 1, w.apply("sqrt", w.apply("add", 1, square)));
    const near = w.apply("log_plus_one", w.apply("add", size, w.apply("divide", square, root)));
    const far = w.apply("add", w.apply("log", size), ln2);
    return withSign(w, w.select(w.compare("LT", size, 2 ** 28), near, far), x);
  },
  acosh: (w, x) => {
    const t = w.apply("subtract", x, 1);
    const root = w.apply("multiply", w.apply("sqrt", t), w.apply("sqrt", w.apply("add", t, 2)));
    const near = w.apply("log_plus_one", w.apply("add", t, root));
    return w.select(w.compare("LT", x, 2 ** 28), near, w.apply("add", w.apply("log", x), ln2));
  },
  atanh: (w, x) => {
    const size = w.apply("abs", x);
    const ratio = w.apply("divide", w.apply("multiply", 2, size), w.apply("subtract", 1, size));
    return withSign(w, w.apply("multiply", 0.5, w.apply("log_plus_one", ratio)), x);
  },
  sigmoid: unary("logistic"),
  logisticDensity: (w, x) => {
    const decay = decayOf(w, x);
    const sum = w.apply("add", 1, decay);
    return w.apply("divide", decay, w.apply("multiply", sum, sum));
  },
  softplus: (w, x) => w.apply("add", w.apply("maximum", x, 0), w.apply("log_plus_one", decayOf(w, x))),
  erf,
  abs: unary("abs"),
  sign: unary("sign"),
  floor: unary("floor"),
  ceil: unary("ceil"),
  round: unary("round_nearest_even"),
  not: (w, x) => w.convert(w.compare("EQ", x, 0), x.element),
};

/** Functions of two operands. */
export const binaryOperations: Readonly<Record<BinaryOp, Binary>> = {
  add: binary("add"),
  sub: binary("subtract"),
  mul: binary("multiply"),
  div: binary("divide"),
  pow: binary("power"),
  atan2: binary("atan2"),
  max: binary("maximum"),
  min: binary("minimum"),
  less: compared("LT"),
  lessEqual: compared("LE"),
  equal: compared("EQ"),
};
