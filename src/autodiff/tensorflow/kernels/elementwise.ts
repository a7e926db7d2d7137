import type { Node } from "../../graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../graph/operations.ts";
import { boolean, flag, type Session, type Tensor, typeOf } from "../session.ts";
import { type Context, type Kernel, type Recipe, repeatedOperands, withSingles } from "./kernel.ts";

/** Functions that TensorFlow has under a name of its own. */
const names = {
  neg: "Neg",
  exp: "Exp",
  expm1: "Expm1",
  log: "Log",
  log1p: "Log1p",
  sqrt: "Sqrt",
  sin: "Sin",
  cos: "Cos",
  tan: "Tan",
  asin: "Asin",
  acos: "Acos",
  atan: "Atan",
  sinh: "Sinh",
  cosh: "Cosh",
  tanh: "Tanh",
  asinh: "Asinh",
  acosh: "Acosh",
  atanh: "Atanh",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
  erf: "Erf",
  abs: "Abs",
  sign: "Sign",
  floor: "Floor",
  ceil: "Ceil",
  round: "Rint",
} as const satisfies Readonly<Partial<Record<UnaryOp, string>>>;

const unary =
  (compute: (session: Session, x: Tensor) => Tensor) =>
  ({ inputs }: Node, { session }: Context): Recipe => ({ operands: inputs, make: ([x]) => compute(session, x!) });

const named = (name: string): Kernel<UnaryOp> => unary((session, x) => session.plain(name, x));

/** Computes 1 where a comparison holds, else 0. */
function comparison(session: Session, name: string, a: Tensor, b: Tensor): Tensor {
  const holds = session.op(name, name === "Equal" ? equalAttributes(session) : session.typed, [a, b]);
  const made = numbersOf(session, holds);
  session.free(holds);
  return made;
}

const strict = flag("incompatible_shape_error", true);
export const equalAttributes = ({ typed }: Session): readonly (typeof strict)[] => [...typed, strict];

/** Turns truth values into 1 and 0. */
export function numbersOf(session: Session, truth: Tensor): Tensor {
  return session.op("Cast", [typeOf("SrcT", boolean), typeOf("DstT", session.type), flag("Truncate", false)], [truth]);
}

/** e / (1 + e)^2 with e = exp(-|x|). */
function logisticDensity(session: Session, x: Tensor): Tensor {
  const size = session.plain("Abs", x);
  const minus = session.plain("Neg", size);
  const e = session.plain("Exp", minus);
  const sum = session.plain("AddV2", e, session.scalar(1));
  const square = session.plain("Mul", sum, sum);
  const made = session.plain("RealDiv", e, square);
  for (const each of [size, minus, e, sum, square]) session.free(each);
  return made;
}

const plainNames = Object.fromEntries(Object.entries(names).map(([op, name]) => [op, named(name)])) as Readonly<
  Record<keyof typeof names, Kernel<UnaryOp>>
>;

export const unaryKernels: { readonly [K in UnaryOp]: Kernel<K> } = {
  ...plainNames,
  not: unary((session, x) => comparison(session, "Equal", x, session.scalar(0))),
  logisticDensity: unary(logisticDensity),
};

const binary =
  (compute: (session: Session, a: Tensor, b: Tensor) => Tensor) =>
  (node: Node, context: Context): Recipe =>
    withSingles(repeatedOperands(node), context, ([a, b]) => compute(context.session, a!, b!));

const both = (name: string): Kernel<BinaryOp> => binary((session, a, b) => session.plain(name, a, b));
const compared = (name: string): Kernel<BinaryOp> => binary((session, a, b) => comparison(session, name, a, b));

export const binaryKernels: { readonly [K in BinaryOp]: Kernel<K> } = {
  add: both("AddV2"),
  sub: both("Sub"),
  mul: both("Mul"),
  div: both("RealDiv"),
  pow: both("Pow"),
  atan2: both("Atan2"),
  max: both("Maximum"),
  min: both("Minimum"),
  less: compared("Less"),
  lessEqual: compared("LessEqual"),
  equal: compared("Equal"),
};

/** The second operand where the first is not 0, else the third. */
export const selectKernel: Kernel<"select"> = (node, context) => {
  const { session } = context;
  const attributes = [...session.typed, strict];
  return withSingles(repeatedOperands(node), context, ([condition, a, b]) => {
    const isChosen = session.op("NotEqual", attributes, [condition!, session.scalar(0)]);
    const made = session.plain("SelectV2", isChosen, a!, b!);
    session.free(isChosen);
    return made;
  });
};
