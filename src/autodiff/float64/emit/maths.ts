import {
  arcTangent,
  cosine,
  errorLarge,
  errorSmall,
  exponential,
  exponentialNear,
  halfPi,
  halfPiPair,
  ln2,
  ln2Part,
  logarithm,
  quarterPi,
  sine,
} from "../../../elementary/coefficients.ts";
import { type Code, call, f64x2, i32, i64x2, v128, when } from "../../../linalg/wasm/code.ts";
import { Sequence } from "./sequence.ts";

/**
 * An elementary function of two numbers at once, accurate to 2 units in the last place over its whole range.
 * Infinities, NaN, subnormal numbers and -0 behave as in IEEE 754. The code of `x` is repeated many times, so it should
 * read a local.
 */
export type VectorFunction = (s: Sequence, x: Code) => Code;

/** Adding this number rounds to an integer, whose low bits are then the low bits of the sum. */
const shifter = 1.5 * 2 ** 52;

const { add, sub, mul, div, abs } = f64x2;

function negativeZero(s: Sequence): Code {
  return s.number(-0);
}

/** Emits |y| with the sign of x. */
function withSign(s: Sequence, x: Code, y: Code): Code {
  return v128.or(v128.andNot(y, negativeZero(s)), v128.and(x, negativeZero(s)));
}

/** Emits x where x is 0, to keep its sign, else y. */
function keepZero(s: Sequence, x: Code, y: Code): Code {
  return v128.select(f64x2.equal(x, s.number(0)), x, y);
}

/** Emits 2^k from k + shifter, for -1023 < k < 1024. */
function powerOfTwo(s: Sequence, shifted: Code): Code {
  return i64x2.shiftLeft(i64x2.add(shifted, s.builder.constant(i64x2.constant(1023n))), 52);
}

/** Splits x = k ln 2 + r with |r| <= ln 2 / 2. */
function reduceByLn2(s: Sequence, x: Code): { k: Code; shifted: Code; r: Code } {
  const shifted = s.let(s.multiplyAdd(x, s.number(Math.LOG2E), s.number(shifter)));
  const k = s.let(sub(shifted, s.number(shifter)));
  const r = s.let(sub(sub(x, mul(k, s.number(ln2.head))), mul(k, s.number(ln2.tail))));
  return { k, shifted, r };
}

/** Emits e^r - 1 for |r| <= ln 2 / 2. */
function smallExpm1(s: Sequence, r: Code): Code {
  const p = s.polynomial([0.5, ...exponential], r);
  return s.let(s.multiplyAdd(s.let(mul(r, r)), p, r));
}

/** e^x for every x. */
const wholeExp: VectorFunction = (s, x) => {
  const bounded = s.let(f64x2.pmax(f64x2.pmin(x, s.number(1000)), s.number(-1000)));
  const { k, r } = reduceByLn2(s, bounded);
  const value = add(s.number(1), smallExpm1(s, r));
  // The factor 2^k is applied in two steps, so that results below 2^-1022 are rounded once.
  const half = s.let(s.multiplyAdd(k, s.number(0.5), s.number(shifter)));
  const rest = add(sub(k, sub(half, s.number(shifter))), s.number(shifter));
  return s.let(mul(mul(value, powerOfTwo(s, half)), powerOfTwo(s, rest)));
};

/** Address at which the memory of every program holds `rootsOfTwo`. */
export const rootsPlace = 16;

/** Size of x above which e^x is subnormal or infinite, or nearly so. */
const ordinary = 708;

/**
 * Computes e^x = power (1 + p) where |x| is ordinary.
 *
 * With x = (64 m + j) ln 2 / 64 + r, a table gives 2^(j / 64), whose exponent is raised by m, and a short polynomial
 * gives e^r - 1. What rounding took from the entry of the table is added to it.
 */
