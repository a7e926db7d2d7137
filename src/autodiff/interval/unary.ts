import { exp, expm1, sinh, tan } from "../../elementary/index.ts";
import { small, tiny, u, up } from "../../linalg/verified/enclosure.ts";
import type { UnaryOp } from "../graph/operations.ts";
import { scalarFunctions } from "../kernels/scalars.ts";
import { type IntervalRule, operandAt } from "./rule.ts";

/**
 * Bounds |f(t) - f(x)| over all t within r > 0 of x, where y is f(x) as computed, within 8u |y| (or less than 2^-1070).
 * NaN and Infinity stand for no bound. Rounding errors of the bound itself, at most 2^-42 of it, are covered by the rule.
 */
type Spread = (x: number, r: number, y: number) => number;

/** Relative error that elementary functions are assumed to have at most: 4 units in the last place. */
const ulps = 8 * u;
/** Covers the rounding of spreads. */
const margin = 1 + 2 ** -40;

/** Bounds e^t - 1 for t >= 0. */
function growth(t: number): number {
  return t < 0.5 ? t * (1 + t) : expm1(t) * (1 + ulps);
}

/** The least size of the numbers within r of x. */
function nearest(x: number, r: number): number {
  const distance = Math.abs(x) - r;
  return distance > 0 ? distance * (1 - 4 * u) : 0;
}

/** The greatest size of the numbers within r of x. */
function farthest(x: number, r: number): number {
  return (Math.abs(x) + r) * up;
}

/** The slope of a function whose square adds with y^2 to 1, as that of the sine. */
function circular(_x: number, r: number, y: number): number {
  const size = Math.abs(y);
  return r * Math.min(1, Math.sqrt(Math.max(0, (1 - size) * (1 + size)) + 64 * u) + r);
}

/** For the slope 1 / sqrt(1 - x^2). */
function arc(x: number, r: number): number {
  const far = farthest(x, r);
  return far < 1 ? r / Math.sqrt((1 - far) * (1 + far)) : Number.POSITIVE_INFINITY;
}

const huge = 1e150;

/** A function of one operand, the relative error of its kernel, and whether f(0) = 0. */
interface Smooth {
  readonly spread: Spread;
  /** Default 8u. */
  readonly error?: number;
  readonly zeroAtZero?: boolean;
}

const smooth = {
  exp: { spread: (_, r, y) => (y + tiny) * growth(r) },
  expm1: { spread: (_, r, y) => (1 + y + 32 * u) * growth(r), zeroAtZero: true },
  log: { spread: (x, r) => (x > r ? r / (x - r) : Number.POSITIVE_INFINITY) },
  log1p: {
    spread(x, r) {
      const low = (1 + x) * (1 - 4 * u) - r;
      return low > 0 ? r / low : Number.POSITIVE_INFINITY;
    },
    zeroAtZero: true,
  },
  sqrt: {
    spread: (x, r, y) => (x >= r ? r / (y + Math.sqrt(x - r)) : Number.POSITIVE_INFINITY),
    error: u,
    zeroAtZero: true,
  },
  sin: { spread: circular, zeroAtZero: true },
  cos: { spread: circular },
  tan: {
    // tan(x + d) - tan(x) = tan(d) (1 + tan(x)^2) / (1 - tan(d) tan(x)), as long as no pole lies between.
    spread(_, r, y) {
      if (!(r < 1.5)) return Number.POSITIVE_INFINITY;
      const step = tan(r) * (1 + 4 * ulps);
      const size = Math.abs(y) * (1 + 4 * ulps) + tiny;
      const left = 1 - step * size - 16 * u;
      return left > 0.001 ? (step * (1 + size * size)) / left : Number.POSITIVE_INFINITY;
    },
    zeroAtZero: true,
  },
  asin: { spread: arc, zeroAtZero: true },
  acos: { spread: arc },
  atan: {
    spread(x, r) {
      const near = nearest(x, r);
      return near > huge ? r / near / near : r / (1 + near * near);
    },
    zeroAtZero: true,
  },
  // cosh(x + d) <= cosh(x) e^|d|
  sinh: {
    spread(_, r, y) {
      const size = Math.abs(y) * (1 + 2 * ulps);
      return (size < huge ? Math.sqrt(1 + size * size) : size) * growth(r);
    },
    zeroAtZero: true,
  },
  cosh: { spread: (x, r) => sinh(farthest(x, r)) * (1 + 2 * ulps) * r },
  // The slope q = 1 - tanh(x)^2 grows at most by e^(2 |d|).
  tanh: {
    spread(_, r, y) {
      const size = Math.abs(y);
      return Math.min(r, ((1 - size) * (1 + size) + 64 * u) * growth(2 * r) * 0.5);
    },
    zeroAtZero: true,
  },
  asinh: {
    spread(x, r) {
      const near = nearest(x, r);
      return near > huge ? r / near : r / Math.sqrt(1 + near * near);
    },
    zeroAtZero: true,
  },
  acosh: {
    spread(x, r) {
      const above = (x - 1) * (1 - 4 * u) - r;
      if (!(above > 0)) return Number.POSITIVE_INFINITY;
      return above > huge ? r / above : r / Math.sqrt(above * (above + 2));
    },
  },
  atanh: {
    spread(x, r) {
      const far = farthest(x, r);
      return far < 1 ? r / ((1 - far) * (1 + far)) : Number.POSITIVE_INFINITY;
    },
    zeroAtZero: true,
  },
  // The slopes of these three grow at most by e^|d|.
  sigmoid: { spread: (_, r, y) => Math.min(r / 4, (y + tiny) * (1 - y + 32 * u) * growth(r)) },
  logisticDensity: {
    spread: (x, r, y) => Math.min(0.0963 * r, (y + tiny) * growth(r) * Math.min(1, farthest(x, r) / 2)),
  },
  softplus: { spread: (_, r, y) => Math.min(r, Math.min(1, y * (1 + 2 * ulps) + tiny) * growth(r)) },
  erf: {
    spread(x, r) {
      const near = nearest(x, r);
      return 1.12837916709552 * (exp(-near * near) + tiny) * r;
    },
    zeroAtZero: true,
  },
} as const satisfies Partial<Record<UnaryOp, Smooth>>;

