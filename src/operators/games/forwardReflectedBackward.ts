import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { requiredStepSize } from "../support/rules.ts";

export interface ForwardReflectedBackwardOptions {
  /** The first step size > 0; fixed unless `adaptive`. For monotone, L-Lipschitz F below 1 / (2 L). Steerable where fixed. */
  readonly stepSize: number;
  /**
   * delta in (0, 1): each step size is at most `growth` times the one before and at most delta / (2 L_k), L_k being the
   * quotient ||F(z) - F(z_)|| / ||z - z_|| just seen. Default false: fixed.
   */
  readonly adaptive?: number | false;
  /** Factor by which an adaptive step may grow, >= 1. Default 1.1. */
  readonly growth?: number;
}

const rules = {
  stepSize: requiredStepSize,
  adaptive: { default: false, above: 0, below: 1, or: [false] },
  growth: { default: 1.1, min: 1 },
} as const;

/**
 * Forward-reflected-backward [1]: z <- Pi_C(z - eta_k F(z) - eta_(k-1) (F(z) - F(z_))), for step sizes that change.
 *
 * The last term carries the step size of the step before: with the present one, convergence is lost where the step size
 * varies. At the first step F(z_) = F(z). For monotone, L-Lipschitz F and eta_k in [e, (1 - 2 e) / (2 L)] the iterates
 * converge, with an averaged gap O(1 / k); linearly for strongly monotone F. With a fixed step it is chain(optimistic(),
 * gradientStep(eta)). The adaptive form checks L_k after the step it concerns, and so is a heuristic: [1] proves the form
 * with a line search.
 *
 * Cost: no evaluation beside the loop's. State: F(z_), z_ (adaptive) and eta.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(200), forwardReflectedBackward({ stepSize: 0.4 })))
 * @throws {RangeError} ERR_OPTION_RANGE
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
        let change = 0;
        let way = 0;
        for (let i = 0; i < field.length; i++) {
          change += (field[i]! - state.field[i]!) ** 2;
          way += (it.point[i]! - state.point[i]!) ** 2;
        }
        const bound = change > 0 ? (adaptive * Math.sqrt(way)) / (2 * Math.sqrt(change)) : Number.POSITIVE_INFINITY;
        eta = way === 0 ? etaBefore : Math.min(growth * etaBefore, bound);
      }
      const direction = new Float64Array(field.length);
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
  /** F and the point of the step before. */
  readonly field: Float64Array;
  readonly point: Float64Array;
  readonly eta: number;
}
