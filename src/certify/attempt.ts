/** What the proofs share: enclosures with counts, and the outcome of an attempt. */
import type { Enclosure, IntervalDerivatives, Region } from "../autodiff/index.ts";
import { roundedDown, roundedUp } from "../boundedNumber.ts";
import type { Problem } from "../problems/problem.ts";
import type { Bounds, ZeroProof } from "./certificate.ts";
import { ballAround } from "./rounding.ts";
import type { Subject } from "./subject.ts";

/** A proof that there is a zero near z, and what follows. */
export interface Zero {
  readonly exists: number;
  readonly unique: number;
  readonly loss: Bounds | undefined;
  readonly morseIndex: number | undefined;
  readonly kernelDimension: number;
  readonly proof: ZeroProof;
}

/** The outcome of an attempt: a zero, or why there is no proof of one, and h or Z, where it was that which was too large. */
export type Attempt = { readonly zero: Zero } | { readonly why: string; readonly excess?: number };

/** The enclosed derivatives of a problem, with counts of what they cost. */
export class Enclosures {
  readonly problem: Problem;
  readonly derivatives: IntervalDerivatives;
  jacobians = 0;
  products = 0;

  /** Whether F is the gradient of a loss in the graph, whatever the problem says of itself. */
  readonly isGradient: boolean;
  /** Encloses <w, F> and its derivatives. */
  readonly along: Subject["along"];

  constructor(problem: Problem, { derivatives, isGradient, along }: Subject) {
    this.problem = problem;
    this.derivatives = derivatives;
    this.isGradient = isGradient;
    this.along = along;
  }

  gradient(z: Float64Array): Enclosure {
    return this.derivatives.gradient(ballAround(z, 0));
  }

  value(z: Float64Array): Enclosure {
    return this.derivatives.value(ballAround(z, 0));
  }

  /** The Jacobian on a ball; a text that names the cause where a comparison is undecided or a bound is infinite. */
  jacobian(z: Float64Array, radius: number): Enclosure | string {
    this.jacobians++;
    return this.#smooth(z, radius, (box) => this.derivatives.hessian(box));
  }

  /** J v on a ball, likewise. */
  product(z: Float64Array, radius: number, v: Float64Array): Enclosure | string {
    this.products++;
    const direction = { mid: v, rad: new Float64Array(v.length) };
    return this.#smooth(z, radius, (box) => this.derivatives.hessianTimes(box, direction));
  }

  #smooth(z: Float64Array, radius: number, enclose: (ball: Region) => Enclosure): Enclosure | string {
    const found = enclose(ballAround(z, radius));
    const { undecided } = this.derivatives;
    if (undecided > 0) {
      return `a kink of the loss may lie within ${show(radius)} of the point (${undecided} comparisons are undecided)`;
    }
    if (!found.rad.every(Number.isFinite)) return `the derivatives have no finite bound within ${show(radius)}`;
    return found;
  }
}

/** Number of digits in sentences. */
const digits = 3;

/** Three digits of a number that is not claimed, for sentences. */
export function show(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(digits))) : String(x);
}

/** Three digits of a radius up to which something is claimed, rounded downwards. */
export const atLeast = (radius: number): string => String(roundedDown(radius, digits));
/** Three digits of a distance that is not exceeded, rounded upwards. */
export const atMost = (distance: number): string => String(roundedUp(distance, digits));

/** Both radii of a zero, with as many digits as it takes for the text to say that the zero lies in its ball. */
export function radii({ unique, exists }: Pick<Zero, "unique" | "exists">): {
  readonly unique: string;
  readonly exists: string;
} {
  for (let more = digits; more < 17; more++) {
    const [least, most] = [roundedDown(unique, more), roundedUp(exists, more)];
    if (most <= least) return { unique: String(least), exists: String(most) };
  }
  return { unique: String(unique), exists: String(exists) };
}
