/**
 * Tells whether a search ended at a critical point, in a gradient-flat region or elsewhere, and whether to trust its
 * Morse index.
 */

import { thing } from "../../arguments.ts";
import type { Row } from "../../authoring/index.ts";
import { checkOption } from "../../authoring/index.ts";
import { endThresholds } from "../../endThresholds.ts";
import { criticality, flatBeside, minorShare, short, trustedSquaredNorm } from "../support/ends/criticality.ts";
import { endMeanings } from "../support/ends/endMeanings.ts";
import { indexTrust } from "../support/ends/indexTrust.ts";
import { proofOf } from "../support/ends/proof.ts";

export { trustedSquaredNorm };

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
  /** Text with the numbers that decided, each beside its threshold; or what is proved. */
  readonly because: string;
  /**
   * Whether `certificate` proves it: that a zero is near, or, for another verdict, that none is. False if the row has no
   * certificate, or an undecided one.
   */
  readonly proved: boolean;
  /** Two sentences that say what such an end means. */
  readonly meaning: string;
  /** Texts that say what to doubt. */
  readonly warnings: readonly string[];
  /**
   * Whether the Morse index is that of a critical point: the point is critical, no eigenvalue lies within a factor of 10
   * of the threshold below which eigenvalues count as negative, and Newton's steps lead to a zero near by. False if one
   * of the first two was not measured. Where a certificate proves the zero, whether its index is that of `morseIndex`.
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
 * Explains how a search ended, from its last rows.
 *
 * 1. Diverged, where F or the potential is not a finite number.
 * 2. Critical, where the relative size of F is at most 1e-6. This is the largest |F_i| / R_i with R_i^2 = sum_j
 *    (J_ij l_j)^2, where the length l_j is the largest |z_j| on the way: the gradient is 1e-6 of what it becomes when
 *    every parameter changes by its own size. `classifyEnd` measures it and keeps it in the column `relativeField`,
 *    with the lengths in the vector `lengths`, so that a stored row gives the same verdict as a live one. Neither the
 *    unit of the loss nor that of the parameters matters, and lengths are not zero at a critical point at the origin.
 *    Nor may Newton's step be longer than 0.01 of these lengths (`relativeDistance`): on the floor of a narrow valley, or
 *    where a loss fades, F is small although no zero is near. Nor may one of the next two Newton steps be longer than 0.95
 *    of the one before it (`stepContraction`): a step that ends on the wall of a curved valley leads to no zero.
 *    With the threshold `squaredFieldNorm`, critical means ||F||^2 <= squaredFieldNorm instead, as in [1].
 *    Where `certificate` has proved a zero within 0.01 of the length of the point, it is critical without any of these
 *    thresholds, and where it has proved that none is near, it is not.
 * 3. Gradient-flat, where r > 0.9 and r_H < 5e-4 in the last Newton system, or ||J F|| / (||J|| ||F||) < 5e-4 or
 *    ||P F|| / ||F|| > 0.9 (P projects on the kernel of J) at the last point. Then F itself lies in the kernel of J,
 *    and no Newton direction leads on. Also where no step was found, and a step along F that removes it would be more
 *    than 10 times as long as the parameters are: ||F||^2 / (||J F|| ||l||) > 10, or ||F|| has a minimum that is not zero
 *    within 0.01 of their lengths (`flatDistance`). But not where Newton's method
 *    removes more than a tenth of F (`removableShare`): then F only looks flat, since the parameters differ in size.
 * 4. Stagnated, where no step was found; unfinished, where the budget or the user ended the search.
 *
 * The first class that applies is the verdict. It is "not judged" where the numbers leave the range of float64, or
 * where a run has converged and its last row does not hold the relative size of F.
 *
 * The index is trusted at a critical point whose spectrum has a gap: `morseIndex` has found no eigenvalue within a
 * factor of 10 of its threshold, Newton's step is at most 0.01 of the parameters (`pointDistance`) and the next ones at
 * most a tenth of that (`stepContraction`), J changes by at most a tenth (`curvatureChange`) within the distance at which
 * the critical point may still lie, and rounding hides no curvature (`unresolvedCurvatures`). Where J vanishes at the
 * critical point too, it has no index.
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
  checkOption("explainEnd", "last", last, rowRule);
  checkOption("explainEnd", "solved", solved ?? { columns: {} }, rowRule);
  checkOption("explainEnd", "thresholds", thresholds, thing("an object of thresholds", {}));
  const {
    squaredFieldNorm,
    relativeResidual = endThresholds.relativeResidual,
    relativeCokernelResidual = endThresholds.relativeCokernelResidual,
    relativeStep = 10,
  } = thresholds;
  const r = solved?.columns.relativeResidual;
  const rH = solved?.columns.relativeCokernelResidual;
  const curvature = last.columns.gradientCurvature ?? last.columns.relativeCurvature;
  const removable = last.columns.removableShare;
  const proof = proofOf(last);
  const measured = criticality(last, squaredFieldNorm, thresholds.relativeField);
  const { trusted } = measured;
  const critical = proof?.critical ?? measured.critical;
  const text = proof === undefined ? measured.text : `${measured.text} (${proof.text})`;
  const { certain, warnings } = indexTrust(last);
  const { morseIndex } = last.columns;
  const judged = (verdict: EndClass, because: string): EndExplanation => ({
    verdict,
    because,
    proved: proof !== undefined && proof.critical === (verdict === "critical point"),
    meaning: endMeanings[verdict],
    warnings: verdict === "critical point" ? indexWarnings(morseIndex, proof?.index, () => warnings(trusted)) : [],
    indexTrusted:
      verdict === "critical point" &&
      (proof?.index === undefined ? trusted && certain : (morseIndex ?? proof.index) === proof.index),
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
  const beside = last.status === "stagnated" ? last.columns.flatDistance : undefined;
  if (beside !== undefined && beside <= flatBeside) {
    const minimum = `no step was found, and ${short(beside)} of the parameters' lengths away (flat: <= ${flatBeside})`;
    return judged("gradient-flat region", `${text}, ${minimum} |grad| has a minimum that is not zero`);
  }
  const flat = flatness(last, { r, rH, curvature }, { relativeResidual, relativeCokernelResidual, relativeStep });
  if (flat !== undefined && !(removable !== undefined && removable > minorShare)) {
    const asked = removable === undefined ? "; it was not measured whether Newton's method removes it" : "";
    return judged("gradient-flat region", `${text}, and ${flat}${asked}`);
  }
  if (critical === undefined && last.status === "converged") return judged("not judged", text);
  const rest = [
    ...(flat === undefined
      ? []
      : [`${flat}, but Newton's method removes ${short(removable)} of it (flat: <= ${minorShare})`]),
    `r = ${short(r)} (flat: > ${relativeResidual})`,
    `r_H = ${short(rH)} (flat: < ${relativeCokernelResidual})`,
    `|H grad| / (|H| |grad|) = ${short(curvature)} (flat: < ${relativeCokernelResidual})`,
    ...(last.status === "stagnated"
      ? [`|grad|^2 / (|H grad| |z|) = ${short(last.columns.relativeStep)} (flat: > ${relativeStep})`]
      : []),
  ].join(", ");
  const ended = `the search ended as ${last.status} at step ${last.step}${last.because === undefined ? "" : `: ${last.because}`}`;
  return judged(last.status === "stagnated" ? "stagnated" : "unfinished", `${text}, ${rest}; ${ended}`);
}

/** What to doubt of the index: only whether it is the proved one, where there is one. */
function indexWarnings(
  counted: number | undefined,
  proved: number | undefined,
  others: () => readonly string[],
): readonly string[] {
  if (proved === undefined) return others();
  if (counted === undefined || counted === proved) return [];
  return [`the Morse index ${counted} is wrong: that of the critical point is ${proved}, by proof`];
}

