import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";
import { type Geometry, geometry, type MirrorPoint, mirrorPoint, mirrorStep } from "./mirror.ts";

export interface OptimisticMirrorDescentOptions {
  /** eta > 0; below 1 / (2 L), L being the Lipschitz constant of F from the geometry's norm to its dual. Steerable. */
  readonly stepSize: number;
  /** Default `entropic`. */
  readonly geometry?: Geometry;
}

const rules = { stepSize: requiredStepSize, geometry } as const;

/**
 * Optimistic mirror descent [1]: Bregman steps that expect the last field again, one evaluation each.
 *
 * z <- argmin <eta F(w), u> + D(u, z), then w <- argmin <eta F(w), u> + D(u, z) with the same F(w). The rows hold w, the
 * point at which F is evaluated. Entropic: optimistic multiplicative weights; for a matrix game x^T A y and eta < 1 / (2
 * max |A_ij|) the averaged gap is O(1 / k), and the last iterate converges to a unique equilibrium [2]. Euclidean: `popov`.
 *
 * Cost: no evaluation beside the loop's. State: z and its logarithms.
 *
 * @example iterate(matrixGame([[0, 1, -1], [-1, 0, 1], [1, -1, 0]]), start, optimisticMirrorDescent({ stepSize: 0.2 }))
 * @throws {RangeError} ERR_OPTION_RANGE; in the stream for a start with negative entries
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for a constraint without an entropic projection
 * @see [1] Rakhlin and Sridharan, "Optimization, learning, and games with predictable sequences", 2013, arXiv:1311.1869
 * @see [2] Daskalakis and Panageas, "Last-iterate convergence: zero-sum games and constrained min-max optimization", 2019,
 *   arXiv:1807.04252
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
      const { problem, field } = it.at;
      const to = mirrorStep(problem, from, eta, field, kind);
      const ahead = mirrorStep(problem, to, eta, field, kind);
      return { ...moveTo(it, ahead.point, eta), state: to };
    },
  });
}
