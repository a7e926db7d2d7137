/** Deviations of operations that act entry by entry. */
import { tiny, u } from "../../linalg/verified/enclosure.ts";
import { type Node, type Op, sizeOf } from "../graph/graph.ts";
import { type Deviation, enlarged, narrows, normOf, type Within } from "./deviation.ts";
import { type Rows, rowsOf } from "./rows.ts";
import type { Ball, BallOperand } from "./rule.ts";

/** A deviation and what computes it, after the rule of the node has run. */
export interface Deviating {
  readonly deviation: Deviation;
  readonly run: () => void;
}

/**
 * Functions f whose rule bounds |f(x + d) - f(x)| by a formula that, divided by |d|, never falls as |d| grows. Then that
 * quotient at the radius bounds it for every smaller distance.
 */
const unary: ReadonlySet<Op> = new Set<Op>([
  "neg",
  "abs",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "sigmoid",
  "logisticDensity",
  "softplus",
  "erf",
]);

const binary: ReadonlySet<Op> = new Set<Op>(["add", "sub", "mul", "div"]);

/** Whether an operation hands on what is known of the rows of its operands. */
export const handsOn = (op: Op): boolean => unary.has(op) || binary.has(op);

/** Relative error of any rule's midpoint, and more. */
const rounding = 9 * u;
/** Covers the rounding of a few operations. */
const few = enlarged(8);

/** The deviation of a node, or undefined if nothing is known beyond its radii. */
export function deviationOf(
  node: Node,
  operands: readonly BallOperand[],
  out: Ball,
  within: Within,
): Deviating | undefined {
  const size = sizeOf(node.shape);
  const width = node.shape.at(-1) ?? 1;
  const rows = operands.map((operand) => rowsOf(operand, size, width, within));
  const [a, b] = rows;
  if (a === undefined || (rows.length > 1 && b === undefined)) return undefined;
  const shape = { count: width === 0 ? 0 : size / width, width };
  if (rows.length === 1) return unary.has(node.op) && whole(a, width) ? scaled(a, out, shape, within) : undefined;
  if (!binary.has(node.op) || b === undefined) return undefined;
  if (b.exact && whole(a, width)) return scaled(a, out, shape, within);
  if (a.exact && node.op !== "div" && whole(b, width)) return scaled(b, out, shape, within);
  if (node.op === "div" || (a.deviation === undefined && b.deviation === undefined)) return undefined;
  const shared = a.deviation !== undefined && a.deviation.base === b.deviation?.base;
  if (shared) return joined(node.op, a, b, out, shape, within);
  return added(node.op, a, b, out, shape, within);
}

/** Whether an operand has a deviation, and so one entry for each of the result. */
const whole = ({ deviation, row }: Rows, width: number): boolean => deviation !== undefined && row === width;

interface Shape {
  readonly count: number;
  readonly width: number;
}

/** A function of one operand, of which the rule computed how far it moves within the radius. */
function scaled({ rad: rs, deviation: from }: Rows, { mid, rad }: Ball, shape: Shape, within: Within): Deviating {
  const { gains: factors, slack: rests } = from!;
  return dependent(from!, rad, shape, within, (i, gains, slack) => {
    const r = rs[i]!;
    // With a radius of 0 there is no distance, with an infinite one no midpoint from which it counts.
    const slope = r === 0 ? 0 : r < Number.POSITIVE_INFINITY ? rad[i]! / r : Number.POSITIVE_INFINITY;
    gains[i] = (factors === undefined ? 1 : factors[i]!) * slope;
    slack[i] = (rests === undefined ? 0 : rests[i]! * slope) + rounding * Math.abs(mid[i]!);
  });
}

/** The sum, difference or product of two operands with one base. */
function joined(op: Op, a: Rows, b: Rows, { mid, rad }: Ball, shape: Shape, within: Within): Deviating {
  const [first, second] = [a.deviation!, b.deviation!];
  const part = (values: Float64Array | undefined, i: number, otherwise: number): number =>
    values === undefined ? otherwise : values[i]!;
  return dependent(first, rad, shape, within, (i, gains, slack) => {
    const p = part(first.gains, i, 1);
    const q = part(second.gains, i, 1);
    const s = part(first.slack, i, 0);
    const t = part(second.slack, i, 0);
    const rest = rounding * Math.abs(mid[i]!);
    const x = op === "mul" ? Math.abs(a.mid[i]!) + a.rad[i]! : 1;
    const y = op === "mul" ? Math.abs(b.mid[i]!) : 1;
    gains[i] = x * q + y * p;
    slack[i] = x * t + y * s + rest;
  });
}

/** A node with the base of another, and gain and slack of each entry. */
function dependent(
  { base, width }: Deviation,
  rad: Float64Array,
  { count }: Shape,
  within: Within,
  write: (i: number, gains: Float64Array, slack: Float64Array) => void,
): Deviating {
  const gains = new Float64Array(rad.length);
  const slack = new Float64Array(rad.length);
  const reach = new Float64Array(count);
  const run = (): void => {
    if (!narrows(within)) return;
    for (let s = 0, i = 0; s < count; s++) {
      let most = 0;
      for (const end = i + width; i < end; i++) {
        write(i, gains, slack);
        const [gain, rest] = [gains[i]!, slack[i]!];
        const known = rad[i]! < Number.POSITIVE_INFINITY;
        // A NaN, of infinity times 0, bounds nothing.
        gains[i] = known && gain >= 0 ? gain * few + tiny : Number.POSITIVE_INFINITY;
        slack[i] = known && rest >= 0 ? rest * few + tiny : Number.POSITIVE_INFINITY;
        most = Math.max(most, gains[i]!);
      }
      reach[s] = least(normOf(rad, i - width, width), (most * base[s]! + normOf(slack, i - width, width)) * few + tiny);
    }
  };
  return { deviation: { width, reach, base, gains, slack }, run };
}

/** The sum, difference or product of operands of which each has its own rows: the result is a new base. */
function added(op: Op, a: Rows, b: Rows, { mid, rad }: Ball, { count, width }: Shape, within: Within): Deviating {
  const reach = new Float64Array(count);
  const run = (): void => {
    if (!narrows(within)) return;
    for (let s = 0; s < count; s++) {
      const [p, q] = [a.reach(s), b.reach(s)];
      let bound = p + q;
      if (op === "mul") {
        let [x, y] = [0, 0];
        for (let j = 0; j < width; j++) {
          const [i, k] = [s * a.row + j * a.entry, s * b.row + j * b.entry];
          x = Math.max(x, Math.abs(a.mid[i]!) + a.rad[i]!);
          y = Math.max(y, Math.abs(b.mid[k]!));
        }
        bound = x * q + y * p;
      }
      const rest = rounding * normOf(mid, s * width, width) + width * tiny;
      reach[s] = least(normOf(rad, s * width, width), (bound + rest) * few);
    }
  };
  return { deviation: { width, reach, base: reach }, run };
}

/** The lesser of two bounds. An infinite first one stands: the midpoints say nothing then. A NaN bounds nothing. */
export function least(first: number, second: number): number {
  return first < Number.POSITIVE_INFINITY && second < first ? second : first;
}
