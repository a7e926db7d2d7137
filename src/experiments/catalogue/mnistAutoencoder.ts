import { z } from "zod";
import { mnist4x4 } from "../../problems/data/mnist4x4.ts";
import { network } from "../../problems/networks/network.ts";
import { type Experiment, experiment } from "../framework/definition.ts";
import { networkShape, searchNetwork } from "../protocols/networkProtocol.ts";
import { protocolSizes } from "../protocols/protocolSizes.ts";
import { summaries } from "./summaries.ts";

const sizes = protocolSizes({
  searches: { quick: 1, full: 100, meaning: "number of starts drawn from the trajectories" },
  iterations: { quick: 100, full: 500, meaning: "largest number of Newton steps of a search" },
  trajectories: { quick: 1, full: 5, meaning: "number of trajectories from which starts are drawn" },
  trajectorySteps: { quick: 1000, full: 1000, meaning: "gradient steps of a trajectory" },
});

/**
 * Searches for a critical point of the autoencoder of [1] on handwritten digits.
 *
 * The network has layers 16-8-16-16 with biases (552 parameters), swish, and the mean squared error. The digits are
 * cropped to 20 x 20, reduced to 4 x 4 pixels, and standardised. Gradient descent with momentum makes a trajectory, a
 * start is drawn from it uniformly in height, and Newton-MR searches from there with the settings of [1]. With `full`
 * it does so 100 times, and reports how often a critical point was reached, and how often the search was flat at the
 * end or at any step: 14 %, 28 % and 89 % in [1].
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const mnistAutoencoderExperiment: Experiment = experiment({
  name: "mnist-autoencoder",
  summary: summaries["mnist-autoencoder"],
  options: z.object({
    ...sizes.shape,
    samples: z.number().int().min(1).max(10_000).default(10_000).describe("number of digits, drawn from 10,000"),
    ...networkShape,
  }),
  run(options, context) {
    const { samples } = options;
    const digits = mnist4x4({ samples, seed: context.seed });
    const problem = network({
      name: "mnist-autoencoder",
      layers: [16, 8, 16, 16],
      activation: "swish",
      loss: "meanSquaredError",
      inputs: digits.pixels,
      dataDescription: digits.description,
    });
    if (digits.constantPixels.length > 0) {
      context.note(
        `pixels that are the same in all ${samples} digits are set to 0: ${digits.constantPixels.join("; ")}`,
      );
    }
    return searchNetwork(context, {
      ...options,
      ...sizes.of(options),
      problem,
      published: { critical: "14 % of 100", flatAtEnd: "28 %", everFlat: "89 %" },
    });
  },
});
