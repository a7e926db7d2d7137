import { z } from "zod";
import { gradientStep } from "../operators/gradientStep.ts";
import { momentum } from "../operators/momentum.ts";
import { mnist4x4 } from "../problems/mnist.ts";
import { network } from "../problems/network.ts";
import { method } from "../streams/combinators.ts";
import { uniformHeight } from "../streams/samplers.ts";
import { untilStep } from "../streams/untilStep.ts";
import { type Experiment, experiment } from "./definition.ts";
import { criticalPointSearch } from "./search.ts";
import { searchName, withTrajectory } from "./trajectory.ts";

/**
 * A search for critical points of the autoencoder of [1] on handwritten digits.
 *
 * Layers 16-8-16-16 with biases (552 parameters), swish, mean squared error; digits cropped to 20 x 20, at 4 x 4 pixels,
 * standardised. Gradient descent with momentum leaves a trajectory, a start is drawn from it uniformly in height, and Newton-MR
 * searches from there with the settings of [1].
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const mnistAutoencoder: Experiment = experiment({
  name: "mnist-autoencoder",
  summary: "an autoencoder on handwritten digits: Newton-MR searches for a critical point of its loss",
  options: z.object({
    samples: z.number().int().min(1).max(10_000).default(10_000).describe("digits, drawn from 10,000"),
    iterations: z.number().int().positive().default(100).describe("Newton steps of a search at most"),
    searches: z.number().int().positive().default(1).describe("starts drawn from the trajectory"),
    noise: z.number().min(0).default(0).describe("variance of the Gaussian added to each start"),
    trajectorySteps: z.number().int().positive().default(1000).describe("gradient steps"),
    stepSize: z.number().positive().default(0.1).describe("of the gradient steps"),
    momentum: z.number().min(0).lt(1).default(0.9).describe("of the gradient steps"),
  }),
  run(options, context) {
    const { samples, iterations, searches, noise, trajectorySteps, stepSize, momentum: decay } = options;
    const { seed } = context;
    const digits = mnist4x4({ samples, seed });
    const problem = network({
      name: "mnist-autoencoder",
      layers: [16, 8, 16, 16],
      activation: "swish",
      loss: "meanSquaredError",
      inputs: digits.pixels,
      dataDescription: digits.description,
    });
    if (digits.constantPixels.length > 0) {
      context.note(`the same in all ${samples} digits, and set to 0: ${digits.constantPixels.join("; ")}`);
    }
    const update = method(untilStep(trajectorySteps), momentum({ decay }), gradientStep(stepSize));
    return withTrajectory(context, problem, { start: problem.initialPoint(seed), update }, (trajectory) => {
      const starts = uniformHeight(trajectory, { count: searches, seed, variance: noise });
      return context.campaign(searches, (i) => {
        const { point, step, value } = starts[i]!;
        const name = searchName(i, searches);
        context.note(`${name} starts at step ${step} of the trajectory, loss ${value.toPrecision(5)}`);
        return criticalPointSearch(context, problem, point, {
          name,
          iterations,
          description: { start: { step, value } },
        });
      });
    });
  },
});