type SmoothOp = keyof typeof smooth;

function smoothRule(op: SmoothOp): IntervalRule<SmoothOp> {
  const { spread, error = ulps, zeroAtZero = false }: Smooth = smooth[op];
  const f = scalarFunctions[op];
  return (_, operands, { mid, rad }) => {
    const { mid: xs, rad: rs } = operandAt(operands, 0);
    return () => {
      for (let i = 0; i < mid.length; i++) {
        const x = xs[i]!;
        const r = rs[i]!;
        const y = f(x);
        const total = ((r === 0 ? 0 : spread(x, r, y) * margin) + error * Math.abs(y)) * up;
        if (total > small && total < Number.POSITIVE_INFINITY) {
          mid[i] = y;
          rad[i] = total;
        } else if (total <= small) {
          mid[i] = y;
          rad[i] = r === 0 && zeroAtZero && x === 0 ? 0 : total + tiny;
        } else {
          mid[i] = 0;
          rad[i] = Number.POSITIVE_INFINITY;
        }
      }
    };
  };
}

/** Rule of a function that never rounds and that changes by no more than its operand. */
function isometry(f: (x: number) => number): IntervalRule<UnaryOp> {
  return (_, operands, { mid, rad }) => {
    const { mid: xs, rad: rs } = operandAt(operands, 0);
    return () => {
      for (let i = 0; i < mid.length; i++) {
        mid[i] = f(xs[i]!);
        rad[i] = rs[i]!;
      }
    };
  };
}

/** Rule of a function that does not decrease and is constant between jumps. */
function stepRule(step: (x: number) => number): IntervalRule<UnaryOp> {
  return (_, operands, { mid, rad }, tally) => {
    const { mid: xs, rad: rs } = operandAt(operands, 0);
    return () => {
      for (let i = 0; i < mid.length; i++) {
        const x = xs[i]!;
        const r = rs[i]!;
        // Rounding must not shorten the interval.
        const slack = r === 0 ? 0 : r + 4 * u * (Math.abs(x) + r) + tiny;
        const low = step(x - slack);
        const high = step(x + slack);
        if (low === high && Number.isFinite(low)) {
          mid[i] = low;
          rad[i] = 0;
          continue;
        }
        tally.undecided++;
        const middle = low / 2 + high / 2;
        const half = (high / 2 - low / 2) * up + 4 * u * (Math.abs(low) + Math.abs(high));
        const known = half < Number.POSITIVE_INFINITY;
        mid[i] = known ? middle : 0;
        rad[i] = known ? half : Number.POSITIVE_INFINITY;
      }
    };
  };
}

/** 1 where the operand is 0, else 0. */
const notRule: IntervalRule<"not"> = (_, operands, { mid, rad }, tally) => {
  const { mid: xs, rad: rs } = operandAt(operands, 0);
  return () => {
    for (let i = 0; i < mid.length; i++) {
      const x = Math.abs(xs[i]!);
      const r = rs[i]!;
      const decided = x > r || r === 0;
      if (!decided) tally.undecided++;
      mid[i] = decided ? (x > 0 ? 0 : 1) : 0.5;
      rad[i] = decided ? 0 : 0.5;
    }
  };
};

/** Rules of functions of one operand. */
export const unaryIntervals: { readonly [K in UnaryOp]: IntervalRule<K> } = {
  neg: isometry((x) => -x),
  abs: isometry(Math.abs),
  exp: smoothRule("exp"),
  expm1: smoothRule("expm1"),
  log: smoothRule("log"),
  log1p: smoothRule("log1p"),
  sqrt: smoothRule("sqrt"),
  sin: smoothRule("sin"),
  cos: smoothRule("cos"),
  tan: smoothRule("tan"),
  asin: smoothRule("asin"),
  acos: smoothRule("acos"),
  atan: smoothRule("atan"),
  sinh: smoothRule("sinh"),
  cosh: smoothRule("cosh"),
  tanh: smoothRule("tanh"),
  asinh: smoothRule("asinh"),
  acosh: smoothRule("acosh"),
  atanh: smoothRule("atanh"),
  sigmoid: smoothRule("sigmoid"),
  logisticDensity: smoothRule("logisticDensity"),
  softplus: smoothRule("softplus"),
  erf: smoothRule("erf"),
  sign: stepRule(Math.sign),
  floor: stepRule(Math.floor),
  ceil: stepRule(Math.ceil),
  round: stepRule(scalarFunctions.round),
  not: notRule,
};
