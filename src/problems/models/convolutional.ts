import {
  add,
  avgPool,
  conv2d,
  matMul,
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import type { Activation } from "../networks/activations.ts";
import { positiveInteger } from "../rules.ts";
import {
  activate,
  activationName,
  activationRule,
  checkImages,
  gainBefore,
  type Model,
  type ModelOptions,
  modelOf,
  modelRules,
  Weights,
  widths,
} from "./model.ts";

/** Options of {@link convolutionalNetwork}. */
export interface ConvolutionalOptions extends ModelOptions {
  /** Numbers of channels of the convolutions. Default [8, 16]. */
  readonly channels?: readonly number[];
  /** Rows and columns of a filter. Default 3. */
  readonly filter?: number;
  /** Activation behind each convolution. Default "swish". */
  readonly activation?: Activation;
}

const rules = {
  ...modelRules,
  channels: { ...widths, default: [8, 16] },
  filter: { ...positiveInteger, default: 3 },
  activation: { ...activationRule, default: "swish" },
} as const;

/**
 * Makes a convolutional network: convolutions ("same" padding), each with an activation and a mean over 2 x 2 pixels
 * behind it, and a linear layer on what is left.
 *
 * Filters begin as independent normal numbers of variance gain / (inputs of a filter), the gain 2 before relu, else 1;
 * so the law of the first layer is isotropic in patches: a rotation of all patches does not change it. Biases begin at 0.
 *
 * @example
 * const model = convolutionalNetwork({ inputShape: [8, 8, 1], outputs: 10, channels: [4, 8] });
 * console.log(model.names.join(), model.initialPoint(1).length);
 * // layer1.filters,layer1.bias,layer2.filters,layer2.bias,output.weights,output.bias 666
 * @param options {@link ConvolutionalOptions}
 * @throws {RangeError} ERR_SHAPE for inputs that are not images, or too small to be halved so often; ERR_OPTION_RANGE for
 *   numbers that are not positive integers
 */
export function convolutionalNetwork(options: ConvolutionalOptions): Model {
  const read = readOptions("convolutionalNetwork", options, rules);
  const { inputShape, outputs, channels, filter, activation } = read;
  checkImages("convolutionalNetwork", inputShape);
  const [rows, columns] = inputShape as readonly [number, number, number];
  const shrunk = channels.reduce((product) => 2 * product, 1);
  const left = Math.floor(rows / shrunk) * Math.floor(columns / shrunk);
  if (left === 0) {
    throw failure(
      "ERR_SHAPE",
      `convolutionalNetwork: expected images of at least ${shrunk} x ${shrunk} pixels, which ${channels.length} ` +
        `layers halve, got ${rows} x ${columns}; give fewer channels`,
    );
  }
  const weights = new Weights();
  for (const [l, channel] of channels.entries()) {
    const before = l === 0 ? inputShape[2]! : channels[l - 1]!;
    weights.normal(`layer${l + 1}.filters`, [filter, filter, before, channel], gainBefore(activation));
    weights.filled(`layer${l + 1}.bias`, channel, 0);
  }
  const features = left * channels.at(-1)!;
  weights.normal("output.weights", [features, outputs], 1);
  weights.filled("output.bias", outputs, 0);
  return modelOf({
    name: "convolutional network",
    inputShape,
    outputs,
    weights: weights.list,
    options: { channels: [...channels], filter, activation: activationName(activation) },
    apply(x, parameters) {
      let signal = x as Tensor4D;
      for (const l of channels.keys()) {
        const z: Tensor = add(conv2d(signal, parameters[2 * l] as Tensor4D, 1, "same"), parameters[2 * l + 1]!);
        signal = avgPool(activate(activation, z) as Tensor4D, 2, 2, "valid");
      }
      const [w, b] = parameters.slice(-2);
      return add(matMul(reshape(signal, [x.shape[0]!, features]) as Tensor2D, w as Tensor2D), b!);
    },
  });
}
