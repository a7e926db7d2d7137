import { z } from "zod";
import { gaussianData } from "../../problems/data/gaussianData.ts";
import { network } from "../../problems/networks/network.ts";
import { type Experiment, experiment } from "../framework/definition.ts";
import { networkShape, searchNetwork } from "../protocols/networkProtocol.ts";
import { protocolSizes } from "../protocols/protocolSizes.ts";
import { summaries } from "./summaries.ts";

const sizes = protocolSizes({
  searches: { quick: 5, full: 10, meaning: "number of starts drawn from the trajectories" },
  iterations: { quick: 200, full: 1000, meaning: "largest number of Newton steps of a search" },
  samples: { quick: 500, full: 10_000, meaning: "number of Gaussian samples, whose variances are 1 to 16" },
  trajectories: { quick: 1, full: 1, meaning: "number of trajectories from which starts are drawn" },
  trajectorySteps: { quick: 2000, full: 2000, meaning: "gradient steps of a trajectory" },
});

/**
 * Searches for critical and gradient-flat points of a non-linear autoencoder on the data of the deep linear one.
 *
 * The network has layers 16-4-16-16 without biases, swish, and the mean squared error: 384 parameters, as in the stored
 * runs of [1]. (The text of [1] states hidden layers of 8 and 16, which would give 512.)
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const gaussianAutoencoderExperiment: Experiment = experiment({
  name: "gaussian-autoencoder",
  summary: summaries["gaussian-autoencoder"],
  options: z.object({
    ...sizes.shape,
    ...networkShape,
    // Variances up to 16 make the loss steeper than on standardised data: even with 0.02 trajectories jump.
    stepSize: z.number().positive().default(0.005).describe("step size of the trajectories"),
  }),
  run(options, context) {
    const chosen = { ...options, ...sizes.of(options) };
    const { samples } = chosen;
    const problem = network({
      name: "gaussian-autoencoder",
      layers: [16, 4, 16, 16],
      activation: "swish",
      loss: "meanSquaredError",
      biases: false,
      inputs: gaussianData({ inputs: 16, samples, seed: context.seed }),
      dataDescription: { data: "Gaussian, variances 1 to 16, means removed", samples, seed: context.seed },
    });
    return searchNetwork(context, { ...chosen, problem, published: { critical: "4 of 10" } });
  },
});
