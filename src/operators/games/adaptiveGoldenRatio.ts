import { update } from "../../streams/author.ts";
import type { Update } from "../../streams/types.ts";
import { checkOption, checkOptions } from "../support/checkOption.ts";
import { checkStepSize, distance, localStepSize, moveTo, naturalResidualNorm, restarted } from "../support/moves.ts";
import { averaged, goldenSection } from "./goldenRatio.ts";

export interface AdaptiveGoldenRatioOptions {
  /** The first step size > 0. Default: half the inverse of a Lipschitz quotient near the start, at one evaluation. */
  readonly stepSize?: number;
  /** phi in (1, (1 + sqrt 5) / 2]. Default 1.5 [1]. */
  readonly ratio?: number;
  /** Bound on all step sizes. Default 1e6. */
  readonly maxStepSize?: number;
  /** Leave out the averaging while the natural residual keeps falling: faster where F is strongly monotone. Default false. */
  readonly hybrid?: boolean;
}

/** A plain step is allowed where the natural residual is at most this times the least at a plain step before. */
const fall = 0.99;

/**
 * The adaptive golden ratio algorithm (aGRAAL) [1]: no Lipschitz constant is given, none is searched for.
 *
 * With rho = 1 / phi + 1 / phi^2, theta = 1 at the start, changes dz and dF since the row before:
 * eta <- min(rho eta_, phi theta ||dz||^2 / (4 eta_ ||dF||^2), maxStepSize), m <- ((phi - 1) z + m) / phi,
 * z <- Pi_C(m - eta F(z)), theta <- phi eta / eta_.
 *
 * For monotone, locally Lipschitz F the iterates converge, with an averaged gap O(1 / k). Hybrid, after [2] but with a rule
 * of our own: m = z, a plain projected step, on rows whose natural residual ||z - Pi_C(z - F(z))|| is at most 0.99 times
 * that of the last such row. If they never end, the residual goes to 0 at them; if they end, the rest is aGRAAL.
 *
 * Column `averagingStep` (hybrid): 1 where the row averaged. The step size column says eta.
 * Cost: no evaluation beside the loop's but one at the first row without `stepSize`; hybrid one projection more.
 * State: m, z_, F(z_), 3 n numbers.
 *
 * @example iterate(bilinear(), [1, 1], method(untilStep(200), adaptiveGoldenRatio()))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Malitsky, "Golden ratio algorithms for variational inequalities", 2020, arXiv:1803.08832
 * @see [2] Rahimi Baghbadorani, Mohajerin Esfahani and Grammatico, "A hybrid algorithm for monotone variational
 *   inequalities", 2024
 */
export function adaptiveGoldenRatio(options: AdaptiveGoldenRatioOptions = {}): Update {
  checkOptions("adaptiveGoldenRatio", options);
  const who = "adaptiveGoldenRatio";
  const { stepSize, ratio = 1.5, maxStepSize = 1e6, hybrid = false } = options;
  if (stepSize !== undefined) checkStepSize(who, stepSize);
  checkOption(who, ratio > 1 && ratio <= goldenSection, "ratio", "in (1, 1.618...]", ratio);
  checkOption(who, maxStepSize > 0 && maxStepSize < Number.POSITIVE_INFINITY, "maxStepSize", "positive", maxStepSize);
  const rho = 1 / ratio + 1 / ratio ** 2;
  return update({
    name: who,
    columns: { averagingStep: { meaning: "1: the step starts from the running mean, 0: from the point (hybrid)" } },
    init: (): State | undefined => undefined,
    step(it, kept) {
      const { point, at } = it;
      let eta = kept?.eta ?? Math.min(maxStepSize, stepSize ?? localStepSize(it));
      let theta = 1;
      if (kept !== undefined && !restarted(it)) {
        const way = distance(point, kept.point);
        const change = distance(at.field, kept.field);
        const bound = change > 0 ? (ratio * kept.theta * (way / change) ** 2) / (4 * eta) : Number.POSITIVE_INFINITY;
        // A point that did not move says nothing of F.
        const next = way > 0 ? Math.min(rho * eta, bound, maxStepSize) : eta;
        theta = (ratio * next) / eta;
        eta = next;
      }
      let least = kept?.least ?? Number.POSITIVE_INFINITY;
      let plain = false;
      if (hybrid) {
        const residual = naturalResidualNorm(at);
        plain = residual <= fall * least;
        if (plain) least = residual;
      }
      const start = kept === undefined || restarted(it) ? point : kept.mean;
      const mean = plain ? point.slice() : averaged(point, start, ratio);
      const target = new Float64Array(point.length);
      for (let i = 0; i < target.length; i++) target[i] = mean[i]! - eta * at.field[i]!;
      return {
        ...moveTo(it, target, eta),
        state: { mean, point: point.slice(), field: at.field.slice(), eta, theta, least },
        columns: { averagingStep: hybrid ? (plain ? 0 : 1) : undefined },
      };
    },
  });
}

interface State {
  readonly mean: Float64Array;
  readonly point: Float64Array;
  readonly field: Float64Array;
  readonly eta: number;
  readonly theta: number;
  /** Natural residual at the last plain step. */
  readonly least: number;
}
