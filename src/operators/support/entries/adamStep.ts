/** What the methods share that keep a mean of the field and one of its squares, as Adam does. */
import { type Proposal, rowVector } from "../../../authoring/index.ts";
import { adamPass } from "../../../linalg/adamPass.ts";
import { incoming } from "./entrywise.ts";

/** Both means and the powers of their decays. */
interface AdamState {
  readonly mean: Float64Array;
  /** Root of the mean of squares. */
  readonly root: Float64Array;
  power: number;
  squarePower: number;
}

interface AdamNumbers {
  readonly decay: number;
  readonly squareDecay: number;
  readonly damping: number;
}

/** The state before the first step. */
export function adamState(first: Proposal): AdamState {
  return { mean: rowVector(first).fill(0), root: rowVector(first).fill(0), power: 1, squarePower: 1 };
}

/**
 * Takes the field into both means and chooses Adam's direction, minus `pull` times the point.
 *
 * @returns the direction, and of what it was made: F without its sign, its factor in the mean of the directions, and the
 *   shares by which both means are corrected
 */
export function adamStep(it: Proposal, state: AdamState, { decay, squareDecay, damping }: AdamNumbers, pull: number) {
  const { from, sign } = incoming(it);
  const direction = rowVector(it);
  state.power *= decay;
  state.squarePower *= squareDecay;
  const share = 1 - state.power;
  const rootShare = Math.sqrt(1 - state.squarePower);
  // The mean is that of the directions -F.
  const fresh = -sign * (1 - decay);
  // A division takes as long as all else together: mean / share / (root / rootShare + damping) has one of them here.
  const factors = { decay, fresh, squareDecay, scale: rootShare / share, shift: rootShare * damping, pull };
  adamPass(state.mean, state.root, from, it.point, direction, factors);
  return { direction, from, fresh, share, rootShare };
}
