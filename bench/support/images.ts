import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NetworkCase } from "./networks.ts";

/** Planes of a network whose layers are convolutions, each with a pooling that halves the plane, and then a dense layer. */
export interface Images {
  /** Height and width of an image. */
  readonly size: number;
  /** Height and width of the filters, whose zeros keep the plane. */
  readonly kernel: number;
  readonly pooling: "average" | "maximum";
}

/** A classifier of images. Its layers are numbers of channels, then the number of classes. */
export function imageCase(
  { size, kernel, pooling }: Images,
  layers: readonly number[],
  activation: NetworkCase["activation"],
  samples: number,
): NetworkCase {
  return {
    name: `${activation}, ${pooling}, ${layers.join("-")} of ${size}x${size}, N=${samples}`,
    layers,
    samples,
    activation,
    kind: "images",
    images: { size, kernel, pooling },
  };
}

/** Shapes of the filters, and of the dense layer. */
export function imageShapes(layers: readonly number[], { size, kernel }: Images): readonly (readonly number[])[] {
  const channels = layers.slice(0, -1);
  const last = size / 2 ** (channels.length - 1);
  return [
    ...channels.slice(1).map((outputs, i) => [kernel, kernel, channels[i]!, outputs]),
    [last * last * channels.at(-1)!, layers.at(-1)!],
  ];
}

/** The scores of all samples, samples x classes. */
export function imageScores(
  x: Tensor,
  weights: readonly Tensor[],
  { pooling }: Images,
  act: (h: Tensor) => Tensor,
): Tensor {
  let h = x as Tensor4D;
  for (const filter of weights.slice(0, -1)) {
    h = act(tf.conv2d(h, filter as Tensor4D, 1, "same")) as Tensor4D;
    h = pooling === "average" ? tf.avgPool(h, 2, 2, "valid") : tf.maxPool(h, 2, 2, "valid");
  }
  return tf.matMul(tf.reshape(h, [x.shape[0]!, -1]), weights.at(-1)!);
}

/** Sizes m, n, k of the products of each layer's rows, outputs and inputs. */
export function imageProducts(
  layers: readonly number[],
  { size, kernel }: Images,
  samples: number,
): readonly (readonly [rows: number, outputs: number, inputs: number])[] {
  return imageShapes(layers, { size, kernel, pooling: "average" }).map((shape, i) =>
    shape.length === 2
      ? [samples, shape[1]!, shape[0]!]
      : [samples * (size / 2 ** i) ** 2, shape[3]!, kernel * kernel * shape[2]!],
  );
}
