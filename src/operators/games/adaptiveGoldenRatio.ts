import { defineUpdate, distance, readOptions, scratchVector, type Update } from "../../authoring/index.ts";
import { localStepSize } from "../support/localStepSize.ts";
import { moveTo } from "../support/moveTo.ts";
import { naturalResidualNorm } from "../support/naturalResidualNorm.ts";
import { optionalStepSize } from "../support/rules.ts";
import { averaged, goldenSection } from "./goldenRatio.ts";

/** Options of {@link adaptiveGoldenRatio}. */
export interface AdaptiveGoldenRatioOptions {
  /**
   * First step size, > 0. Default: half the inverse of a Lipschitz quotient near the start, which costs one evaluation.
   */
  readonly stepSize?: number;
  /** Ratio phi in (1, (1 + sqrt 5) / 2]. Default 1.5 [1]. */
  readonly ratio?: number;
  /** Upper bound on all step sizes, > 0. Default 1e6 times the first one. */
  readonly maxStepSize?: number;
  /**
   * Whether to leave out the averaging while the natural residual keeps falling, which is faster where F is strongly
   * monotone. Default false.
   */
  readonly hybrid?: boolean;
}

/** Default of `maxStepSize`, in units of the first step size. */
const mostGrowth = 1e6;

/** A plain step is allowed where the natural residual is at most this share of that at the last plain step. */
const fall = 0.99;

const rules = {
  stepSize: optionalStepSize,
  ratio: { default: 1.5, above: 1, max: goldenSection },
  maxStepSize: { above: 0 },
  hybrid: { default: false, oneOf: [true, false] },
} as const;

/**
 * Steps by the adaptive golden ratio algorithm (aGRAAL) [1], which needs neither a Lipschitz constant nor a search for
 * one.
 *
 * With rho = 1 / phi + 1 / phi^2, theta = 1 at the start, and the changes dz and dF since the last row:
 * - eta <- min(rho eta_, phi theta ||dz||^2 / (4 eta_ ||dF||^2), maxStepSize), where eta_ is the last step size,
 * - m <- ((phi - 1) z + m) / phi,
 * - z <- Pi_C(m - eta F(z)), theta <- phi eta / eta_.
 *
 * For monotone, locally Lipschitz F the iterates converge, with an averaged gap O(1 / k).
 *
 * The hybrid form follows [2] but has a rule of its own. It takes plain projected steps, m = z, at rows whose natural
 * residual ||z - Pi_C(z - eta_0 F(z))||, with the first step size eta_0, is at most 0.99 times that of the last such
 * row. If there are infinitely many of these rows, their residuals go to 0; if there are finitely many, the rest of the
 * run is aGRAAL.
 *
 * Column `averagingStep`, with `hybrid`: 1 where the row averaged, else 0. The row's step size is eta.
 *
 * Use {@link goldenRatio} when the Lipschitz constant is known, {@link adaptiveExtragradient} when two evaluations per
 * step are affordable and each step size is to be tested before it is used.
 *
 * Cost: no evaluation in addition to the loop's, except one at the first row without `stepSize`; `hybrid` costs one
 * more projection per step. State: m, z_ and F(z_), 3 n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(60), adaptiveGoldenRatio()))
 *   .pipe(filter((it) => it.step % 30 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 30 4.56e-3
 * // 60 4.71e-6
 * @param options {@link AdaptiveGoldenRatioOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
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
      first: previous?.first,
      least: previous?.least ?? Number.POSITIVE_INFINITY,
      last: undefined,
    }),
    step(it, state) {
      const { point, at } = it;
      const { last } = state;
      const first =
        state.first ?? Math.min(maxStepSize ?? Number.POSITIVE_INFINITY, stepSize ?? localStepSize(at, it.evaluate));
      const most = maxStepSize ?? mostGrowth * first;
      let eta = state.eta ?? first;
      let theta = 1;
      if (last !== undefined) {
        const way = distance(point, last.point);
        const change = distance(at.field, last.field);
        // (way / change)^2 / eta, whose parts have the unit of eta, so that nothing overflows.
        const quotient = way / change;
        const bound = change > 0 ? ((ratio * last.theta) / 4) * quotient * (quotient / eta) : Number.POSITIVE_INFINITY;
        // A point that has not moved gives no information about F.
        const next = way > 0 ? Math.min(rho * eta, bound, most) : eta;
        theta = (ratio * next) / eta;
        eta = next;
      }
      let { least } = state;
      let plain = false;
      if (hybrid) {
        const residual = naturalResidualNorm(at, first);
        plain = residual <= fall * least;
        if (plain) least = residual;
      }
      const mean = plain ? point.slice() : averaged(point, last?.mean ?? point, ratio);
      const target = scratchVector(it);
      for (let i = 0; i < target.length; i++) target[i] = mean[i]! - eta * at.field[i]!;
      return {
        ...moveTo(it, target, eta),
        state: { eta, first, least, last: { mean, point: point.slice(), field: at.field.slice(), theta } },
        columns: { averagingStep: hybrid ? (plain ? 0 : 1) : undefined },
      };
    },
  });
}

interface State {
  /** Step size of the last step; undefined before the first one. */
  readonly eta: number | undefined;
  /** First step size of the run; undefined before the first step. */
  readonly first: number | undefined;
  /** Natural residual at the last plain step; Infinity before the first one. */
  readonly least: number;
  /** The last step; undefined at the start and after a restart. */
  readonly last:
    | {
        readonly mean: Float64Array;
        readonly point: Float64Array;
        readonly field: Float64Array;
        readonly theta: number;
      }
    | undefined;
}
