import { writeFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type Images, imageCase, imageProducts, imageScores, imageShapes } from "./images.ts";
import { randomFrom } from "./random.ts";

/** A loss of the benches. The peers make the same loss from these sizes. */
export interface NetworkCase {
  readonly name: string;
  /** Widths of the layers, the input first; of images, their channels. */
  readonly layers: readonly number[];
  readonly samples: number;
  readonly activation: "linear" | "swish" | "tanh" | "relu";
  /**
   * Kind of loss: mean squared difference to the inputs (`autoencoder`), mean cross-entropy of softmax (`classifier`, and
   * `images` for convolutions).
   */
  readonly kind: "autoencoder" | "classifier" | "images";
  /** Planes of the convolutions of `images`. */
  readonly images?: Images;
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
const regression = (features: number, classes: number, samples: number): NetworkCase => ({
  name: `softmax regression ${features}-${classes}, N=${samples}`,
  layers: [features, classes],
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

/** A classifier of images of handwritten digits, as large as training sets are. */
export const manyDigits: NetworkCase = {
  name: "tanh 784-128-10, N=10000",
  layers: [784, 128, 10],
  samples: 10_000,
  activation: "tanh",
  kind: "classifier",
};

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
  imageCase({ size: 28, kernel: 3, pooling: "average" }, [1, 8, 16, 10], "tanh", 100),
  imageCase({ size: 28, kernel: 3, pooling: "average" }, [1, 8, 16, 10], "tanh", 1000),
  imageCase({ size: 28, kernel: 5, pooling: "maximum" }, [1, 16, 32, 10], "relu", 100),
  imageCase({ size: 8, kernel: 3, pooling: "average" }, [1, 8, 16, 10], "tanh", 256),
  regression(30, 2, 1000),
  regression(30, 2, 100_000),
  regression(784, 10, 10_000),
];

/** The case of exactly this name: another bench must not change its subject when cases are added. */
export function networkNamed(name: string): NetworkCase {
  const found = networkCases.find((network) => network.name === name);
  if (found === undefined) throw new Error(`no case is named ${name}`);
  return found;
}

/** Writes the data and the point of a case, and a direction, to where workers read them. */
export function writeNetwork(network: NetworkCase, folder: string): void {
  writeFileSync(`${folder}/inputs.f32`, inputsOf(network));
  writeFileSync(`${folder}/labels.i32`, labelsOf(network));
  writeFileSync(`${folder}/point.f64`, pointOf(network));
  writeFileSync(`${folder}/direction.f64`, Float64Array.from({ length: dimensionOf(network) }, randomFrom(3)));
}

/** Shapes of the weights W_l, outputs x inputs; of filters, as TensorFlow.js has them. */
export function shapesOf({ layers, images }: NetworkCase): readonly (readonly number[])[] {
  if (images !== undefined) return imageShapes(layers, images);
  return layers.slice(1).map((width, i) => [width, layers[i]!] as const);
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

export function dimensionOf(network: NetworkCase): number {
  return shapesOf(network).reduce((sum, shape) => sum + sizeOf(shape), 0);
}

/** The data X, inputs x samples, or samples x height x width x channels, in float32 so that TensorFlow.js holds them exactly. */
export function inputsOf({ layers, samples, images }: NetworkCase): Float32Array {
  const random = randomFrom(1);
  return Float32Array.from({ length: (images?.size ?? 1) ** 2 * layers[0]! * samples }, random);
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
  for (const shape of shapesOf(network)) {
    const inputs = network.images === undefined ? shape[1]! : sizeOf(shape) / shape.at(-1)!;
    for (let i = 0; i < sizeOf(shape); i++) point[at++] = random() / Math.sqrt(inputs);
  }
  return point;
}

const activations: Readonly<Record<NetworkCase["activation"], (h: Tensor) => Tensor>> = {
  linear: (h) => h,
  swish: (h) => tf.mul(h, tf.sigmoid(h)),
  tanh: tf.tanh,
  relu: tf.relu,
};

/** The loss as one would write it in TensorFlow.js. Samples are columns, except of images. */
export function lossOf(network: NetworkCase): (...weights: Tensor[]) => Tensor {
  const { layers, samples, activation, kind, images } = network;
  const { size } = images ?? {};
  const x = tf.tensor(
    inputsOf(network),
    size === undefined ? [layers[0]!, samples] : [samples, size, size, layers[0]!],
  );
  const act = activations[activation];
  return (...weights) => {
    if (images !== undefined) {
      const labels = tf.oneHot(tf.tensor1d(labelsOf(network), "int32"), layers.at(-1)!);
      return tf.losses.softmaxCrossEntropy(labels, imageScores(x, weights, images, act));
    }
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
  const { samples, layers, images } = network;
  const found: [number, number, number][] = [];
  const sizes =
    images === undefined
      ? shapesOf(network).map(([rows, columns]) => [samples, rows!, columns!] as const)
      : imageProducts(layers, images, samples);
  for (const [i, [many, outputs, inputs]] of sizes.entries()) {
    // Samples, or the windows of images, are rows where these are many, as one would write it.
    const order = (a: number, b: number, k: number): [number, number, number] =>
      images === undefined ? [b, a, k] : [a, b, k];
    const forward = order(many, outputs, inputs);
    const backward = order(many, inputs, outputs);
    const outer = order(inputs, outputs, many);
    if (of === "gradient") found.push(forward, outer, ...(i > 0 ? [backward] : []));
    else if (i === 0) found.push(forward, outer);
    else found.push(forward, forward, backward, backward, outer, outer);
  }
  return found;
}
