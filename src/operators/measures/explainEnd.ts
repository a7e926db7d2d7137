/**
 * Tells whether a search ended at a critical point, in a gradient-flat region or elsewhere, and whether to trust its
 * Morse index.
 */
import type { Row } from "../../authoring/index.ts";
import { endMeanings } from "../support/endMeanings.ts";

/** What the end of a search can be: the values of the column `end`. */
export const endClasses = [
  "critical point",
  "gradient-flat region",
  "stagnated",
  "diverged",
  "unfinished",
  "not judged",
] as const;
/** One of {@link endClasses}. */
export type EndClass = (typeof endClasses)[number];

/** Thresholds of {@link explainEnd}. */
export interface EndThresholds {
  /** Largest relative size of F at a critical point, column `relativeField`. Default 1e-6. */
  readonly relativeField?: number | undefined;
  /**
   * Largest ||F||^2 of a critical point, in the units of the problem, as in [1], where it is 1e-10. It replaces
   * `relativeField`. Default: none.
   */
  readonly squaredFieldNorm?: number | undefined;
  /**
   * Value above which r = ||J p + F|| / (||J|| ||p|| + ||F||), or the share of F in J's kernel, can mean flatness.
   * Default 0.9 [1].
   */
  readonly relativeResidual?: number | undefined;
  /**
   * Value below which r_H = ||J (J p + F)|| / (||J|| ||J p + F||), or the curvature along F, can mean flatness.
   * Default 5e-4 [1].
   */
  readonly relativeCokernelResidual?: number | undefined;
  /** Value of ||F||^2 / (||J F|| ||l||) above which an end without a step is gradient-flat. Default 10. */
  readonly relativeStep?: number | undefined;
}

/** The verdict of {@link explainEnd} with its reasons. */
export interface EndExplanation {
  /** Class of the end. */
  readonly verdict: EndClass;
  /** Text with the numbers that decided, each beside its threshold. */
  readonly because: string;
  /** Two sentences that say what such an end means. */
  readonly meaning: string;
  /** Texts that say what to doubt. */
  readonly warnings: readonly string[];
  /**
   * Whether the Morse index is that of a critical point: the point is critical, and no eigenvalue lies within a factor
   * of 10 of the threshold below which eigenvalues count as negative. False if one of the two was not measured.
   */
  readonly indexTrusted: boolean;
  /** Relative size of F at the last point, against which `relativeField` is held; undefined if it was not measured. */
  readonly relativeField: number | undefined;
  /** Residual r of the last Newton system that was solved; undefined if none was. */
  readonly relativeResidual: number | undefined;
  /** Residual r_H of that system. */
  readonly relativeCokernelResidual: number | undefined;
  /** Curvature ||J F|| / (||J|| ||F||) at the last point; undefined where it was not measured. */
  readonly curvature: number | undefined;
}

/**
 * Largest ||F||^2 at which the Morse index is trusted where only ||F||^2 is known and judged by an absolute threshold.
 *
 * Of 80 searches on a deep linear autoencoder none had a wrong index at 1e-10, 3 of 54 at 1e-9, 9 of 61 at 1e-8, 61 of
 * 77 at 1e-6. The number holds in the units of that network.
 */
export const trustedSquaredNorm = 1e-10;

/** Largest relative size of F at a critical point. */
const criticalRelativeField = 1e-6;

/**
 * Longest Newton step at a critical point, in lengths of the parameters, and longest one where its index is trusted,
 * relative to the parameters themselves.
 */
const criticalDistance = 0.01;

