/** Problems and points whose certificates are known. */
import * as tf from "@tensorflow/tfjs";
import { scaleByPower } from "../../src/elementary/index.ts";
import { gaussianData } from "../../src/problems/data/gaussianData.ts";
import { network } from "../../src/problems/networks/network.ts";
import { objective } from "../../src/problems/objective.ts";
import type { TracedProblem } from "../../src/problems/problem.ts";
import { randomSource } from "../../src/random.ts";
import { normalVector } from "./random.ts";

/** The quartic of `quartic`, in TensorFlow.js, times a power of two. */
export function tracedQuartic(power = 0): TracedProblem {
  return objective([[], []], (x, y) => {
    const x2 = tf.square(x);
    const y2 = tf.square(y);
    const inX = tf.add(tf.sub(tf.mul(0.25, tf.square(x2)), tf.mul(3, x2)), tf.mul(9, x));
    const inY = tf.add(tf.mul(0.9, tf.square(y2)), tf.mul(5, y2));
    return tf.mul(scaleByPower(1, power), tf.add(tf.add(inX, inY), 40));
  });
}

/** (1 - x)^2 + 100 (y - x^2)^2, with the minimum (1, 1). */
export function rosenbrock(): TracedProblem {
  return objective([[], []], (x, y) =>
    tf.add(tf.square(tf.sub(1, x)), tf.mul(100, tf.square(tf.sub(y, tf.square(x))))),
  );
}

/** A small tanh network with a penalty. */
export function tanhNetwork(seed: number, layers: readonly number[] = [2, 3, 2]): TracedProblem {
  const samples = 12;
  return network({
    layers,
    activation: "tanh",
    inputs: gaussianData({ inputs: layers[0]!, samples, seed }),
    targets: normalVector(samples * layers.at(-1)!, seed + 100),
    regularization: 0.01,
  });
}

/**
 * Moves a point (W1, W2) of an autoencoder along its orbit: (C W1, W2 C^-1) with C = U L, unit triangular matrices, so
 * that the inverse is computed by substitution.
 */
export function alongOrbit(point: Float64Array, k: number, p: number, seed: number): Float64Array {
  const random = randomSource(seed, "alongOrbit");
  const out = point.slice();
  for (const upper of [true, false]) {
    for (let i = 0; i < p; i++) {
      for (let j = 0; j < p; j++) {
        if (i === j || j > i !== upper) continue;
        // C = I + s E_ij, C^-1 = I - s E_ij.
        const s = 0.4 * random.normal();
        for (let c = 0; c < k; c++) {
          out[i * k + c] = out[i * k + c]! + s * out[j * k + c]!;
          out[p * k + c * p + j] = out[p * k + c * p + j]! - s * out[p * k + c * p + i]!;
        }
      }
    }
  }
  return out;
}
