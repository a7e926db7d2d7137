/** A small model of dense layers with its data. */
import * as tf from "@tensorflow/tfjs";
import { normalVector } from "./random.ts";

export const inputs = tf.tensor2d(Array.from(normalVector(12, 1)), [4, 3]);
export const targets = tf.tensor2d(Array.from(normalVector(8, 2)), [4, 2]);

export const dense = (): tf.Sequential =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        units: 5,
        inputShape: [3],
        activation: "tanh",
        kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }),
      }),
      tf.layers.dense({ units: 2, kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }) }),
    ],
  });
export const squares = (model: tf.LayersModel): tf.Scalar =>
  tf.losses.meanSquaredError(targets, model.apply(inputs) as tf.Tensor) as tf.Scalar;
export const numbers = (model: tf.LayersModel): number[][] =>
  model.weights.map((weight) => Array.from(weight.read().dataSync()));
