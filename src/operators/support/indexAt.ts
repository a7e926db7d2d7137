/** The Morse index at a point, as `morseIndex` and the protocols of the papers count it. */
import type { Evaluation } from "../../authoring/index.ts";
import { unitOf } from "../../elementary/index.ts";
import { unitScale } from "../../linalg/dense/unitScale.ts";
import {
  type IndexThreshold,
  type NegativeEigenvalues,
  negativeEigenvalues,
} from "../../linalg/spectra/negativeEigenvalues.ts";
import { finiteMatrix } from "./finiteMatrix.ts";

/** Factor around the threshold within which an eigenvalue makes the count uncertain. */
export const gap = 10;

/** Threshold of an index, as a share of the largest |eigenvalue|, unless another is given. */
const defaultShare = 1e-6;

/** Size of J below which its entries may have lost digits to underflow. */
const smallestSize = 2 ** -900;

/** The threshold that the options mean: an absolute one, of either sign, comes first. */
export function indexThreshold(absolute: number | undefined, relative: number = defaultShare): IndexThreshold {
  return absolute === undefined ? { relative } : { absolute: Math.abs(absolute) };
}

/** Says in words below what an eigenvalue counts as negative. */
export function thresholdText(threshold: IndexThreshold): string {
  return "absolute" in threshold ? `${-threshold.absolute}` : `-${threshold.relative} of the largest absolute one`;
}

/** Counts the negative eigenvalues of J; undefined where J is not finite, or has lost digits to underflow. */
export function indexAt(at: Evaluation, threshold: IndexThreshold): NegativeEigenvalues | undefined {
  const matrix = finiteMatrix(at);
  if (matrix === undefined) return undefined;
  const size = matrix.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  if (size > 0 && size < smallestSize) return undefined;
  // Beside so small an F, a matrix of zeros is more likely lost than zero.
  if (size === 0 && at.field.some((f) => f !== 0 && Math.abs(f) < 2 ** -450)) return undefined;
  const counts = negativeEigenvalues(matrix, threshold, gap);
  const n = at.field.length;
  // Where all eigenvalues are far above the threshold, their signs are the same in all units.
  if ("absolute" in threshold || n > mostInUnits || counts.smallest > gap * counts.threshold) return counts;
  const inUnits = negativeEigenvalues(withUnitCurvatures(matrix, n), threshold, gap);
  return { ...counts, near: counts.near + Math.abs(inUnits.negative - counts.negative) };
}

/** Largest dimension for which eigenvalues are counted in other units too. */
const mostInUnits = 100;

/**
 * U J U, where the unit u_i of a parameter is the power of two next to 1 / sqrt(|J_ii|), as far as J_ii is more than
 * rounding. By Sylvester's law it has as many negative eigenvalues as J. A relative threshold may hide them in J, where
 * parameters are of very different size.
 */
function withUnitCurvatures(matrix: Float64Array, n: number): Float64Array {
  const { scaled } = unitScale(matrix);
  const rounding = n * Number.EPSILON;
  const units = Float64Array.from({ length: n }, (_, i) => {
    const curvature = Math.abs(scaled[i * n + i]!);
    return curvature > rounding ? 1 / unitOf(Math.sqrt(curvature)) : 1;
  });
  return scaled.map((entry, place) => entry * units[Math.floor(place / n)]! * units[place % n]!);
}
