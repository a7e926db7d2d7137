/** The networks of the experiment. */
import { add, matMul, type Tensor, type Tensor2D, tanh } from "@tensorflow/tfjs-core";
import { dataset } from "../../../problems/datasets/dataset.ts";
import { convolutionalNetwork } from "../../../problems/models/convolutional.ts";
import { type Model, modelOf, Weights } from "../../../problems/models/model.ts";
import { trainingModel } from "../training/trainingModel.ts";
import type { Source } from "./source.ts";

/**
 * A perceptron with a hidden layer of tanh, without a bias in its first layer: the theorem needs that the inputs enter by
 * a product alone. Weights begin with variance 1 / (inputs of the layer), biases at 0.
 */
export function biaslessPerceptron(inputs: number, hidden: number, outputs: number): Model {
  const weights = new Weights();
  weights.normal("layer1.weights", [inputs, hidden], 1);
  weights.normal("layer2.weights", [hidden, outputs], 1);
  weights.filled("layer2.bias", outputs, 0);
  return modelOf({
    name: "perceptron without a bias in its first layer",
    inputShape: [inputs],
    outputs,
    weights: weights.list,
    options: { hidden: [hidden], activation: "tanh" },
    apply: (x, [first, second, bias]) =>
      add(matMul(tanh(matMul(x as Tensor2D, first as Tensor2D)) as Tensor2D, second as Tensor2D), bias as Tensor),
  });
}

/** Hidden units of `mlp`, where nothing else is given. */
const units = 64;
/** Filters of `cnn`, where nothing else is given. */
const channels = 8;

/**
 * The network that is meant: `mlp`; `cnn`, 3 x 3 filters with tanh, means over 2 x 2 pixels and a linear layer; or what
 * `fluxion run train` takes, such as the default export of a module.
 */
export async function networkOf(wanted: string, source: Source, hidden: number | undefined): Promise<Model> {
  const { inputs, shape, targets, count, outputs } = source;
  if (wanted === "mlp") return biaslessPerceptron(source.width, hidden ?? units, outputs);
  if (wanted === "cnn") {
    return convolutionalNetwork({ inputShape: shape, outputs, channels: [hidden ?? channels], activation: "tanh" });
  }
  return trainingModel(wanted, dataset({ inputs, shape, targets: rowsOf(targets, count) }));
}

function rowsOf(values: Float64Array, count: number): Float64Array[] {
  const width = values.length / count;
  return Array.from({ length: count }, (_, i) => values.subarray(i * width, (i + 1) * width));
}
