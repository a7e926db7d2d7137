import { update } from "../../streams/author.ts";
import type { Update } from "../../streams/types.ts";
import { checkStepSize, moveTo, restarted, scratchVector, stepSetting } from "../support/moves.ts";
import { checkGeometry, type Geometry, type MirrorPoint, mirrorPoint, mirrorStep } from "./mirror.ts";

export interface MirrorProxOptions {
  /** eta > 0; below 1 / L, L being the Lipschitz constant of F from the geometry's norm to its dual. Steerable. */
  readonly stepSize: number;
  /** Default `entropic`. */
  readonly geometry?: Geometry;
}

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
export function mirrorProx({ stepSize, geometry = "entropic" }: MirrorProxOptions): Update {
  checkStepSize("mirrorProx", stepSize);
  checkGeometry("mirrorProx", geometry);
  const scratch = scratchVector();
  return update({
    name: "mirrorProx",
    settings: { stepSize: stepSetting(stepSize) },
    init: (first): MirrorPoint => mirrorPoint("mirrorProx", first.at.problem, first.point.slice(), geometry),
    step(it, state, settings) {
      const eta = settings.stepSize;
      const { problem, field } = it.at;
      const from = restarted(it) ? mirrorPoint("mirrorProx", problem, it.point.slice(), geometry) : state;
      const ahead = mirrorStep(problem, from, eta, field, geometry);
      const there = scratch(field.length);
      it.fieldAt(ahead.point, there);
      const to = mirrorStep(problem, from, eta, there, geometry);
      return { ...moveTo(it, to.point, eta), state: to };
    },
  });
}
