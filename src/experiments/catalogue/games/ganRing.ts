import { z } from "zod";
import { denseOf } from "../../../linalg/dense/dense.ts";
import { generalEigenvalues } from "../../../linalg/dense/generalEigenvalues.ts";
import type { LinearMap } from "../../../linalg/linearMap.ts";
import { isFiniteVector } from "../../../linalg/vector.ts";
import { ganRing } from "../../../problems/games/adversarial/ganRing.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";

/**
 * Trains a small GAN on a ring of Gaussians. The summary says how many of them its samples reach.
 *
 * On a single batch a point can be a solution. Then both players' gradients vanish, which the certificate checks by
 * differences of costs in plain numbers. Descent-ascent with small steps stays near a solution if all eigenvalues of J
 * there have positive real parts. A solution need not be a local Nash equilibrium [1].
 *
 * @see [1] Berard, Gidel, Almahairi, Vincent and Lacoste-Julien, "A closer look at the optimization landscapes of
 *   generative adversarial networks", 2020, arXiv:1906.04848
 */
export const ganRingExperiment: Experiment = gameExperiment({
  name: "gan-ring",
  summary: summaries["gan-ring"],
  methods: ["gda", "extragradient", "optimistic"],
  iterations: 2000,
  options: {
    modes: z.number().int().min(1).max(64).default(8).describe("number of Gaussians on the ring"),
    radius: z
      .number()
      .positive()
      .default(1)
      .describe("radius of the ring; each Gaussian has the standard deviation 0.05"),
    batch: z.number().int().min(1).max(4096).default(64).describe("number of real and of generated points per step"),
    hidden: z.array(z.number().int().positive()).default([16, 16]).describe("widths of both networks' hidden layers"),
    loss: z.enum(["minimax", "nonSaturating"]).default("nonSaturating").describe("loss of the generator"),
    penalty: z
      .number()
      .min(0)
      .default(1)
      .describe("factor gamma of the R1 penalty on the discriminator's slope at real points"),
    weightDecay: z.number().min(0).default(0).describe("factor lambda of lambda / 2 ||weights||^2 in both costs"),
    minibatches: z.boolean().default(true).describe("draw a new batch at each step instead of keeping the first"),
  },
  contest({ modes, radius, batch, hidden, loss, penalty, weightDecay, minibatches }, seed) {
    const problem = ganRing({ modes, radius, batch, hidden, loss, penalty, weightDecay, seed });
    return {
      problem,
      start: problem.initialPoint(seed),
      ...(minibatches ? { batches: (step: number) => problem.with(problem.minibatch(seed, step)) } : {}),
      certificate: "gradients by differences",
      numbers: (point) => ({
        [`modes of ${modes}`]: problem.modesCovered(point, 500, seed),
        "Jensen-Shannon": problem.divergence(point, seed),
        ...(minibatches || problem.dimension > largestSpectrum
          ? {}
          : { "least Re of J's spectrum": leastRealPart(problem.linearize(point)) }),
      }),
    };
  },
});

const largestSpectrum = 300;

/** Computes the least real part of the eigenvalues; undefined if the run has diverged to values that are not finite. */
function leastRealPart(jacobian: LinearMap): number | undefined {
  const values = denseOf(jacobian);
  return isFiniteVector(values) ? generalEigenvalues(values).real[0] : undefined;
}