/**
 * Explains how a search ended, from its last rows.
 *
 * 1. Diverged, where F or the potential is not a finite number.
 * 2. Critical, where the relative size of F is at most 1e-6. This is the largest |F_i| / R_i with R_i^2 = sum_j
 *    (J_ij l_j)^2, where the length l_j is the largest |z_j| on the way: the gradient is 1e-6 of what it becomes when
 *    every parameter changes by its own size. `classifyEnd` measures it and keeps it in the column `relativeField`,
 *    with the lengths in the vector `lengths`, so that a stored row gives the same verdict as a live one. Neither the
 *    unit of the loss nor that of the parameters matters, and lengths are not zero at a critical point at the origin.
 *    Nor may Newton's step be longer than 0.01 of these lengths (`relativeDistance`): on the floor of a narrow valley, or
 *    where a loss fades, F is small although no zero is near.
 *    With the threshold `squaredFieldNorm`, critical means ||F||^2 <= squaredFieldNorm instead, as in [1].
 * 3. Gradient-flat, where r > 0.9 and r_H < 5e-4 in the last Newton system, or ||J F|| / (||J|| ||F||) < 5e-4 or
 *    ||P F|| / ||F|| > 0.9 (P projects on the kernel of J) at the last point. Then F itself lies in the kernel of J,
 *    and no Newton direction leads on. Also where no step was found, and a step along F that removes it would be more
 *    than 10 times as long as the parameters are: ||F||^2 / (||J F|| ||l||) > 10.
 * 4. Stagnated, where no step was found; unfinished, where the budget or the user ended the search.
 *
 * The first class that applies is the verdict. It is "not judged" where the numbers leave the range of float64, or
 * where a run has converged and its last row does not hold the relative size of F.
 *
 * The index is trusted at a critical point whose spectrum has a gap: `morseIndex` has found no eigenvalue within a
 * factor of 10 of its threshold, Newton's step is at most 0.01 of the parameters (`pointDistance`), and J changes by at most a tenth (`curvatureChange`) within the distance at which the
 * critical point may still lie. Where J vanishes there too, it has no index.
 *
 * Use {@link classifyEnd} when the verdict is to stand in the row.
 *
 * @example
 * for (const squaredFieldNorm of [1e-2, 1e-20]) {
 *   const search = chain(untilCritical({ squaredFieldNorm }), newtonMR(), morseIndex({ when: "end" }), classifyEnd());
 *   const end = await lastValueFrom(iterate(quartic(), [-3.5, 1], search));
 *   const { verdict, indexTrusted } = explainEnd(end, undefined);
 *   console.log(verdict, indexTrusted);
 * }
 * // unfinished false
 * // critical point true
 * @param last the last row, with the columns of `classifyEnd`, `morseIndex` and `detectFlatness` where they were
 *   measured
 * @param solved the last row whose Newton system was solved, since a stop condition may spare the last row's; undefined
 *   if none was
 * @param thresholds {@link EndThresholds}
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function explainEnd(
  last: Pick<Row, "squaredFieldNorm" | "status" | "step" | "columns" | "because">,
  solved: Pick<Row, "columns"> | undefined,
  thresholds: EndThresholds = {},
): EndExplanation {
  const { squaredFieldNorm, relativeResidual = 0.9, relativeCokernelResidual = 5e-4 } = thresholds;
  const { relativeStep: longest = 10 } = thresholds;
  const reach = last.columns.relativeStep;
  const r = solved?.columns.relativeResidual;
  const rH = solved?.columns.relativeCokernelResidual;
  const curvature = last.columns.gradientCurvature ?? last.columns.relativeCurvature;
  const share = last.columns.kernelShare;
  const { critical, text, trusted } = criticality(last, squaredFieldNorm, thresholds.relativeField);
  const { near, degenerate, warnings } = gapOf(last);
  const judged = (verdict: EndClass, because: string): EndExplanation => ({
    verdict,
    because,
    meaning: endMeanings[verdict],
    warnings: verdict === "critical point" ? warnings(trusted) : [],
    indexTrusted: verdict === "critical point" && trusted && near === 0 && !degenerate,
    relativeField: last.columns.relativeField,
    relativeResidual: r,
    relativeCokernelResidual: rH,
    curvature,
  });

  if (last.status === "diverged" || Number.isNaN(last.squaredFieldNorm)) {
    return judged("diverged", last.because ?? `|grad|^2 = ${last.squaredFieldNorm} at step ${last.step}`);
  }
  if (critical === true) return judged("critical point", text);
  if (critical === "out of range") return judged("not judged", text);
  if (r !== undefined && rH !== undefined && r > relativeResidual && rH < relativeCokernelResidual) {
    const because = `${text}, and r = ${short(r)} > ${relativeResidual}, r_H = ${short(rH)} < ${relativeCokernelResidual}`;
    return judged("gradient-flat region", because);
  }
  if (curvature !== undefined && curvature < relativeCokernelResidual) {
    const because = `${text}, and |H grad| / (|H| |grad|) = ${short(curvature)} < ${relativeCokernelResidual}`;
    return judged("gradient-flat region", because);
  }
  if (share !== undefined && share > relativeResidual) {
    return judged("gradient-flat region", `${text}, and |P grad| / |grad| = ${short(share)} > ${relativeResidual}`);
  }
  if (last.status === "stagnated" && reach !== undefined && reach > longest) {
    const because = `${text}, no step was found, and |grad|^2 / (|H grad| |z|) = ${short(reach)} > ${longest}`;
    return judged("gradient-flat region", because);
  }
  if (critical === undefined && last.status === "converged") return judged("not judged", text);
  const rest = [
    `r = ${short(r)} (flat: > ${relativeResidual})`,
    `r_H = ${short(rH)} (flat: < ${relativeCokernelResidual})`,
    `|H grad| / (|H| |grad|) = ${short(curvature)} (flat: < ${relativeCokernelResidual})`,
    ...(last.status === "stagnated" ? [`|grad|^2 / (|H grad| |z|) = ${short(reach)} (flat: > ${longest})`] : []),
  ].join(", ");
  const ended = `the search ended as ${last.status} at step ${last.step}${last.because === undefined ? "" : `: ${last.because}`}`;
  return judged(last.status === "stagnated" ? "stagnated" : "unfinished", `${text}, ${rest}; ${ended}`);
}

/** Whether the last point is critical; undefined if that was not measured. */
function criticality(
  { squaredFieldNorm: square, columns }: Pick<Row, "squaredFieldNorm" | "columns">,
  absolute: number | undefined,
  relativeThreshold = criticalRelativeField,
): { readonly critical: boolean | "out of range" | undefined; readonly text: string; readonly trusted: boolean } {
  const relative = columns.relativeField;
  const trusted = relative === undefined ? square <= trustedSquaredNorm : relative <= criticalRelativeField;
  if (absolute !== undefined) {
    const critical = square <= absolute;
    if (square === Number.POSITIVE_INFINITY) return { critical: "out of range", trusted, text: outOfRange(square) };
    return { critical, trusted, text: `|grad|^2 = ${short(square)} ${critical ? "<=" : ">"} ${absolute}` };
  }
  if (relative === undefined) {
    // Where F = 0 there is nothing to compare.
    return {
      critical: square === 0 ? true : square === Number.POSITIVE_INFINITY ? "out of range" : undefined,
      trusted: false,
      text:
        square === 0
          ? "|grad|^2 = 0"
          : square === Number.POSITIVE_INFINITY
            ? outOfRange(square)
            : `|grad|^2 = ${short(square)}, whose relative size was not measured (classifyEnd() in the run measures it)`,
    };
  }
  const away = columns.relativeDistance;
  if (relative <= relativeThreshold && away !== undefined && away > criticalDistance) {
    const text = `relative gradient ${short(relative)} <= ${relativeThreshold}, but Newton's step is long: ${short(away)} > ${criticalDistance}`;
    return { critical: false, trusted: false, text };
  }
  if (relative <= relativeThreshold) {
    return { critical: true, trusted, text: `relative gradient ${short(relative)} <= ${relativeThreshold}` };
  }
  const lost = Number.isNaN(relative) || square === Number.POSITIVE_INFINITY || square < smallestSquare;
  return {
    critical: lost ? "out of range" : false,
    trusted,
    text: lost ? outOfRange(square) : `relative gradient ${short(relative)} > ${relativeThreshold}`,
  };
}

