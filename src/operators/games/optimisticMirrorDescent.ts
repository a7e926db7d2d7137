import { defineUpdate, readOptions, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";
import { type Geometry, geometry, type MirrorPoint, mirrorPoint, mirrorStep, withLogarithms } from "./mirror.ts";

/** Options of {@link optimisticMirrorDescent}. */
export interface OptimisticMirrorDescentOptions {
  /**
   * Step size eta > 0, below 1 / (2 L), where L is the Lipschitz constant of F from the geometry's norm to its dual.
   * Steerable.
   */
  readonly stepSize: number;
  /** Geometry in which distances are measured. Default `entropic`. */
  readonly geometry?: Geometry;
}

const rules = { stepSize: requiredStepSize, geometry } as const;

/**
 * Steps by optimistic mirror descent [1]: Bregman steps that expect the last field again, at one evaluation each.
 *
 * z <- argmin <eta F(w), u> + D(u, z), then w <- argmin <eta F(w), u> + D(u, z) with the same F(w). The rows hold w,
 * the point at which F is evaluated. The entropic form is optimistic multiplicative weights: for a matrix game x^T A y
 * and eta < 1 / (2 max |A_ij|) the averaged gap is O(1 / k), and the last iterate converges to a unique equilibrium
 * [2]. An entry of the start that is 0 stays 0 for practical purposes. The Euclidean form is `popov`.
 *
 * Use {@link mirrorProx} when longer steps are worth a second evaluation, {@link popov} when C is not made of simplices
 * or orthants.
 *
 * Cost: no evaluation in addition to the loop's. State: z and its logarithms, 2 n numbers.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(untilStep(200), optimisticMirrorDescent({ stepSize: 0.4 })))
 *   .pipe(naturalResidual({ every: 100 }), filter((it) => it.step % 100 === 0))
 *   .subscribe((it) => console.log(it.step, it.columns.naturalResidual!.toFixed(4)));
 * // 0 0.7211
 * // 100 0.0544
 * // 200 0.0030
 * @param options {@link OptimisticMirrorDescentOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream for a start with negative entries
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for a constraint without an entropic projection
 * @see [1] Rakhlin and Sridharan, "Optimization, learning, and games with predictable sequences", 2013, arXiv:1311.1869
 * @see [2] Daskalakis and Panageas, "Last-iterate convergence: zero-sum games and constrained min-max optimization",
 *   2019, arXiv:1807.04252
 */
export function optimisticMirrorDescent(options: OptimisticMirrorDescentOptions): Update {
  const { stepSize, geometry: kind } = readOptions("optimisticMirrorDescent", options, rules);
  const who = "optimisticMirrorDescent";
  return defineUpdate({
    name: who,
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first): MirrorPoint => mirrorPoint(who, first.at.problem, first.point.slice(), kind),
    step(it, from, settings) {
      const eta = settings.stepSize;
      const { field } = it.at;
      const to = withLogarithms(mirrorStep(it, from, eta, field, kind, new Float64Array(field.length)), kind);
      const ahead = mirrorStep(it, to, eta, field, kind, scratchVector(it));
      return { ...moveTo(it, ahead, eta), state: to };
    },
  });
}
