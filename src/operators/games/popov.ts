import { defineUpdate, readOptions, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link popov}. */
export interface PopovOptions {
  /** Step size eta > 0, below 1 / (2 L) for monotone, L-Lipschitz F. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Steps by Popov's method [1], extrapolation from the past: z <- Pi_C(z - eta F(w)), then w <- Pi_C(z - eta F(w)) with
 * the same F(w).
 *
 * The rows hold w, the point at which F is evaluated; z is the operator's state. Both converge to the same solution.
 * The averaged gap (of w) is O(1 / k), ||F||^2 of the last iterate is O(1 / k), and convergence is linear for strongly
 * monotone F [2]. Without a constraint w follows the optimistic gradient, chain(optimistic(), gradientStep(eta)).
 *
 * Use {@link optimistic} or {@link forwardReflectedBackward} when one projection per step must suffice,
 * {@link extragradient} when two evaluations per step are affordable, {@link optimisticMirrorDescent} on simplices with
 * many entries.
 *
 * Cost: no evaluation in addition to the loop's, two projections. State: z, n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(40), popov({ stepSize: 0.4 })))
 *   .pipe(filter((it) => it.step % 20 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 20 5.12e-2
 * // 40 5.91e-4
 * @param options {@link PopovOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a step size that is missing or not positive
 * @see [1] Popov, "A modification of the Arrow-Hurwicz method for search of saddle points", 1980,
 *   doi:10.1007/BF01141092
 * @see [2] Hsieh, Iutzeler, Malick and Mertikopoulos, "On the convergence of single-call stochastic extra-gradient
 *   methods", 2019, arXiv:1908.08465
 */
export function popov(options: PopovOptions): Update {
  const { stepSize } = readOptions("popov", options, rules);
  return defineUpdate({
    name: "popov",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first): Float64Array => first.point.slice(),
    step(it, state, settings) {
      const eta = settings.stepSize;
      const { field, problem } = it.at;
      const z = projectedStep(problem, state, eta, field);
      const ahead = scratchVector(it);
      for (let i = 0; i < z.length; i++) ahead[i] = z[i]! - eta * field[i]!;
      return { ...moveTo(it, ahead, eta), state: z };
    },
  });
}