function exponentialParts(s: Sequence, x: Code, series: readonly number[]): { readonly power: Code; readonly p: Code } {
  const shifted = s.let(s.multiplyAdd(x, s.number(64 * Math.LOG2E), s.number(shifter)));
  const k = s.let(sub(shifted, s.number(shifter)));
  const r = s.let(sub(sub(x, mul(k, s.number(ln2Part.head))), mul(k, s.number(ln2Part.tail))));
  const entry = (lane: 0 | 1): Code => {
    const place = i32.shiftLeft(i32.and(i64x2.lowWord(shifted, lane), i32.constant(63)), i32.constant(4));
    return s.let(v128.load(place, rootsPlace));
  };
  const [low, high] = [entry(0), entry(1)];
  const missing = f64x2.shuffle(low, high, 1, 3);
  const p = s.let(s.multiplyAdd(s.let(mul(r, r)), s.polynomial(series, r), s.let(add(r, missing))));
  const root = f64x2.shuffle(low, high, 0, 2);
  const raise = i64x2.shiftLeft(v128.andNot(shifted, s.builder.constant(i64x2.constant(63n))), 46);
  return { power: s.let(i64x2.add(root, raise)), p };
}

const exp: VectorFunction = (s, x) => exponentialOf(s, x, exponentialNear);

function exponentialOf(s: Sequence, x: Code, series: readonly number[]): Code {
  const { power, p } = exponentialParts(s, x, series);
  const value = s.builder.local("v128");
  s.statements.push(value.set(s.multiplyAdd(power, p, power)));
  const rare = new Sequence(s.builder, s);
  const whole = wholeExp(rare, x);
  s.statements.push(when(v128.anyTrue(f64x2.greater(abs(x), s.number(ordinary))), [rare.statements, value.set(whole)]));
  return value.get;
}

const expm1: VectorFunction = (s, x) => {
  const bounded = s.let(f64x2.pmax(f64x2.pmin(x, s.number(800)), s.number(-50)));
  const { k, r } = reduceByLn2(s, bounded);
  const small = smallExpm1(s, r);
  // e^x - 1 = 2^k (e^r - 1) + 2^k - 1. Where 2^k would be infinite, the last doubling comes at the end.
  const top = s.let(f64x2.greater(k, s.number(1023)));
  const power = s.let(powerOfTwo(s, add(f64x2.pmin(k, s.number(1023)), s.number(shifter))));
  const value = s.let(add(mul(small, power), sub(power, s.number(1))));
  const beyond = f64x2.greater(k, s.number(1024));
  const doubled = v128.select(beyond, s.number(Infinity), mul(value, s.number(2)));
  return s.let(keepZero(s, x, v128.select(top, doubled, value)));
};

/** Splits u = 2^k (1 + f) with 1/sqrt 2 <= 1 + f < sqrt 2, for normal u > 0. */
function splitExponent(s: Sequence, u: Code): { k: Code; f: Code } {
  const root = 0x3fe6a09e667f3bcdn;
  const constant = (value: bigint): Code => s.builder.constant(i64x2.constant(value));
  const raised = s.let(i64x2.add(u, constant(0x3ff0000000000000n - root)));
  const exponent = v128.or(i64x2.shiftRight(raised, 52), constant(0x4330000000000000n));
  const k = s.let(sub(exponent, s.number(2 ** 52 + 1023)));
  const mantissa = i64x2.add(v128.and(raised, constant(0x000fffffffffffffn)), constant(root));
  return { k, f: s.let(sub(mantissa, s.number(1))) };
}

/** Emits k ln 2 + log(1 + f) + rest. */
function logSum(s: Sequence, k: Code, f: Code, rest?: Code): Code {
  const t = s.let(div(f, add(s.number(2), f)));
  const z = s.let(mul(t, t));
  const half = s.let(mul(mul(s.number(0.5), f), f));
  const series = mul(z, s.polynomial(logarithm, z));
  const tail = mul(k, s.number(ln2.tail));
  const low = add(mul(t, add(half, series)), rest === undefined ? tail : add(tail, rest));
  return s.let(sub(mul(k, s.number(ln2.head)), sub(sub(half, low), f)));
}

