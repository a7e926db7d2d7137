import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { randomFrom } from "./random.ts";

/** A loss of the benches. The peers make the same loss from these sizes. */
export interface NetworkCase {
  readonly name: string;
  /** Widths of the layers, the input first. */
  readonly layers: readonly number[];
  readonly samples: number;
  readonly activation: "linear" | "swish" | "tanh";
  /**
   * Kind of loss: mean squared difference to the inputs (`autoencoder`), mean cross-entropy of softmax (`classifier`).
   */
  readonly kind: "autoencoder" | "classifier";
}

const autoencoder = (
  activation: NetworkCase["activation"],
  layers: readonly number[],
  samples: number,
): NetworkCase => ({
  name: `${activation} ${layers.join("-")}, N=${samples}`,
  layers,
  samples,
  activation,
  kind: "autoencoder",
});
const classifier = (samples: number): NetworkCase => ({
  name: `classifier 16-12-8-10, N=${samples}`,
  layers: [16, 12, 8, 10],
  samples,
  activation: "tanh",
  kind: "classifier",
});
const ten = (samples: number): NetworkCase => ({
  ...autoencoder(
    "tanh",
    Array.from({ length: 11 }, () => 32),
    samples,
  ),
  name: `ten layers of 32, N=${samples}`,
});

/** The cases of the benches. Goals were set for the first six. */
export const networkCases: readonly NetworkCase[] = [
  autoencoder("linear", [16, 4, 16], 16),
  autoencoder("linear", [16, 4, 16], 1000),
  autoencoder("linear", [16, 4, 16], 10000),
  autoencoder("swish", [16, 8, 16], 10000),
  autoencoder("tanh", [256, 128, 256], 1000),
  autoencoder("tanh", [784, 256, 784], 1000),
  autoencoder("swish", [16, 8, 16], 1000),
  classifier(16),
  classifier(1000),
  ten(64),
  ten(1000),
];

/** Shapes of the weights W_l, outputs x inputs. */
export function shapesOf({ layers }: NetworkCase): readonly (readonly [number, number])[] {
  return layers.slice(1).map((width, i) => [width, layers[i]!] as const);
}

export function dimensionOf(network: NetworkCase): number {
  return shapesOf(network).reduce((sum, [rows, columns]) => sum + rows * columns, 0);
}

/** The data X, inputs x samples, in float32 so that TensorFlow.js holds them exactly. */
export function inputsOf({ layers, samples }: NetworkCase): Float32Array {
  const random = randomFrom(1);
  return Float32Array.from({ length: layers[0]! * samples }, random);
}

/** One label per sample. */
export function labelsOf({ layers, samples }: NetworkCase): Int32Array {
  return Int32Array.from({ length: samples }, (_, i) => (7 * i + 3) % layers.at(-1)!);
}

/** A point at the usual scale: the entries of W_l have variance 1 / inputs. */
export function pointOf(network: NetworkCase): Float64Array {
  const random = randomFrom(2);
  const point = new Float64Array(dimensionOf(network));
  let at = 0;
  for (const [rows, columns] of shapesOf(network)) {
    for (let i = 0; i < rows * columns; i++) point[at++] = random() / Math.sqrt(columns);
  }
  return point;
}

/** The loss as one would write it in TensorFlow.js. Samples are columns. */
export function lossOf(network: NetworkCase): (...weights: Tensor[]) => Tensor {
  const { layers, samples, activation, kind } = network;
  const x = tf.tensor2d(inputsOf(network), [layers[0]!, samples]);
  const act = (h: Tensor): Tensor =>
    activation === "linear" ? h : activation === "tanh" ? tf.tanh(h) : tf.mul(h, tf.sigmoid(h));
  return (...weights) => {
    let h: Tensor = x;
    for (const [i, w] of weights.entries()) {
      h = tf.matMul(w, h);
      if (i + 1 < weights.length) h = act(h);
    }
    if (kind === "autoencoder") return tf.mean(tf.square(tf.sub(h, x)));
    const oneHot = tf.oneHot(tf.tensor1d(labelsOf(network), "int32"), layers.at(-1)!);
    return tf.losses.softmaxCrossEntropy(oneHot, tf.transpose(h));
  };
}

/** Sizes m, n, k of the products in the textbook's formula for the gradient, or for H v at a fixed point. */
export function textbookProducts(
  network: NetworkCase,
  of: "hvp" | "gradient",
): readonly (readonly [number, number, number])[] {
  const { samples } = network;
  const found: [number, number, number][] = [];
  for (const [i, [rows, columns]] of shapesOf(network).entries()) {
    const forward = [rows, samples, columns] as [number, number, number];
    const backward = [columns, samples, rows] as [number, number, number];
    const outer = [rows, columns, samples] as [number, number, number];
    if (of === "gradient") found.push(forward, outer, ...(i > 0 ? [backward] : []));
    else if (i === 0) found.push(forward, outer);
    else found.push(forward, forward, backward, backward, outer, outer);
  }
  return found;
}
