import { defineUpdate, distance, readOptions, type Update } from "../../authoring/index.ts";
import { localStepSize } from "../support/localStepSize.ts";
import { moveTo } from "../support/moveTo.ts";
import { naturalResidualNorm } from "../support/naturalResidualNorm.ts";
import { optionalStepSize } from "../support/rules.ts";
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

const rules = {
  stepSize: optionalStepSize,
  ratio: { default: 1.5, above: 1, max: goldenSection },
  maxStepSize: { default: 1e6, above: 0 },
  hybrid: { default: false, oneOf: [true, false] },
} as const;

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
 * @example iterate(bilinear(), [1, 1], chain(untilStep(200), adaptiveGoldenRatio()))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Malitsky, "Golden ratio algorithms for variational inequalities", 2020, arXiv:1803.08832
 * @see [2] Rahimi Baghbadorani, Mohajerin Esfahani and Grammatico, "A hybrid algorithm for monotone variational
 *   inequalities", 2024
 */
export function adaptiveGoldenRatio(options: AdaptiveGoldenRatioOptions = {}): Update {
  const { stepSize, ratio, maxStepSize, hybrid } = readOptions("adaptiveGoldenRatio", options, rules);
  const rho = 1 / ratio + 1 / ratio ** 2;
  return defineUpdate({
    name: "adaptiveGoldenRatio",
    columns: { averagingStep: { meaning: "1: the step starts from the running mean, 0: from the point (hybrid)" } },
    init: (_first, previous?: State): State => ({
      eta: previous?.eta,
      least: previous?.least ?? Number.POSITIVE_INFINITY,
      last: undefined,
    }),
    step(it, state) {
      const { point, at } = it;
      const { last } = state;
      let eta = state.eta ?? Math.min(maxStepSize, stepSize ?? localStepSize(it));
      let theta = 1;
      if (last !== undefined) {
        const way = distance(point, last.point);
        const change = distance(at.field, last.field);
        const bound = change > 0 ? (ratio * last.theta * (way / change) ** 2) / (4 * eta) : Number.POSITIVE_INFINITY;
        // A point that did not move says nothing of F.
        const next = way > 0 ? Math.min(rho * eta, bound, maxStepSize) : eta;
        theta = (ratio * next) / eta;
        eta = next;
      }
      let { least } = state;
      let plain = false;
      if (hybrid) {
        const residual = naturalResidualNorm(at);
        plain = residual <= fall * least;
        if (plain) least = residual;
      }
      const mean = plain ? point.slice() : averaged(point, last?.mean ?? point, ratio);
      const target = new Float64Array(point.length);
      for (let i = 0; i < target.length; i++) target[i] = mean[i]! - eta * at.field[i]!;
      return {
        ...moveTo(it, target, eta),
        state: { eta, least, last: { mean, point: point.slice(), field: at.field.slice(), theta } },
        columns: { averagingStep: hybrid ? (plain ? 0 : 1) : undefined },
      };
    },
  });
}

interface State {
  /** undefined: not chosen yet. */
  readonly eta: number | undefined;
  /** Natural residual at the last plain step. */
  readonly least: number;
  /** The step before; undefined: none since the start or the last restart. */
  readonly last:
    | {
        readonly mean: Float64Array;
        readonly point: Float64Array;
        readonly field: Float64Array;
        readonly theta: number;
      }
    | undefined;
}
