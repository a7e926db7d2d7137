import { isPowerOfTwo } from "../../elementary/index.ts";
import { small, tiny, u, up } from "../../linalg/verified/enclosure.ts";
import { isOp } from "../graph/graph.ts";
import type { Walk } from "../kernels/kernel.ts";
import { type Ball, type BallOperand, type IntervalRule, operandAt, runs } from "./rule.ts";

/** A loop over runs. It makes entry k of the result from the entries i and j of the operands. */
type Loop = (a: BallOperand, b: BallOperand, out: Ball, walk: Walk) => () => void;

const rule =
  (loop: Loop): IntervalRule<"add" | "sub" | "mul" | "div"> =>
  (node, operands, out) =>
    loop(operandAt(operands, 0), operandAt(operands, 1), out, runs(node, operands));

function both<T>(items: readonly T[]): readonly [T, T] {
  return items as readonly [T, T];
}

// Each loop is written out, so that the engine compiles it for itself. `small` is a bound below which products that make
// a radius may have underflowed; a NaN fails both comparisons, so that it becomes an infinite radius.

const addition =
  (sign: 1 | -1): Loop =>
  (a, b, { mid, rad }, { outer, inner, arrays }) => {
    const [{ starts: as, step: p }, { starts: bs, step: q }] = both(arrays);
    const [am, ar, bm, br] = [a.mid, a.rad, b.mid, b.rad];
    return () => {
      for (let run = 0, k = 0; run < outer; run++) {
        for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q, k++) {
          const m = am[i]! + sign * bm[j]!;
          // A sum that is subnormal is exact, so that a radius of 0 is right here.
          const r = (ar[i]! + br[j]! + u * Math.abs(m)) * up;
          if (r > small && r < Number.POSITIVE_INFINITY) {
            mid[k] = m;
            rad[k] = r;
          } else if (r <= small) {
            mid[k] = m;
            rad[k] = r > 0 ? r + tiny : 0;
          } else {
            mid[k] = 0;
            rad[k] = Number.POSITIVE_INFINITY;
          }
        }
      }
    };
  };

const mul: Loop = (a, b, { mid, rad }, { outer, inner, arrays }) => {
  const [{ starts: as, step: p }, { starts: bs, step: q }] = both(arrays);
  const [am, ar, bm, br] = [a.mid, a.rad, b.mid, b.rad];
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q, k++) {
        const x = am[i]!;
        const y = bm[j]!;
        const rx = ar[i]!;
        const ry = br[j]!;
        const m = x * y;
        const r = (Math.abs(x) * ry + rx * (Math.abs(y) + ry) + u * Math.abs(m)) * up;
        if (r > small && r < Number.POSITIVE_INFINITY) {
          mid[k] = m;
          rad[k] = r;
        } else if (r <= small) {
          mid[k] = m;
          rad[k] = (x === 0 && rx === 0) || (y === 0 && ry === 0) ? 0 : r + tiny;
        } else {
          mid[k] = 0;
          rad[k] = Number.POSITIVE_INFINITY;
        }
      }
    }
  };
};

const div: Loop = (a, b, { mid, rad }, { outer, inner, arrays }) => {
  const [{ starts: as, step: p }, { starts: bs, step: q }] = both(arrays);
  const [am, ar, bm, br] = [a.mid, a.rad, b.mid, b.rad];
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q, k++) {
        const x = am[i]!;
        const y = bm[j]!;
        const rx = ar[i]!;
        const ry = br[j]!;
        const m = x / y;
        const size = Math.abs(m);
        const low = (Math.abs(y) - ry) * (1 - 4 * u);
        // What underflows above the line is magnified by a small divisor, hence `tiny` there.
        const spread = ry === 0 ? rx : rx + (size + tiny) * ry + tiny;
        const r = low > 0 ? ((rx === 0 && ry === 0 ? 0 : spread / low) + u * size) * up : Number.POSITIVE_INFINITY;
        if (r > small && r < Number.POSITIVE_INFINITY) {
          mid[k] = m;
          rad[k] = r;
        } else if (r <= small) {
          mid[k] = m;
          rad[k] = x === 0 && rx === 0 ? 0 : r + tiny;
        } else {
          mid[k] = 0;
          rad[k] = Number.POSITIVE_INFINITY;
        }
      }
    }
  };
};

/** Multiplication by one power of two, which moves both arrays without rounding. */
const scaled =
  (factor: number): Loop =>
  (_, b, { mid, rad }, { outer, inner, arrays }) => {
    const [, { starts: bs, step: q }] = both(arrays);
    const [bm, br] = [b.mid, b.rad];
    const size = Math.abs(factor);
    return () => {
      for (let run = 0, k = 0; run < outer; run++) {
        for (let n = 0, j = bs[run]!; n < inner; n++, j += q, k++) {
          const m = factor * bm[j]!;
          const r = size * br[j]!;
          if (r > small && r < Number.POSITIVE_INFINITY && m - m === 0) {
            mid[k] = m;
            rad[k] = r;
          } else if (r <= small && m - m === 0) {
            mid[k] = m;
            // What is subnormal may have lost digits.
            rad[k] = br[j] === 0 && (bm[j] === 0 || Math.abs(m) > small) ? 0 : r + tiny;
          } else {
            mid[k] = 0;
            rad[k] = Number.POSITIVE_INFINITY;
          }
        }
      }
    };
  };

/**
 * Multiplication by one number x +- rx, which is read at each run. The radius |x| ry + rx (|y| + ry) + u |x y| is
 * (|x| + rx) ry + (rx + u |x|) |y|.
 */
const byNumber: Loop = (a, b, { mid, rad }, { outer, inner, arrays }) => {
  const [, { starts: bs, step: q }] = both(arrays);
  const [am, ar, bm, br] = [a.mid, a.rad, b.mid, b.rad];
  return () => {
    const x = am[0]!;
    const rx = ar[0]!;
    const forRadius = (Math.abs(x) + rx) * up;
    const forMiddle = (rx + u * Math.abs(x)) * up + (x === 0 ? 0 : tiny);
    for (let run = 0, k = 0; run < outer; run++) {
      for (let n = 0, j = bs[run]!; n < inner; n++, j += q, k++) {
        const y = bm[j]!;
        const ry = br[j]!;
        const m = x * y;
        const r = (forRadius * ry + forMiddle * Math.abs(y)) * up;
        if (r > small && r < Number.POSITIVE_INFINITY && m - m === 0) {
          mid[k] = m;
          rad[k] = r;
        } else if (r <= small && m - m === 0) {
          mid[k] = m;
          rad[k] = forRadius === 0 || (y === 0 && ry === 0) ? 0 : r + tiny;
        } else {
          mid[k] = 0;
          rad[k] = Number.POSITIVE_INFINITY;
        }
      }
    }
  };
};

/** Factors that are one number everywhere have loops of their own, and powers of two another one. */
const product: IntervalRule<"mul"> = (node, operands, out) => {
  const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
  const factor = a.exact && a.mid.length === 1 && isOp(node.inputs[0]!, "fill") ? a.mid[0]! : 0;
  const walk = runs(node, operands);
  if (isPowerOfTwo(factor)) return scaled(factor)(a, b, out, walk);
  if (a.mid.length === 1) return byNumber(a, b, out, walk);
  return mul(a, b, out, walk);
};

/** Rules of the four operations, whose operands may repeat. */
export const arithmeticIntervals = {
  add: rule(addition(1)),
  sub: rule(addition(-1)),
  mul: product,
  div: rule(div),
} as const;
