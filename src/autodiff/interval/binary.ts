import { log, pow } from "../../elementary/index.ts";
import { small, tiny, u, up } from "../../linalg/verified/enclosure.ts";
import type { BinaryOp } from "../graph/operations.ts";
import { scalarFunctions } from "../kernels/scalars.ts";
import { arithmeticIntervals } from "./arithmetic.ts";
import { comparisonIntervals } from "./comparison.ts";
import { type IntervalRule, operandAt, runs } from "./rule.ts";

/**
 * Bounds the distance of f(s, t) from y = f(a, b) as computed, for s within ra of a and t within rb of b, with y's own
 * rounding. NaN and Infinity stand for no bound.
 */
type Radius = (a: number, ra: number, b: number, rb: number, y: number) => number;

const ulps = 8 * u;
const margin = 1 + 2 ** -40;
const unknown = Number.POSITIVE_INFINITY;

function byRadius<K extends "pow" | "atan2" | "max" | "min">(op: K, radius: Radius): IntervalRule<K> {
  const f = scalarFunctions[op];
  return (node, operands, { mid, rad }) => {
    const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
    const { outer, inner, arrays } = runs(node, operands);
    const [{ starts: as, step: p }, { starts: bs, step: q }] = arrays as readonly [
      (typeof arrays)[number],
      (typeof arrays)[number],
    ];
    return () => {
      for (let run = 0, k = 0; run < outer; run++) {
        for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q, k++) {
          const [x, y] = [a.mid[i]!, b.mid[j]!];
          const value = f(x, y);
          const r = radius(x, a.rad[i]!, y, b.rad[j]!, value);
          const known = r < Number.POSITIVE_INFINITY && Number.isFinite(value);
          mid[k] = known ? value : 0;
          rad[k] = known ? r : Number.POSITIVE_INFINITY;
        }
      }
    };
  };
}

/** Adds what a function of the library rounds. */
function rounded(spread: number, y: number): number {
  const r = (spread * margin + ulps * Math.abs(y)) * up;
  return r > small ? r : r + tiny;
}

/** The greatest of x^e for x between two positive numbers and e within r of an exponent. */
function largestPower(low: number, high: number, exponent: number, r: number): number {
  const slack = r === 0 ? 0 : r * up + 2 * u * Math.abs(exponent);
  let most = 0;
  for (const x of [low, high]) {
    for (const e of slack === 0 ? [exponent] : [exponent - slack, exponent + slack]) most = Math.max(most, pow(x, e));
  }
  return most * (1 + ulps) + tiny;
}

function powRadius(a: number, ra: number, b: number, rb: number, y: number): number {
  if (ra === 0 && rb === 0) return rounded(0, y);
  const whole = rb === 0 && Number.isInteger(b);
  const slack = 4 * u * (Math.abs(a) + ra);
  const low = a - ra - slack;
  const high = a + ra + slack;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return unknown;
  if (rb === 0 && b === 0) return 0;
  let spread = 0;
  if (low > 0) {
    if (rb > 0) {
      // The derivative by the exponent is x^p log x.
      const logarithm = Math.max(Math.abs(log(low)), Math.abs(log(high))) * (1 + ulps);
      spread += rb * largestPower(low, high, b, rb) * logarithm;
    }
    // The derivative by the base is p x^(p - 1); p - 1 may round, which its radius takes up.
    const slope = (Math.abs(b) + rb) * largestPower(low, high, b - 1, rb + 2 * u * (1 + Math.abs(b)));
    return rounded(spread + slope * ra, y);
  }
  if (rb > 0) return unknown;
  if (whole && b >= 1) {
    const far = Math.max(Math.abs(low), Math.abs(high));
    return rounded(b * (pow(far, b - 1) * (1 + ulps) + tiny) * ra, y);
  }
  // Negative powers of negative numbers: the pole must be outside.
  if (whole && high < 0) {
    const near = -high;
    return rounded(-b * (pow(near, b - 1) * (1 + ulps) + tiny) * ra, y);
  }
  // Real powers are defined from 0 on, with a finite slope there if the exponent is at least 1.
  if (a - ra >= 0 && b >= 1) {
    const far = Math.max(Math.abs(low), Math.abs(high));
    return rounded(b * (largestPower(tiny, far, b - 1, 2 * u * (1 + b)) * ra), y);
  }
  return unknown;
}

function atan2Radius(a: number, ra: number, b: number, rb: number, y: number): number {
  if (ra === 0 && rb === 0) return rounded(0, y);
  // The angle jumps where the first operand changes sign at a negative second one.
  const away = Math.abs(a) > ra || b - rb > 0 || (ra === 0 && b + rb < 0);
  const nearA = Math.max(0, Math.abs(a) - ra) * (1 - 4 * u);
  const nearB = Math.max(0, Math.abs(b) - rb) * (1 - 4 * u);
  const near = Math.max(nearA, nearB);
  if (!away || !(near > 0)) return unknown;
  // Scaled by the distance from the origin, so that squares neither overflow nor underflow.
  const [x, z] = [nearA / near, nearB / near];
  const square = x * x + z * z;
  const spread = (((Math.abs(b) + rb) / near) * (ra / near) + ((Math.abs(a) + ra) / near) * (rb / near)) / square;
  return rounded(spread, y);
}

/** Maximum and minimum change by no more than the operand that changes most; where one is decided, by no more than it. */
function choice(sign: 1 | -1): Radius {
  return (a, ra, b, rb) => {
    const gap = sign * (a - b);
    const both = (ra + rb) * up;
    if (gap > both * (1 + 4 * u)) return ra;
    if (-gap > both * (1 + 4 * u)) return rb;
    return Math.max(ra, rb);
  };
}

/** Rules of functions of two operands, which may repeat. */
export const binaryIntervals: { readonly [K in BinaryOp]: IntervalRule<K> } = {
  ...arithmeticIntervals,
  pow: byRadius("pow", powRadius),
  atan2: byRadius("atan2", atan2Radius),
  max: byRadius("max", choice(1)),
  min: byRadius("min", choice(-1)),
  ...comparisonIntervals,
};
