import { defineUpdate, readOptions, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";
import { type Geometry, geometry, type MirrorPoint, mirrorPoint, mirrorStep } from "./mirror.ts";

export interface MirrorProxOptions {
  /** eta > 0; below 1 / L, L being the Lipschitz constant of F from the geometry's norm to its dual. Steerable. */
  readonly stepSize: number;
  /** Default `entropic`. */
  readonly geometry?: Geometry;
}

const rules = { stepSize: requiredStepSize, geometry } as const;

/**
 * Nemirovski's mirror-prox [1]: extragradient with Bregman steps, w = argmin <eta F(z), u> + D(u, z), then
 * z <- argmin <eta F(w), u> + D(u, z).
 *
 * Entropic: multiplicative weights that look ahead. L then is measured from the 1-norm to the maximum norm, for a matrix
 * game x^T A y the largest |A_ij|, and the averaged gap is at most (log p + log q) / (eta k) for strategies of p and q
 * entries. On the orthant, where the entropy is not strongly convex, eta must also be small against 1 / max z_i. Euclidean:
 * `extragradient`. An entry of the start that is 0 stays 0 for practical purposes.
 *
 * Cost: one evaluation a step beside the loop's. State: z and its logarithms.
 *
 * @example iterate(matrixGame([[0, 1, -1], [-1, 0, 1], [1, -1, 0]]), start, mirrorProx({ stepSize: 0.5 }))
 * @throws {RangeError} ERR_OPTION_RANGE; in the stream for a start with negative entries
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for a constraint without an entropic projection
 * @see [1] Nemirovski, "Prox-method with rate of convergence O(1/t) for variational inequalities with Lipschitz continuous
 *   monotone operators and smooth convex-concave saddle point problems", 2004, doi:10.1137/S1052623403425629
 */
export function mirrorProx(options: MirrorProxOptions): Update {
  const { stepSize, geometry: kind } = readOptions("mirrorProx", options, rules);
  return defineUpdate({
    name: "mirrorProx",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first): MirrorPoint => mirrorPoint("mirrorProx", first.at.problem, first.point.slice(), kind),
    step(it, from, settings) {
      const eta = settings.stepSize;
      const { problem, field } = it.at;
      const ahead = mirrorStep(problem, from, eta, field, kind);
      const there = scratchVector(it);
      it.fieldAt(ahead.point, there);
      const to = mirrorStep(problem, from, eta, there, kind);
      return { ...moveTo(it, to.point, eta), state: to };
    },
  });
}
