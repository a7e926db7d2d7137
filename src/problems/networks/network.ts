import { add, matMul, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import { data as dataInput } from "../../autodiff/index.ts";
import { randomSource } from "../../random.ts";
import { extendProblem } from "../extendProblem.ts";
import type { OutputObjective } from "../outputs/outputObjective.ts";
import type { TracedProblem } from "../problem.ts";
import { networkSymmetries } from "../symmetries/networkSymmetries.ts";
import { withProofOnAnyData } from "../symmetries/proved.ts";
import { type Predictions, predictions } from "../traced/predictions.ts";
import { activations } from "./activations.ts";
import { withFormula } from "./lossFormula.ts";
import { modelLoss } from "./modelLoss.ts";
import { networkFormula } from "./networkFormula.ts";
import type { NetworkLossName } from "./networkLosses.ts";
import { checkedNetwork, type NetworkOptions } from "./networkOptions.ts";

/** Number of rows whose outputs are computed at once: enough for fast products of matrices, few enough for a cache. */
export const rowsAtOnce = 256;

export interface Network extends TracedProblem {
  /**
   * Draws independent normal weights of variance gain / (inputs of their layer); biases are 0. The gain is 2 before
   * `relu` [1], else 1.
   *
   * @see [1] He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, arXiv:1502.01852
   */
  initialPoint(seed: number): Float64Array;
  /**
   * Gives the outputs A_last on other inputs, samples x layers[0], as a function of the point: samples x outputs. They
   * are compiled here, in pieces of 256 samples.
   *
   * @throws ERR_LENGTH, ERR_NOT_FINITE for inputs that do not fit
   */
  predictionsOn(inputs: Float64Array): Predictions;
}

/**
 * Builds the loss of a fully connected network on given data.
 *
 * A_0 = X (samples x inputs) and A_l = activation(A_(l-1) W_l + 1 b_l^T), with W_l inputs x outputs as in
 * TensorFlow.js. The last layer has `outputActivation`, which is linear by default.
 * L = loss(A_last, targets) + regularisation; see {@link NetworkOptions} for the conventions.
 * z = (W_1, b_1, W_2, b_2, ...), with blocks `layer1.weights`, `layer1.bias`, ... Without targets the network is an
 * autoencoder.
 *
 * `with({ inputs, targets })` gives the same network on as many other samples (minibatches) without a new trace. An
 * autoencoder has `inputs` only.
 *
 * With `curvature: true` and a loss by name it also has the matrices of {@link OutputObjective}.
 *
 * Cost of an evaluation: about 6 x samples x weights operations.
 *
 * @example
 * const { pixels, oneHotLabels } = mnist4x4({ samples: 1000 });
 * const problem = network({ layers: [16, 12, 8, 10], activation: "swish", loss: "softmaxCrossEntropy",
 *   inputs: pixels, targets: oneHotLabels, regularization: 1e-4 });
 * @param options {@link NetworkOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE, ERR_LENGTH, ERR_NOT_FINITE for layers, data and options that do not fit
 */
export function network(
  options: NetworkOptions & { readonly loss?: NetworkLossName; readonly curvature: true },
): Network & OutputObjective;
export function network(options: NetworkOptions): Network;
export function network(options: NetworkOptions): Network {
  const checked = checkedNetwork(options);
  const {
    layers,
    hidden,
    output,
    loss,
    biases,
    regularization,
    curvature,
    inputs,
    targets,
    samples,
    name,
    description,
  } = checked;
  const depth = layers.length - 1;
  const shapes: (readonly number[])[] = [];
  const names: string[] = [];
  for (let l = 1; l <= depth; l++) {
    shapes.push([layers[l - 1]!, layers[l]!]);
    names.push(`layer${l}.weights`);
    if (!biases) continue;
    shapes.push([layers[l]!]);
    names.push(`layer${l}.bias`);
  }
  const stride = biases ? 2 : 1;

  const outputsOf = (x: Tensor, parameters: readonly Tensor[]): Tensor => {
    let signal = x;
    for (let l = 0; l < depth; l++) {
      const product: Tensor = matMul(signal as Tensor2D, parameters[stride * l] as Tensor2D);
      const z = biases ? add(product, parameters[stride * l + 1]!) : product;
      const activation = l === depth - 1 ? output : hidden[l]!;
      signal = (typeof activation === "string" ? activations[activation] : activation)(z);
    }
    return signal;
  };
  const problem = modelLoss(
    {
      who: "network",
      shapes,
      call(parameters) {
        const x = dataInput("inputs", inputs, [samples, layers[0]!]);
        const wanted = targets === undefined ? x : dataInput("targets", targets, [samples, layers[depth]!]);
        return { outputs: outputsOf(x, parameters), targets: wanted };
      },
      loss,
      regularization,
      curvature,
    },
    { name, names, description },
  );
  const made = extendProblem(problem, {
    initialPoint(seed: number) {
      const point = new Float64Array(problem.dimension);
      for (const block of problem.blocks) {
        if (block.shape.length !== 2) continue;
        const layer = (problem.blocks.indexOf(block) / stride) | 0;
        const gain = (layer === depth - 1 ? output : hidden[layer]) === "relu" ? 2 : 1;
        const deviation = Math.sqrt(gain / block.shape[0]!);
        const random = randomSource(seed, "network", "initialPoint", block.name);
        for (let i = 0; i < block.size; i++) point[block.offset + i] = deviation * random.normal();
      }
      return point;
    },
    predictionsOn(others: Float64Array) {
      const first = inputs.subarray(0, layers[0]);
      const traced = (...parameters: readonly Tensor[]): Tensor =>
        outputsOf(dataInput("inputs", first, [1, layers[0]!]), parameters);
      return predictions(shapes, traced, { name, chunk: rowsAtOnce }).with({ inputs: others });
    },
  });
  const formulated = withFormula(made, () => networkFormula(problem.blocks, checked));
  return withProofOnAnyData(formulated, () =>
    networkSymmetries({ blocks: problem.blocks, biases, hidden, output, loss, regularization }),
  );
}
