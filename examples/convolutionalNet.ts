/**
 * Finds critical points of a network of your own, here a small convolutional one, with the commands of the built-in
 * experiments:
 *
 *     fluxion check ./convolutionalNet.ts
 *     fluxion run ./convolutionalNet.ts --searches 4
 *     fluxion figure flatness runs/convolutional-net-1
 */
import * as tf from "@tensorflow/tfjs";
import { chain, gradientStep, momentum, objective, untilStep } from "fluxion";
import { data } from "fluxion/autodiff";
import { criticalPointSearch, experiment, searchName, smallStart, withTrajectory } from "fluxion/experiments";
import { mnist4x4 } from "fluxion/problems";
import { sampleByHeight } from "fluxion/streams";
import { z } from "zod";

/**
 * A network on digits of 4 x 4 pixels: four filters of 3 x 3, swish, pooling to 2 x 2 and ten scores, with 210
 * parameters.
 */
function convolutionalNet(samples: number, seed: number) {
  const digits = mnist4x4({ samples, seed });
  return objective(
    [[3, 3, 1, 4], [4], [16, 10], [10]],
    (filters, filterBias, weights, bias) => {
      const images = data("images", digits.pixels, [samples, 4, 4, 1]) as tf.Tensor4D;
      const labels = data("labels", digits.oneHotLabels, [samples, 10]);
      const features = tf.add(tf.conv2d(images, filters, 1, "same"), filterBias);
      const pooled = tf.avgPool(tf.mul(features, tf.sigmoid(features)) as tf.Tensor4D, 2, 2, "valid");
      const scores = tf.add(tf.matMul(tf.reshape(pooled, [samples, 16]), weights), bias);
      const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(scores)), -1)));
      // Where the digits can be told apart, a loss without this penalty would have its infimum at infinity and no
      // critical point.
      const squares = [filters, weights].map((block) => tf.sum(tf.square(block)));
      return tf.add(crossEntropy, tf.mul(1e-3, tf.addN(squares)));
    },
    {
      name: "convolutional-net",
      names: ["filters", "filterBias", "weights", "bias"],
      description: { digits: digits.description },
    },
  );
}

export default experiment({
  name: "convolutional-net",
  summary: "Newton-MR searches for critical points of a small convolutional network",
  options: z.object({
    samples: z.number().int().min(1).max(10_000).default(300).describe("digits"),
    searches: z.number().int().positive().default(4).describe("starts drawn from the trajectory"),
    iterations: z.number().int().positive().default(100).describe("Newton steps of a search at most"),
  }),
  run({ samples, searches, iterations }, context) {
    const { seed } = context;
    const problem = convolutionalNet(samples, seed);
    const start = smallStart(problem.dimension, seed, 0);
    const training = chain(untilStep(500), momentum({ decay: 0.9 }), gradientStep(0.1));
    return withTrajectory(context, problem, { start, update: training }, (trajectory) => {
      const starts = sampleByHeight(trajectory, { count: searches, seed });
      return context.campaign(searches, (i) =>
        criticalPointSearch(context, problem, starts[i]!.point, { name: searchName(i, searches), iterations }),
      );
    });
  },
});
