import { defineUpdate, readOptions, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";
import { type Geometry, geometry, type MirrorPoint, mirrorPoint, mirrorStep, withLogarithms } from "./mirror.ts";

/** Options of {@link mirrorProx}. */
export interface MirrorProxOptions {
  /**
   * Step size eta > 0, below 1 / L, where L is the Lipschitz constant of F from the geometry's norm to its dual.
   * Steerable.
   */
  readonly stepSize: number;
  /** Geometry in which distances are measured. Default `entropic`. */
  readonly geometry?: Geometry;
}

const rules = { stepSize: requiredStepSize, geometry } as const;

/**
 * Steps by Nemirovski's mirror-prox [1], which is extragradient with Bregman steps: w = argmin <eta F(z), u> + D(u, z),
 * then z <- argmin <eta F(w), u> + D(u, z).
 *
 * The entropic form is multiplicative weights that look ahead. Its L is measured from the 1-norm to the maximum norm:
 * for a matrix game x^T A y it is the largest |A_ij|, and the averaged gap is at most (log p + log q) / (eta k) for
 * strategies of p and q entries. On the orthant, where the entropy is not strongly convex, eta must also be small
 * against 1 / max z_i. An entry of the start that is 0 stays 0 for practical purposes. The Euclidean form is
 * `extragradient`.
 *
 * Use {@link optimisticMirrorDescent} when evaluations are expensive, {@link extragradient} when C is not made of
 * simplices or orthants.
 *
 * Cost: one evaluation per step in addition to the loop's. State: z and its logarithms, 2 n numbers.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(untilStep(200), mirrorProx({ stepSize: 0.5 })))
 *   .pipe(naturalResidual({ every: 100 }), filter((it) => it.step % 100 === 0))
 *   .subscribe((it) => console.log(it.step, it.columns.naturalResidual!.toFixed(4)));
 * // 0 0.7211
 * // 100 0.0169
 * // 200 0.0003
 * @param options {@link MirrorProxOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream for a start with negative entries
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for a constraint without an entropic projection
 * @see [1] Nemirovski, "Prox-method with rate of convergence O(1/t) for variational inequalities with Lipschitz
 *   continuous monotone operators and smooth convex-concave saddle point problems", 2004, doi:10.1137/S1052623403425629
 */
export function mirrorProx(options: MirrorProxOptions): Update {
  const { stepSize, geometry: kind } = readOptions("mirrorProx", options, rules);
  return defineUpdate({
    name: "mirrorProx",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first): MirrorPoint => mirrorPoint("mirrorProx", first.at.problem, first.point.slice(), kind),
    step(it, from, settings) {
      const eta = settings.stepSize;
      const ahead = mirrorStep(it, from, eta, it.at.field, kind, scratchVector(it));
      const there = scratchVector(it);
      it.fieldAt(ahead, there);
      const to = mirrorStep(it, from, eta, there, kind, new Float64Array(there.length));
      return { ...moveTo(it, to, eta), state: withLogarithms(to, kind) };
    },
  });
}
