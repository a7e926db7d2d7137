import { checkOption } from "../../options.ts";
import { positiveInteger } from "../rules.ts";

/** Numbers of degrees of freedom of the sample-sample second moment. */
export interface DegreesOfFreedom {
  /** Number of independent entries of K = X X^T. */
  readonly raw: number;
  /** The same after whitening, when K is a multiple of a projection of that rank. */
  readonly whitened: number;
  /** Their difference: what whitening takes from whoever learns from K alone. */
  readonly lost: number;
}

/**
 * Counts the degrees of freedom of the sample-sample second moment of n samples of rank r, before and after whitening.
 *
 * K = X X^T is a positive semidefinite n x n matrix of rank min(n, r). Above the rank it has n r - r (r - 1)/2 degrees of
 * freedom, and whitened r (n - r), those of a projection: r (r + 1)/2 are lost. Up to the rank it has n (n + 1)/2, and
 * whitened none, since K is then a multiple of the identity [1].
 *
 * @example
 * console.log(degreesOfFreedom(100, 20).lost, degreesOfFreedom(20, 100).lost);
 * // 210 210
 * @param samples number n of samples
 * @param rank rank r of the samples, or the number of features where it is full
 * @throws {TypeError} ERR_OPTION_TYPE and {RangeError} ERR_OPTION_RANGE for numbers that are not positive integers
 * @see [1] Wadia et al., "Whitening and second order optimization both make information in the dataset unusable during
 *   training, and can reduce or prevent generalization", 2021, arXiv:2008.07545
 */
export function degreesOfFreedom(samples: number, rank: number): DegreesOfFreedom {
  checkOption("degreesOfFreedom", "samples", samples, positiveInteger);
  checkOption("degreesOfFreedom", "rank", rank, positiveInteger);
  const r = Math.min(samples, rank);
  const raw = samples * r - (r * (r - 1)) / 2;
  const whitened = r * (samples - r);
  return { raw, whitened, lost: raw - whitened };
}
