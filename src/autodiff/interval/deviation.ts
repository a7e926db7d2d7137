/**
 * How far the rows of a node are from their midpoints, as vectors: over a ball of parameters the entries of a row cannot
 * all be as far from theirs as the box around the ball lets them be.
 */
import { u } from "../../linalg/verified/enclosure.ts";

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
