import { z } from "zod";
import { mnist4x4 } from "../../problems/data/mnist4x4.ts";
import { network } from "../../problems/networks/network.ts";
import { type Experiment, experiment } from "../framework/definition.ts";
import { networkShape, searchNetwork } from "../protocols/networkProtocol.ts";
import { protocolSizes } from "../protocols/protocolSizes.ts";
import { summaries } from "./summaries.ts";

const sizes = protocolSizes({
  searches: { quick: 5, full: 60, meaning: "number of starts drawn from the trajectories" },
  iterations: { quick: 100, full: 500, meaning: "largest number of Newton steps of a search" },
  samples: { quick: 500, full: 10_000, meaning: "number of digits, drawn from 10,000" },
  trajectories: { quick: 1, full: 5, meaning: "number of trajectories from which starts are drawn" },
  trajectorySteps: { quick: 1000, full: 1000, meaning: "gradient steps of a trajectory" },
});

/**
 * Searches for critical and gradient-flat points of the classifier of [1] on handwritten digits.
 *
 * The network has layers 16-12-8-10 with biases (398 parameters) and swish. The loss is the cross-entropy of the
 * softmax plus c times the mean of the squared parameters; without the second term its infimum lies at infinity. [1]
 * does not state c.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const mnistClassifierExperiment: Experiment = experiment({
  name: "mnist-classifier",
  summary: summaries["mnist-classifier"],
  options: z.object({
    ...sizes.shape,
    regularization: z
      .number()
      .min(0)
      .default(0.1)
      .describe("factor c of the mean square of all parameters, which is added to the loss"),
    ...networkShape,
  }),
  run(options, context) {
    const { regularization: coefficient } = options;
    const chosen = { ...options, ...sizes.of(options) };
    const digits = mnist4x4({ samples: chosen.samples, seed: context.seed });
    const problem = network({
      name: "mnist-classifier",
      layers: [16, 12, 8, 10],
      activation: "swish",
      loss: "softmaxCrossEntropy",
      inputs: digits.pixels,
      targets: digits.oneHotLabels,
      regularization: { coefficient, average: true },
      dataDescription: digits.description,
    });
    return searchNetwork(context, {
      ...chosen,
      problem,
      published: { critical: "10 % of 60", flatAtEnd: "6.7 %", everFlat: "93 %" },
    });
  },
});
