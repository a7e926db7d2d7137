import { exp, log1p } from "../../elementary/index.ts";
import { small, tiny, u, up } from "../../linalg/verified/enclosure.ts";
import { groups } from "../kernels/reduce.ts";
import { type IntervalRule, operandAt } from "./rule.ts";

/**
 * Sums with the error of each addition (Knuth's TwoSum) kept in a second sum. What remains is at most u |result| plus
 * n u times the sum of the errors' sizes, so that radii do not grow with the number of terms.
 */
const sumInterval: IntervalRule<"sum"> = (node, operands, { mid, rad }) => {
  const { mid: xs, rad: rs } = operandAt(operands, 0);
  const { starts, members } = groups(node.inputs[0]!.shape, node.attributes.axes);
  const n = members.length;
  const more = 1 + (4 * n + 16) * u;
  return () => {
    for (let o = 0; o < mid.length; o++) {
      const start = starts[o]!;
      let sum = 0;
      let errors = 0;
      let sizes = 0;
      let radii = 0;
      for (let i = 0; i < n; i++) {
        const at = start + members[i]!;
        const x = xs[at]!;
        const next = sum + x;
        const part = next - sum;
        const error = sum - (next - part) + (x - part);
        sum = next;
        errors += error;
        sizes += Math.abs(error);
        radii += rs[at]!;
      }
      const value = sum + errors;
      store(mid, rad, o, value, (radii + n * u * sizes + u * Math.abs(value)) * more);
    }
  };
};

/** Stores a result whose radius is 0 only if it is exact. */
function store(mid: Float64Array, rad: Float64Array, at: number, value: number, r: number): void {
  const known = r < Number.POSITIVE_INFINITY;
  mid[at] = known ? value : 0;
  rad[at] = r > small ? r : r > 0 ? r + tiny : r === 0 ? 0 : Number.POSITIVE_INFINITY;
}

const cumsumInterval: IntervalRule<"cumsum"> = (node, operands, { mid, rad }) => {
  const { mid: xs, rad: rs } = operandAt(operands, 0);
  const { axis, exclusive, reverse } = node.attributes;
  const { starts, members } = groups(node.shape, [axis]);
  const order = reverse ? members.toReversed() : members;
  const more = 1 + (4 * order.length + 16) * u;
  return () => {
    for (const start of starts) {
      let sum = 0;
      let roundings = 0;
      for (let i = 0; i < order.length; i++) {
        const at = start + order[i]!;
        const [before, radius] = [sum, roundings];
        sum += xs[at]!;
        roundings += rs[at]! + (i > 0 ? u * Math.abs(sum) : 0);
        store(mid, rad, at, exclusive ? before : sum, (exclusive ? radius : roundings) * more);
      }
    }
  };
};

/** The largest midpoint and the largest radius of a group. NaN does not occur, but infinite radii do. */
const reduceMaxInterval: IntervalRule<"reduceMax"> = (node, operands, { mid, rad }) => {
  const { mid: xs, rad: rs } = operandAt(operands, 0);
  const { starts, members } = groups(node.inputs[0]!.shape, node.attributes.axes);
  return () => {
    for (let o = 0; o < mid.length; o++) {
      const start = starts[o]!;
      let most = Number.NEGATIVE_INFINITY;
      let least = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < members.length; i++) {
        const at = start + members[i]!;
        most = Math.max(most, xs[at]!);
        least = Math.max(least, xs[at]! - rs[at]! - 2 * u * Math.abs(xs[at]!));
      }
      // Only numbers that may be the largest matter.
      let radius = 0;
      for (let i = 0; i < members.length; i++) {
        const at = start + members[i]!;
        const r = rs[at]!;
        if (!(xs[at]! + r + 2 * u * Math.abs(xs[at]!) < least)) radius = Math.max(radius, r);
      }
      store(mid, rad, o, most, radius);
    }
  };
};

/**
 * m + log1p(sum of e^(x - m)). It changes by no more than the operand that changes most. The rounding of a term is that
 * of its exponent and of exp; those of the terms count with the slope 1 / (1 + sum) of log1p.
 */
const logSumExpInterval: IntervalRule<"logSumExp"> = (node, operands, { mid, rad }) => {
  const { mid: xs, rad: rs } = operandAt(operands, 0);
  const { starts, members } = groups(node.inputs[0]!.shape, node.attributes.axes);
  const n = members.length;
  return () => {
    for (let o = 0; o < mid.length; o++) {
      const start = starts[o]!;
      let largest = 0;
      let radius = 0;
      for (let i = 0; i < n; i++) {
        if (!(xs[start + members[i]!]! <= xs[start + members[largest]!]!)) largest = i;
        radius = Math.max(radius, rs[start + members[i]!]!);
      }
      const m = n === 0 ? Number.NEGATIVE_INFINITY : xs[start + members[largest]!]!;
      let rest = 0;
      let errors = 0;
      for (let i = 0; i < n; i++) {
        if (i === largest) continue;
        const exponent = xs[start + members[i]!]! - m;
        const term = exp(exponent);
        rest += term;
        // e^(t + d) - e^t for |d| <= u |t|, and 8u of exp itself. Where exp underflows, `tiny` stands for both.
        errors += term * (8 + 2 * Math.abs(exponent)) * u + tiny;
      }
      errors += n * u * rest;
      const tail = log1p(rest);
      const value = m + tail;
      const rounding = (errors / (1 + rest)) * (1 + 2 ** -20) + 8 * u * tail + u * Math.abs(value);
      store(mid, rad, o, value, (radius + rounding) * (up + 4 * n * u));
    }
  };
};

const argMaxInterval: IntervalRule<"argMax"> = (node, operands, { mid, rad }, tally) => {
  const { mid: xs, rad: rs } = operandAt(operands, 0);
  const { starts, members } = groups(node.inputs[0]!.shape, [node.attributes.axis]);
  return () => {
    for (let o = 0; o < mid.length; o++) {
      const start = starts[o]!;
      let best = 0;
      for (let i = 1; i < members.length; i++) {
        if (xs[start + members[i]!]! > xs[start + members[best]!]!) best = i;
      }
      const winner = start + members[best]!;
      const decided = members.every((member, i) => {
        const at = start + member;
        const both = (rs[winner]! + rs[at]!) * up;
        return i === best || both === 0 || (xs[winner]! - xs[at]!) * (1 - 4 * u) > both;
      });
      if (!decided) tally.undecided++;
      mid[o] = decided ? best : (members.length - 1) / 2;
      rad[o] = decided ? 0 : (members.length - 1) / 2;
    }
  };
};

export const reduceIntervals = {
  sum: sumInterval,
  cumsum: cumsumInterval,
  reduceMax: reduceMaxInterval,
  logSumExp: logSumExpInterval,
  argMax: argMaxInterval,
} as const;