function outOfRange(square: number): string {
  return (
    `|grad|^2 = ${square} or the Hessian is beyond the range of float64, so the search could not compare points; ` +
    "multiply the loss or the parameters by a power of ten"
  );
}

/** Smallest ||F||^2 that has not lost digits to underflow. */
const smallestSquare = 1e-290;

/** Relative change of J within the remaining distance beyond which the critical point counts as degenerate. */
const largestChange = 0.1;

/** How many eigenvalues lie so near to the threshold of the Morse index that its count is not certain. */
function gapOf({ columns }: Pick<Row, "columns">): {
  readonly near: number | undefined;
  readonly degenerate: boolean;
  readonly warnings: (trusted: boolean) => readonly string[];
} {
  const { morseIndex, nearThreshold: near, indexThreshold, curvatureChange: change = 0, pointDistance = 0 } = columns;
  const changed = !(change <= largestChange);
  const far = !(pointDistance <= criticalDistance);
  return {
    near,
    degenerate: changed || far,
    warnings(trusted) {
      if (morseIndex === undefined) return [];
      const texts: string[] = [];
      if (!trusted) {
        texts.push(
          `|grad| is too large to trust the Morse index ${morseIndex}: zero eigenvalues drift with |grad|; ` +
            `go on to a relative gradient of ${criticalRelativeField} or below`,
        );
      }
      if (far) {
        texts.push(
          `the Morse index ${morseIndex} is not certain: Newton's step is long, ${short(pointDistance)} > ` +
            `${criticalDistance} of the parameters; go on`,
        );
      }
      if (changed) {
        texts.push(
          `the Morse index ${morseIndex} is not certain: the Hessian changes by a share of ${short(change)} within the ` +
            "distance at which the critical point may still lie; it may vanish there",
        );
      }
      if (near === undefined) texts.push(`the Morse index ${morseIndex} is not certain: no gap was measured around it`);
      else if (near > 0) {
        texts.push(
          `the Morse index ${morseIndex} is not certain: ${near} ${near === 1 ? "eigenvalue lies" : "eigenvalues lie"} ` +
            `within a factor of 10 of the threshold ${short(indexThreshold)}, or would count otherwise in other units of ` +
            "the parameters",
        );
      }
      return texts;
    },
  };
}

function short(value: number | undefined): string {
  return value === undefined ? "unknown" : value.toPrecision(3);
}