/** The numbers that call F flat in the parameters as they are; undefined where it is not. */
function flatness(
  last: Pick<Row, "status" | "columns">,
  { r, rH, curvature }: Solve,
  { relativeResidual, relativeCokernelResidual, relativeStep }: FlatThresholds,
): string | undefined {
  const { kernelShare: share, relativeStep: reach } = last.columns;
  if (r !== undefined && rH !== undefined && r > relativeResidual && rH < relativeCokernelResidual) {
    return `r = ${short(r)} > ${relativeResidual}, r_H = ${short(rH)} < ${relativeCokernelResidual}`;
  }
  if (curvature !== undefined && curvature < relativeCokernelResidual) {
    return `|H grad| / (|H| |grad|) = ${short(curvature)} < ${relativeCokernelResidual}`;
  }
  if (share !== undefined && share > relativeResidual) {
    return `|P grad| / |grad| = ${short(share)} > ${relativeResidual}`;
  }
  if (last.status === "stagnated" && reach !== undefined && reach > relativeStep) {
    return `no step was found, and |grad|^2 / (|H grad| |z|) = ${short(reach)} > ${relativeStep}`;
  }
  return undefined;
}

type FlatThresholds = Record<"relativeResidual" | "relativeCokernelResidual" | "relativeStep", number>;

/** What the last solve says of flatness. */
interface Solve {
  readonly r: number | undefined;
  readonly rH: number | undefined;
  readonly curvature: number | undefined;
}

const rowRule = thing("a row, with columns", { columns: "object" });
