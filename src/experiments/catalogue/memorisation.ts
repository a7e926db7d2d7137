import { z } from "zod";
import { mnistBinary } from "../../problems/data/mnistBinary.ts";
import { network } from "../../problems/networks/network.ts";
import { type Experiment, experiment } from "../framework/definition.ts";
import { networkShape, searchNetwork } from "../protocols/networkProtocol.ts";
import { protocolSizes } from "../protocols/protocolSizes.ts";
import { summaries } from "./summaries.ts";

const sizes = protocolSizes({
  searches: { quick: 5, full: 50, meaning: "number of starts drawn from the trajectories" },
  iterations: { quick: 100, full: 500, meaning: "largest number of Newton steps of a search" },
  trajectories: { quick: 1, full: 5, meaning: "number of trajectories from which starts are drawn" },
  trajectorySteps: { quick: 1000, full: 1000, meaning: "gradient steps of a trajectory" },
});

/**
 * Searches for critical and gradient-flat points of a network that has more parameters than it needs to memorise 50
 * random labels.
 *
 * The network has layers 32-32-4-2 without biases (1160 parameters) and swish. The loss is the cross-entropy of the
 * softmax plus c times the mean of the squared parameters, on zeros and ones of MNIST in 32 principal components with
 * permuted labels. A point is critical if ||grad||^2 <= 1e-8, as in [1]. The origin is critical whatever the data are:
 * three layers without biases have neither slope nor curvature there, so for c > 0 it is a minimum, with the loss ln 2.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const memorisationExperiment: Experiment = experiment({
  name: "memorisation",
  summary: summaries.memorisation,
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
    const images = mnistBinary({ permuteLabels: context.seed });
    const problem = network({
      name: "memorisation",
      layers: [32, 32, 4, 2],
      activation: "swish",
      loss: "softmaxCrossEntropy",
      biases: false,
      inputs: images.components,
      targets: images.oneHotLabels,
      regularization: { coefficient: options.regularization, average: true },
      dataDescription: images.description,
    });
    return searchNetwork(context, {
      ...options,
      ...sizes.of(options),
      problem,
      thesisCritical: 1e-8,
      published: { critical: "17 of 50", flatAtEnd: "6 %", everFlat: "31 of 50" },
    });
  },
});
