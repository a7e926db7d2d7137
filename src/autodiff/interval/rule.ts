import type { Node, Op, Shape } from "../graph/graph.ts";
import { type Operand, stridesIn, type Walk, walk } from "../kernels/kernel.ts";
import type { Deviation } from "./deviation.ts";

/** Midpoints and radii of a node, which a rule writes. */
export interface Ball {
  readonly mid: Float64Array;
  readonly rad: Float64Array;
}

/** Operand of a rule: both arrays have the shape `source`, which broadcasts to the shape that the operation needs. */
export interface BallOperand extends Ball {
  readonly source: Shape;
  /** Whether all radii are 0 at every run. */
  readonly exact: boolean;
  /** Whether it is a parameter, or its numbers in another shape: they lie in the ball of all parameters. */
  readonly isParameter?: boolean;
  /** What is known of its rows beyond the radii. */
  readonly deviation?: Deviation;
}

/** Counts what the boxes of a run did not decide. */
export interface Tally {
  undecided: number;
}

/**
 * Prepares one operation on given arrays and returns a function that runs it.
 *
 * Every rule guarantees: if each operand lies within its radius of its midpoint, so does the result. Radii are enlarged
 * for the rounding of midpoints, for their own rounding and for underflow. Where a result may be undefined or overflow,
 * the midpoint is 0 and the radius infinite, so midpoints are always finite and no radius is NaN.
 */
export type IntervalRule<K extends Op> = (
  node: Node<K>,
  operands: readonly BallOperand[],
  out: Ball,
  tally: Tally,
) => () => void;

export function operandAt(operands: readonly BallOperand[], place: number): BallOperand {
  const operand = operands[place];
  if (operand === undefined) throw new Error(`internal: interval: operand ${place} is missing`);
  return operand;
}

/** Returns the walk over operands that may repeat. */
export function runs(node: Node, operands: readonly BallOperand[]): Walk {
  return walk(
    node.shape,
    operands.map(({ source }) => stridesIn(source, node.shape)),
  );
}

/** The midpoints, or the radii, of operands for a kernel of numbers. */
export function part(operands: readonly BallOperand[], which: "mid" | "rad"): readonly Operand[] {
  return operands.map((operand) => ({ values: operand[which], source: operand.source }));
}
