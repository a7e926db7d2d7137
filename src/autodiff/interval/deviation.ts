/**
 * How far the rows of a node are from their midpoints, as vectors: over a ball of parameters the entries of a row cannot
 * all be as far from theirs as the box around the ball lets them be.
 */
import { u } from "../../linalg/verified/enclosure.ts";
import type { Ball, BallOperand } from "./rule.ts";

/** A ball in which all parameters together lie, around their midpoints. */
export interface Within {
  /** Its radius in the 2-norm; Infinity where only the box is known. */
  radius: number;
}

/** Whether a ball says more than the box: at a point there is nothing to gain. */
export const narrows = ({ radius }: Within): boolean => radius > 0 && radius < Number.POSITIVE_INFINITY;

/**
 * What is known of the distances D of the exact numbers of a node from its midpoints, row by row along the last axis:
 * ||D|| <= reach, and |D_i| <= gains_i |B_i| + slack_i entry by entry, with the distances B of a node of the same rows for
 * which ||B|| <= base. Functions that act entry by entry keep their base, so that x and sigmoid(x) do not count twice.
 */
export interface Deviation {
  /** Length of a row. */
  readonly width: number;
  readonly reach: Float64Array;
  readonly base: Float64Array;
  /** 1 if absent: the node is its own base. */
  readonly gains?: Float64Array;
  /** 0 if absent. */
  readonly slack?: Float64Array;
}

/** Squares that underflow add less than this to a sum of squares, each. */
const lostSquare = 2 ** -1060;

/** Bounds the 2-norm of numbers at equal distances from above; Infinity where one of them is infinite or NaN. */
export function normOf(values: Float64Array, from: number, count: number, step = 1): number {
  let sum = count * lostSquare;
  for (let i = 0, at = from; i < count; i++, at += step) sum += values[at]! * values[at]!;
  const norm = Math.sqrt(sum) * enlarged(count);
  return norm >= 0 ? norm : Number.POSITIVE_INFINITY;
}

/** Covers the rounding of a sum of so many products of numbers that are not negative, and some operations more. */
export const enlarged = (count: number): number => 1 + (2 * count + 64) * u;

/** The rows of an operand of a node with rows of the given length. */
export interface Rows extends Ball {
  /** Distance in memory of rows, and of entries of a row: 0 where they repeat. */
  readonly row: number;
  readonly entry: number;
  readonly deviation: Deviation | undefined;
  readonly exact: boolean;
  /** Bounds the distance of row s as a vector. */
  readonly reach: (s: number) => number;
}

/**
 * Reads an operand by rows; undefined if it repeats otherwise than as a number, as one row or not at all.
 *
 * @param within the ball of the parameters
 */
export function rowsOf(operand: BallOperand, size: number, width: number, within: Within): Rows | undefined {
  const { mid, rad, exact, source, isParameter = false, deviation: found } = operand;
  const length = mid.length;
  const last = source.at(-1) ?? 1;
  const own = { mid, rad, exact };
  if (length === size && last === width) {
    const deviation = found?.width === width ? found : undefined;
    const reach =
      deviation === undefined
        ? (s: number) => {
            const norm = exact ? 0 : normOf(rad, s * width, width);
            return isParameter ? Math.min(norm, within.radius) : norm;
          }
        : (s: number) => deviation.reach[s]!;
    return { ...own, row: width, entry: 1, deviation, reach };
  }
  if (length === width && last === width) {
    const all = (): number => (isParameter ? Math.min(normOf(rad, 0, width), within.radius) : normOf(rad, 0, width));
    return { ...own, row: 0, entry: 1, deviation: undefined, reach: exact ? () => 0 : all };
  }
  if (length !== 1) return undefined;
  return {
    ...own,
    row: 0,
    entry: 0,
    deviation: undefined,
    reach: () => (exact ? 0 : rad[0]! * Math.sqrt(width) * enlarged(1)),
  };
}