const log: VectorFunction = (s, x) => {
  const subnormal = s.let(f64x2.less(x, s.number(2 ** -1022)));
  const u = s.let(v128.select(subnormal, mul(x, s.number(2 ** 54)), x));
  const { k, f } = splitExponent(s, u);
  const value = logSum(s, s.let(sub(k, v128.and(subnormal, s.number(54)))), f);
  const infinite = v128.select(f64x2.equal(x, s.number(Infinity)), x, value);
  const known = v128.select(f64x2.equal(x, s.number(0)), s.number(-Infinity), infinite);
  return s.let(v128.select(f64x2.greaterEqual(x, s.number(0)), known, s.number(NaN)));
};

/** Emits log(1 + x) for finite x > -1. */
function finiteLog1p(s: Sequence, x: Code): Code {
  const one = s.number(1);
  const u = s.let(add(one, x));
  const { k, f } = splitExponent(s, u);
  const near = s.let(f64x2.equal(k, s.number(0)));
  const lost = v128.select(f64x2.greater(x, one), sub(one, sub(u, x)), sub(x, sub(u, one)));
  const rest = v128.andNot(div(lost, u), near);
  return logSum(s, k, s.let(v128.select(near, x, f)), rest);
}

const log1p: VectorFunction = (s, x) => {
  const value = finiteLog1p(s, x);
  const infinite = v128.select(f64x2.equal(x, s.number(Infinity)), x, value);
  const known = v128.select(f64x2.equal(x, s.number(-1)), s.number(-Infinity), keepZero(s, x, infinite));
  return s.let(v128.select(f64x2.greaterEqual(x, s.number(-1)), known, s.number(NaN)));
};

/** Coefficients with one power more than e^x needs, so that e^x - 1 has all its digits too. */
const exponentialTaylor = [1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720] as const;

/** Emits e^-|x|. */
export function decaying(s: Sequence, x: Code): Code {
  return s.remember("decaying", x, () => exponentialOf(s, s.let(v128.or(x, negativeZero(s))), exponentialTaylor));
}

/** (1 - e^-2|x|) / (1 + e^-2|x|), which shares its exponential with its slope. */
const tanh: VectorFunction = (s, x) => {
  const twice = s.let(mul(s.number(2), x));
  const e = decaying(s, twice);
  const one = s.number(1);
  const { power, p } = exponentialParts(s, s.let(v128.or(twice, negativeZero(s))), exponentialTaylor);
  // 1 - e has all its digits, however small x is: what rounding takes from 1 - power is added again.
  const rest = s.let(sub(one, power));
  const lost = sub(sub(one, rest), power);
  const known = sub(rest, sub(mul(power, p), lost));
  const numerator = v128.select(f64x2.less(abs(twice), s.number(ordinary)), known, sub(one, e));
  return s.let(withSign(s, x, div(numerator, add(one, e))));
};

const sigmoid: VectorFunction = (s, x) => {
  const e = decaying(s, x);
  const one = s.number(1);
  const numerator = v128.select(f64x2.greaterEqual(x, s.number(0)), one, e);
  return s.let(div(numerator, add(one, e)));
};

const softplus: VectorFunction = (s, x) => s.let(add(f64x2.pmax(x, s.number(0)), finiteLog1p(s, decaying(s, x))));

/** Size of x above which the reduction by pi / 2 in three parts is no longer exact. */
const turning = 1e6;

