/**
 * Tells whether a search ended at a critical point, in a gradient-flat region or elsewhere, and whether to trust its
 * Morse index.
 */
import type { Row } from "../../authoring/index.ts";

/** What the end of a search can be: the values of the column `end`. */
export const endClasses = ["critical point", "gradient-flat region", "stagnated", "diverged", "unfinished"] as const;
/** One of {@link endClasses}. */
export type EndClass = (typeof endClasses)[number];

/** Thresholds of {@link explainEnd}; the defaults are those of [1] there. */
export interface EndThresholds {
  /** Largest ||F||^2 of a critical point. Default 1e-10. */
  readonly squaredFieldNorm?: number | undefined;
  /**
   * Value above which r = ||J p + F|| / (||J|| ||p|| + ||F||), or the share of F in J's kernel, can mean flatness.
   * Default 0.9.
   */
  readonly relativeResidual?: number | undefined;
  /**
   * Value below which r_H = ||J (J p + F)|| / (||J|| ||J p + F||), or the curvature along F, can mean flatness.
   * Default 5e-4.
   */
  readonly relativeCokernelResidual?: number | undefined;
}

/** The verdict of {@link explainEnd} with its reasons. */
export interface EndExplanation {
  /** Class of the end. */
  readonly verdict: EndClass;
  /** Text with the numbers that decided. */
  readonly because: string;
  /** Texts that say what to doubt. */
  readonly warnings: readonly string[];
  /** Whether ||F||^2 is small enough for the count of negative eigenvalues to be that of a critical point. */
  readonly indexTrusted: boolean;
  /** Residual r of the last Newton system that was solved; undefined if none was. */
  readonly relativeResidual: number | undefined;
  /** Residual r_H of that system. */
  readonly relativeCokernelResidual: number | undefined;
  /** Curvature ||J F|| / (||J|| ||F||) at the last point; undefined where it was not measured. */
  readonly curvature: number | undefined;
}

/**
 * Largest ||F||^2 at which the Morse index is trusted.
 *
 * Of 80 searches on a deep linear autoencoder none had a wrong index at 1e-10, 3 of 54 at 1e-9, 9 of 61 at 1e-8, 61 of
 * 77 at 1e-6. Zero eigenvalues drift by about ||F||, past the threshold of 1e-5.
 */
export const trustedSquaredNorm = 1e-10;

/**
 * Explains how a search ended, from its last rows.
 *
 * 1. Diverged, where ||F||^2 is not finite.
 * 2. Critical, where ||F||^2 <= 1e-10, a bound on the square.
 * 3. Gradient-flat, where r > 0.9 and r_H < 5e-4 in the last Newton system, or ||J F|| / (||J|| ||F||) < 5e-4 or
 *    ||P F|| / ||F|| > 0.9 (P projects on the kernel of J) at the last point. Then F itself lies in the kernel of J,
 *    and no Newton direction leads on.
 * 4. Stagnated, where no step was found; unfinished, where the budget or the user ended the search.
 *
 * The first class that applies is the verdict. A warning says that the index of a critical point is not to be trusted
 * because ||F||^2 is above 1e-10.
 *
 * Use {@link classifyEnd} when the verdict is to stand in the row.
 *
 * @example
 * for (const squaredFieldNorm of [1e-4, 1e-20]) {
 *   const search = chain(untilCritical({ squaredFieldNorm }), newtonMR());
 *   const end = await lastValueFrom(iterate(quartic(), [-3.5, 1], search));
 *   const { verdict, indexTrusted } = explainEnd(end, undefined, { squaredFieldNorm: 1e-4 });
 *   console.log(verdict, indexTrusted);
 * }
 * // critical point false
 * // critical point true
 * @param last the last row, with the columns of `newtonDirection`, `detectFlatness` or `gradientCurvature` where they
 *   were measured
 * @param solved the last row whose Newton system was solved, since a stop condition may spare the last row's; undefined
 *   if none was
 * @param thresholds {@link EndThresholds}
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function explainEnd(
  last: Pick<Row, "squaredFieldNorm" | "status" | "step" | "columns">,
  solved: Pick<Row, "columns"> | undefined,
  thresholds: EndThresholds = {},
): EndExplanation {
  const { squaredFieldNorm = 1e-10, relativeResidual = 0.9, relativeCokernelResidual = 5e-4 } = thresholds;
  const r = solved?.columns.relativeResidual;
  const rH = solved?.columns.relativeCokernelResidual;
  const curvature = last.columns.gradientCurvature ?? last.columns.relativeCurvature;
  const share = last.columns.kernelShare;
  const indexTrusted = last.squaredFieldNorm <= trustedSquaredNorm;
  const judged = (verdict: EndClass, because: string, warnings: readonly string[] = []): EndExplanation => ({
    verdict,
    because,
    warnings,
    indexTrusted,
    relativeResidual: r,
    relativeCokernelResidual: rH,
    curvature,
  });

  if (last.status === "diverged" || !Number.isFinite(last.squaredFieldNorm)) {
    return judged("diverged", `|grad|^2 = ${last.squaredFieldNorm} at step ${last.step}`);
  }
  if (last.squaredFieldNorm <= squaredFieldNorm) {
    return judged(
      "critical point",
      `|grad|^2 = ${short(last.squaredFieldNorm)} <= ${squaredFieldNorm}`,
      indexTrusted
        ? []
        : [
            `|grad|^2 = ${short(last.squaredFieldNorm)} is above ${trustedSquaredNorm}, too large to trust the Morse index: ` +
              "zero eigenvalues drift by about |grad|; go on to 1e-10 or below",
          ],
    );
  }
  const above = `|grad|^2 = ${short(last.squaredFieldNorm)} > ${squaredFieldNorm}`;
  if (r !== undefined && rH !== undefined && r > relativeResidual && rH < relativeCokernelResidual) {
    const because = `${above}, and r = ${short(r)} > ${relativeResidual}, r_H = ${short(rH)} < ${relativeCokernelResidual}`;
    return judged("gradient-flat region", because);
  }
  if (curvature !== undefined && curvature < relativeCokernelResidual) {
    const because = `${above}, and |H grad| / (|H| |grad|) = ${short(curvature)} < ${relativeCokernelResidual}`;
    return judged("gradient-flat region", because);
  }
  if (share !== undefined && share > relativeResidual) {
    return judged("gradient-flat region", `${above}, and |P grad| / |grad| = ${short(share)} > ${relativeResidual}`);
  }
  const rest = `r = ${short(r)}, r_H = ${short(rH)}, |H grad| / (|H| |grad|) = ${short(curvature)}`;
  return judged(
    last.status === "stagnated" ? "stagnated" : "unfinished",
    `${above}, ${rest}; the search ended as ${last.status} at step ${last.step}`,
  );
}

function short(value: number | undefined): string {
  return value === undefined ? "unknown" : value.toPrecision(3);
}
