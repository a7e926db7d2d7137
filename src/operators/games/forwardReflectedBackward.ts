import { defineUpdate, distance, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link forwardReflectedBackward}. */
export interface ForwardReflectedBackwardOptions {
  /**
   * First step size, > 0, which stays fixed unless `adaptive` is given. For monotone, L-Lipschitz F below 1 / (2 L).
   * Steerable where fixed.
   */
  readonly stepSize: number;
  /**
   * Share delta in (0, 1): each step size is at most `growth` times the last one and at most delta / (2 L_k), where
   * L_k = ||F(z) - F(z_)|| / ||z - z_|| is the quotient just seen. Default false: the step size is fixed.
   */
  readonly adaptive?: number | false;
  /** Factor, >= 1, by which an adaptive step size may grow per step. Default 1.1. */
  readonly growth?: number;
}

const rules = {
  stepSize: requiredStepSize,
  adaptive: { default: false, above: 0, below: 1, or: [false] },
  growth: { default: 1.1, min: 1 },
} as const;

/**
 * Steps by the forward-reflected-backward method [1], for step sizes that change: z <- Pi_C(z - eta_k F(z) - eta_(k-1)
 * (F(z) - F(z_))).
 *
 * The last term carries the step size of the last step. With the present one instead, convergence is lost where the
 * step size varies. At the first step F(z_) = F(z). For monotone, L-Lipschitz F and eta_k in [e, (1 - 2 e) / (2 L)] the
 * iterates converge, with an averaged gap O(1 / k), and linearly for strongly monotone F. With a fixed step size the
 * method is chain(optimistic(), gradientStep(eta)). The adaptive form checks L_k after the step that it concerns and is
 * therefore a heuristic: [1] proves the form with a line search.
 *
 * Use {@link optimistic} when the step size is fixed, {@link adaptiveGoldenRatio} when L is unknown,
 * {@link extragradient} when two evaluations per step are affordable.
 *
 * Cost: no evaluation in addition to the loop's, one projection. State: F(z_), with `adaptive` z_ too, and eta.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(40), forwardReflectedBackward({ stepSize: 0.4 })))
 *   .pipe(filter((it) => it.step % 20 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 20 4.10e-2
 * // 40 4.73e-4
 * @param options {@link ForwardReflectedBackwardOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Malitsky and Tam, "A forward-backward splitting method for monotone inclusions without cocoercivity", 2020,
 *   arXiv:1808.04162
 */
export function forwardReflectedBackward(options: ForwardReflectedBackwardOptions): Update {
  const { stepSize, adaptive, growth } = readOptions("forwardReflectedBackward", options, rules);
  return defineUpdate({
    name: "forwardReflectedBackward",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first, _previous, settings): State => ({
      field: first.at.field.slice(),
      point: first.point.slice(),
      eta: settings.stepSize,
    }),
    step(it, state, settings) {
      const { field } = it.at;
      const { field: last, eta: etaBefore } = state;
      let eta = settings.stepSize;
      if (adaptive !== false) {
        const change = distance(field, state.field);
        const way = distance(it.point, state.point);
        const bound = change > 0 ? (adaptive * way) / (2 * change) : Number.POSITIVE_INFINITY;
        eta = way === 0 ? etaBefore : Math.min(growth * etaBefore, bound);
      }
      const direction = rowVector(it);
      const reflect = etaBefore / eta;
      for (let i = 0; i < field.length; i++) direction[i] = -field[i]! - reflect * (field[i]! - last[i]!);
      return {
        state: { field: field.slice(), point: adaptive === false ? state.point : it.point.slice(), eta },
        direction,
        stepSize: eta,
      };
    },
  });
}

interface State {
  /** Field F(z_) of the last step. */
  readonly field: Float64Array;
  /** Point z_ of the last step; kept up to date only with `adaptive`. */
  readonly point: Float64Array;
  /** Step size of the last step. */
  readonly eta: number;
}