const trigonometric =
  (shift: 0 | 1, name: "sin" | "cos"): VectorFunction =>
  (s, x) => {
    const shifted = s.let(s.multiplyAdd(x, s.number(2 / Math.PI), s.number(shifter)));
    const n = s.let(sub(shifted, s.number(shifter)));
    // x = n pi / 2 + y + rest
    const first = s.let(sub(x, mul(n, s.number(halfPi[0]))));
    const second = s.let(mul(n, s.number(halfPi[1])));
    const t = s.let(sub(first, second));
    const lost = sub(sub(first, t), second);
    const w = s.let(sub(mul(n, s.number(halfPi[2])), lost));
    const y = s.let(sub(t, w));
    const rest = s.let(sub(sub(t, y), w));
    const z = s.let(mul(y, y));
    const half = s.let(mul(s.number(0.5), z));
    const one = s.number(1);
    const sinTail = add(mul(rest, sub(one, half)), mul(mul(y, z), s.polynomial(sine, z)));
    const sin = s.let(add(y, sinTail));
    // The part that rounding takes from 1 - z / 2 is added to the tail.
    const head = s.let(sub(one, half));
    const cosTail = sub(mul(mul(z, z), s.polynomial(cosine, z)), mul(y, rest));
    const cos = s.let(add(head, add(sub(sub(one, head), half), cosTail)));
    const integer = (value: bigint): Code => s.builder.constant(i64x2.constant(value));
    const quadrant = s.let(i64x2.add(shifted, integer(BigInt(shift))));
    const odd = i64x2.sub(integer(0n), v128.and(quadrant, integer(1n)));
    const sign = i64x2.shiftLeft(v128.and(quadrant, integer(2n)), 62);
    const value = s.builder.local("v128");
    const reduced = v128.xor(v128.select(odd, cos, sin), sign);
    s.statements.push(value.set(shift === 0 ? keepZero(s, x, reduced) : reduced));
    const index = s.host(name);
    const lane = (i: number): Code => call(index, f64x2.lane(x, i));
    const slow = f64x2.replaceLane(f64x2.splat(lane(0)), 1, lane(1));
    s.statements.push(when(v128.anyTrue(f64x2.greater(abs(x), s.number(turning))), value.set(slow)));
    return value.get;
  };

const atan: VectorFunction = (s, x) => {
  const size = s.let(abs(x));
  const one = s.number(1);
  // atan x = pi / 4 + atan((x - 1) / (x + 1)) = pi / 2 - atan(1 / x)
  const middle = s.let(f64x2.greater(size, s.number(Math.SQRT2 - 1)));
  const large = s.let(f64x2.greater(size, s.number(Math.SQRT2 + 1)));
  const numerator = v128.select(large, s.number(-1), v128.select(middle, sub(size, one), size));
  const denominator = v128.select(large, size, v128.select(middle, add(size, one), one));
  const t = s.let(div(numerator, denominator));
  const z = s.let(mul(t, t));
  const head = v128.select(large, s.number(halfPiPair.head), v128.and(middle, s.number(quarterPi.head)));
  const tail = v128.select(large, s.number(halfPiPair.tail), v128.and(middle, s.number(quarterPi.tail)));
  const series = add(tail, mul(mul(t, z), s.polynomial(arcTangent, z)));
  return s.let(withSign(s, x, add(head, add(t, series))));
};

const erf: VectorFunction = (s, x) => {
  const size = s.let(abs(x));
  const z = s.let(mul(x, x));
  const small = s.multiplyAdd(size, s.polynomial(errorSmall, z), size);
  const bounded = s.let(f64x2.pmin(size, s.number(6)));
  const one = s.number(1);
  const inverse = div(one, add(one, mul(bounded, s.number(0.5))));
  const y = s.let(mul(sub(inverse, s.number(11 / 24)), s.number(24 / 5)));
  const decay = exp(s, s.let(f64x2.neg(mul(bounded, bounded))));
  const large = sub(one, mul(decay, s.polynomial(errorLarge, y)));
  return s.let(withSign(s, x, v128.select(f64x2.less(size, one), small, large)));
};

export const vectorFunctions = {
  exp,
  expm1,
  log,
  log1p,
  tanh,
  sigmoid,
  softplus,
  sin: trigonometric(0, "sin"),
  cos: trigonometric(1, "cos"),
  atan,
  erf,
} as const satisfies Readonly<Record<string, VectorFunction>>;
