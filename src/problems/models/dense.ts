import { add, matMul, reshape, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import { readOptions } from "../../options.ts";
import type { Activation } from "../networks/activations.ts";
import { hiddenWidths } from "../rules.ts";
import {
  activate,
  activationName,
  activationRule,
  gainBefore,
  type Model,
  type ModelOptions,
  modelOf,
  modelRules,
  Weights,
} from "./model.ts";

/** Options of {@link multilayerPerceptron}. */
export interface PerceptronOptions extends ModelOptions {
  /** Widths of the hidden layers. Default [64]. */
  readonly hidden?: readonly number[];
  /** Activation of the hidden layers. Default "swish". */
  readonly activation?: Activation;
}

const rules = {
  ...modelRules,
  hidden: { ...hiddenWidths, default: [64] },
  activation: { ...activationRule, default: "swish" },
} as const;

/**
 * Makes a linear model: outputs = x W + b, with x an input laid out as a vector.
 *
 * It begins with independent normal weights of variance 1 / (inputs), so that the law of the first layer is isotropic:
 * a rotation of the inputs does not change it. The bias begins at 0.
 *
 * @example
 * const model = linearModel({ inputShape: [8, 8, 1], outputs: 10 });
 * console.log(model.names.join(), model.initialPoint(1).length);
 * // weights,bias 650
 * @throws {RangeError} ERR_OPTION_RANGE for shapes and numbers that are not positive integers
 */
export function linearModel(options: ModelOptions): Model {
  const { inputShape, outputs } = readOptions("linearModel", options, modelRules);
  const size = inputShape.reduce((product, extent) => product * extent, 1);
  const weights = new Weights();
  weights.normal("weights", [size, outputs], 1);
  weights.filled("bias", outputs, 0);
  return modelOf({
    ...{ name: "linear", inputShape, outputs, weights: weights.list, options: {} },
    apply: (x, [w, b]) => add(matMul(reshape(x, [x.shape[0]!, size]) as Tensor2D, w as Tensor2D), b!),
  });
}

/**
 * Makes a fully connected network with hidden layers, as `network` has it, without data.
 *
 * A_l = activation(A_(l-1) W_l + b_l), and the last layer is linear. Weights begin as independent normal numbers of
 * variance gain / (inputs of the layer), where the gain is 2 before relu [1], else 1; so the law of the first layer is
 * isotropic. Biases begin at 0.
 *
 * @example
 * const model = multilayerPerceptron({ inputShape: [64], outputs: 10, hidden: [32] });
 * console.log(model.names.join(), model.initialPoint(1).length);
 * // layer1.weights,layer1.bias,layer2.weights,layer2.bias 2410
 * @param options {@link PerceptronOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for shapes and widths that are not positive integers
 * @see [1] He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, arXiv:1502.01852
 */
export function multilayerPerceptron(options: PerceptronOptions): Model {
  const { inputShape, outputs, hidden, activation } = readOptions("multilayerPerceptron", options, rules);
  const size = inputShape.reduce((product, extent) => product * extent, 1);
  const widths = [size, ...hidden, outputs];
  const weights = new Weights();
  for (let l = 1; l < widths.length; l++) {
    const gain = l === widths.length - 1 ? 1 : gainBefore(activation);
    weights.normal(`layer${l}.weights`, [widths[l - 1]!, widths[l]!], gain);
    weights.filled(`layer${l}.bias`, widths[l]!, 0);
  }
  return modelOf({
    name: "multilayer perceptron",
    inputShape,
    outputs,
    weights: weights.list,
    options: { hidden: [...hidden], activation: activationName(activation) },
    apply(x, parameters) {
      let signal: Tensor = reshape(x, [x.shape[0]!, size]);
      for (let l = 0; 2 * l < parameters.length; l++) {
        const z = add(matMul(signal as Tensor2D, parameters[2 * l] as Tensor2D), parameters[2 * l + 1]!);
        signal = 2 * l + 2 === parameters.length ? z : activate(activation, z);
      }
      return signal;
    },
  });
}
