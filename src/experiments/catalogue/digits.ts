import { z } from "zod";
import { mnist4x4 } from "../../problems/data/mnist4x4.ts";
import { network } from "../../problems/networks/network.ts";
import { type Experiment, experiment } from "../framework/definition.ts";
import { networkShape, searchNetwork } from "../protocols/networkProtocol.ts";
import { largestSize } from "../protocols/protocolSizes.ts";
import { summaries } from "./summaries.ts";

/**
 * Searches for a critical point of a small autoencoder on handwritten digits, in seconds.
 *
 * The network has layers 16-2-16 with biases (82 parameters), swish, and the mean squared error, on digits of 4 x 4
 * pixels. The method is that of `mnist-autoencoder`: a trajectory of gradient descent with momentum from a start near
 * the origin, a start drawn from it uniformly in height, Newton-MR from there. With the default options the search ends
 * in a gradient-flat region of the loss. Sizes and seed are such that this end does not depend on the last bits of the
 * start or of the arithmetic, as most ends of larger networks do: `--repeat` shows it.
 */
export const digitsExperiment: Experiment = experiment({
  name: "digits",
  summary: summaries.digits,
  options: z.object({
    searches: z
      .number()
      .int()
      .positive()
      .max(largestSize)
      .default(1)
      .describe("number of starts drawn from the trajectory"),
    iterations: z.number().int().positive().default(200).describe("largest number of Newton steps of a search"),
    trajectorySteps: z.number().int().positive().default(1000).describe("gradient steps of the trajectory"),
    hidden: z.number().int().positive().default(2).describe("width of the hidden layer"),
    samples: z.number().int().min(1).max(10_000).default(500).describe("number of digits, drawn from 10,000"),
    ...networkShape,
    start: z
      .enum(["scaled", "small"])
      .default("small")
      .describe(
        "start of the trajectory. scaled: weights of variance 1 / (inputs of the layer), biases 0. " +
          "small: all parameters of variance 1 / (number of parameters)",
      ),
  }),
  run(options, context) {
    const { hidden, samples } = options;
    const digits = mnist4x4({ samples, seed: context.seed });
    const problem = network({
      name: "digits",
      layers: [16, hidden, 16],
      activation: "swish",
      loss: "meanSquaredError",
      inputs: digits.pixels,
      dataDescription: digits.description,
    });
    return searchNetwork(context, { ...options, problem, full: false, trajectories: 1, published: {} });
  },
});
