/** Whether a search ended at a critical point, in a gradient-flat region, or at neither. */
import type { Row } from "../arrow/row.ts";

export type Verdict = "critical point" | "gradient-flat region" | "neither";

/** The thresholds of [1]. */
export interface VerdictThresholds {
  /** Critical: ||F||^2 is at most this. Default 1e-10. */
  readonly squaredNorm?: number;
  /** Flat needs r = ||J p + F|| / (||J|| ||p|| + ||F||) above this. Default 0.9. */
  readonly relativeResidual?: number;
  /** Flat needs r_H = ||J (J p + F)|| / (||J|| ||J p + F||) below this, or the curvature along F. Default 5e-4. */
  readonly relativeCokernelResidual?: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The numbers that decided it. */
  readonly because: string;
  /** Of the last Newton system that was solved; undefined: there was none. */
  readonly relativeResidual: number | undefined;
  readonly relativeCokernelResidual: number | undefined;
  /** ||J F|| / (||J|| ||F||) at the last point. */
  readonly curvature: number | undefined;
}

/**
 * Judges a search by its last rows.
 *
 * 1. Critical where ||F||^2 <= 1e-10: a bound on the square.
 * 2. Else gradient-flat where r > 0.9 and r_H < 5e-4 in the last Newton system, or ||J F|| / (||J|| ||F||) < 5e-4 at the last
 *    point: then F itself lies in the kernel of J, and no Newton direction leads on.
 * 3. Else neither: the budget ended the search, or it stagnated elsewhere.
 *
 * @param last the last row
 * @param solved the last row whose Newton system was solved: a stop condition may spare the last row's
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function judge(last: Row, solved: Row | undefined, thresholds: VerdictThresholds = {}): Judgement {
  const { squaredNorm = 1e-10, relativeResidual = 0.9, relativeCokernelResidual = 5e-4 } = thresholds;
  const r = solved?.columns.relativeResidual;
  const rH = solved?.columns.relativeCokernelResidual;
  const curvature = last.columns.gradientCurvature;
  const numbers = { relativeResidual: r, relativeCokernelResidual: rH, curvature };
  const short = (value: number | undefined): string => (value === undefined ? "unknown" : value.toPrecision(3));
  if (last.squaredNorm <= squaredNorm) {
    return {
      ...numbers,
      verdict: "critical point",
      because: `|grad|^2 = ${short(last.squaredNorm)} <= ${squaredNorm}`,
    };
  }
  const above = `|grad|^2 = ${short(last.squaredNorm)} > ${squaredNorm}`;
  if (r !== undefined && rH !== undefined && r > relativeResidual && rH < relativeCokernelResidual) {
    const because = `${above}, and r = ${short(r)} > ${relativeResidual}, r_H = ${short(rH)} < ${relativeCokernelResidual}`;
    return { ...numbers, verdict: "gradient-flat region", because };
  }
  if (curvature !== undefined && curvature < relativeCokernelResidual) {
    const because = `${above}, and |H grad| / (|H| |grad|) = ${short(curvature)} < ${relativeCokernelResidual}`;
    return { ...numbers, verdict: "gradient-flat region", because };
  }
  const rest = `r = ${short(r)}, r_H = ${short(rH)}, |H grad| / (|H| |grad|) = ${short(curvature)}`;
  return {
    ...numbers,
    verdict: "neither",
    because: `${above}, ${rest}; the search ended as ${last.status} at step ${last.step}`,
  };
}
