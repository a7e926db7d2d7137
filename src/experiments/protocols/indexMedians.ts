/** Morse indices by each set of thresholds: how much of a published index is the choice of what counts as negative. */
import { symmetricFactor } from "../../linalg/dense/symmetricFactor.ts";
import { spectralNorm } from "../../linalg/spectra/norms.ts";
import { finiteMatrix } from "../../operators/support/finiteMatrix.ts";
import { indexThreshold, thresholdText } from "../../operators/support/indexAt.ts";
import type { Problem } from "../../problems/problem.ts";
import { evaluate } from "../../streams/loop/evaluation.ts";
import { median } from "./statistics.ts";
import { thresholdSets, thresholdsOf } from "./thresholds.ts";

/** Median, over some points, of the number of eigenvalues of J below one threshold. */
interface IndexMedian {
  /** The threshold in words, such as "-0.001". */
  readonly below: string;
  /** Median of the numbers; NaN without points. */
  readonly median: number;
}

/**
 * Counts the eigenvalues of J below the threshold of each set at each point, and takes the medians over the points. A
 * point at which J is not finite is left out.
 *
 * Cost: n + 20 products and n^3 operations per point.
 */
export function indexMedians(problem: Problem, points: readonly Float64Array[]): readonly IndexMedian[] {
  const thresholds = thresholdSets.map((name) => indexThreshold(thresholdsOf(name).indexThreshold));
  const counts = points.flatMap((point) => {
    const at = evaluate(problem, point);
    const matrix = finiteMatrix(at);
    if (matrix === undefined) return [];
    const size = spectralNorm(at.linearize());
    const bounds = thresholds.map((own) => ("absolute" in own ? own.absolute : own.relative * size));
    return [bounds.map((bound) => symmetricFactor(matrix, -bound).inertia.negative)];
  });
  return thresholds.map((own, i) => ({ below: thresholdText(own), median: median(counts.map((each) => each[i]!)) }));
}
