import { acos, acosh, asin, asinh, atan2, atanh, cos, cosh, pow, sin, sinh, tan } from "../../../elementary/index.ts";
import { type Code, call, f64x2, type Signature, v128 } from "../../../linalg/wasm/code.ts";
import type { ElementOp } from "../lower/values.ts";
import { decaying, vectorFunctions } from "./maths.ts";
import type { Sequence } from "./sequence.ts";

type Emit = (s: Sequence, ...operands: readonly Code[]) => Code;

/** Functions that JavaScript computes, one number at a time: rare ones, and large angles for sin and cos. */
export const hostFunctions = {
  sin: sin,
  cos: cos,
  tan: tan,
  asin: asin,
  acos: acos,
  sinh: sinh,
  cosh: cosh,
  asinh: asinh,
  acosh: acosh,
  atanh: atanh,
  pow,
  atan2: atan2,
} as const;

export function hostSignature(name: keyof typeof hostFunctions): Signature {
  return { parameters: hostFunctions[name].length === 2 ? ["f64", "f64"] : ["f64"], results: ["f64"] };
}

const host =
  (name: keyof typeof hostFunctions): Emit =>
  (s, ...operands) => {
    const index = s.host(name);
    const lane = (i: number): Code => call(index, ...operands.map((operand) => f64x2.lane(operand, i)));
    return s.let(f64x2.replaceLane(f64x2.splat(lane(0)), 1, lane(1)));
  };

const simple =
  (instruction: (...operands: Code[]) => Code): Emit =>
  (s, ...operands) =>
    s.let(instruction(...operands));

/** Emits 1 where the comparison holds, else 0. */
const truth =
  (compare: (a: Code, b: Code) => Code): Emit =>
  (s, a, b) =>
    s.let(v128.and(compare(a!, b!), s.number(1)));

/** Emits a where the comparison holds or a is NaN, else b. */
const choice =
  (compare: (a: Code, b: Code) => Code): Emit =>
  (s, a, b) =>
    s.let(v128.select(v128.or(compare(a!, b!), f64x2.notEqual(a!, a!)), a!, b!));

export const elementwise: { readonly [K in ElementOp]: Emit } = {
  ...vectorFunctions,
  logisticDensity(s, x) {
    const e = decaying(s, x!);
    const sum = s.let(f64x2.add(s.number(1), e));
    return s.let(f64x2.div(e, f64x2.mul(sum, sum)));
  },
  neg: simple((x) => f64x2.neg(x!)),
  sqrt: simple((x) => f64x2.sqrt(x!)),
  abs: simple((x) => f64x2.abs(x!)),
  floor: simple((x) => f64x2.floor(x!)),
  ceil: simple((x) => f64x2.ceil(x!)),
  round: simple((x) => f64x2.nearest(x!)),
  sign(s, x) {
    const zero = s.number(0);
    const [above, below] = [s.let(f64x2.greater(x!, zero)), s.let(f64x2.less(x!, zero))];
    const unit = v128.or(v128.and(above, s.number(1)), v128.and(below, s.number(-1)));
    return s.let(v128.select(v128.or(above, below), unit, x!));
  },
  not: (s, x) => s.let(v128.and(f64x2.equal(x!, s.number(0)), s.number(1))),
  tan: host("tan"),
  asin: host("asin"),
  acos: host("acos"),
  sinh: host("sinh"),
  cosh: host("cosh"),
  asinh: host("asinh"),
  acosh: host("acosh"),
  atanh: host("atanh"),
  add: simple((a, b) => f64x2.add(a!, b!)),
  sub: simple((a, b) => f64x2.sub(a!, b!)),
  mul: simple((a, b) => f64x2.mul(a!, b!)),
  div: simple((a, b) => f64x2.div(a!, b!)),
  pow: host("pow"),
  atan2: host("atan2"),
  max: choice(f64x2.greaterEqual),
  min: choice(f64x2.lessEqual),
  less: truth(f64x2.less),
  lessEqual: truth(f64x2.lessEqual),
  equal: truth(f64x2.equal),
  select: (s, condition, a, b) => s.let(v128.select(f64x2.notEqual(condition!, s.number(0)), a!, b!)),
};
