import type { Tensor } from "@tensorflow/tfjs-core";
import { data as dataInput } from "../../autodiff/index.ts";
import { failure } from "../../errors.ts";
import { readOptions, showValue } from "../../options.ts";
import type { Dataset } from "../datasets/types.ts";
import { modelLoss } from "../networks/modelLoss.ts";
import { rowsAtOnce } from "../networks/network.ts";
import {
  type NetworkLoss,
  type NetworkLossName,
  networkLosses,
  type Regularization,
} from "../networks/networkLosses.ts";
import { fullRegularization, regularizationRule } from "../networks/regularization.ts";
import type { OutputObjective } from "../outputs/outputObjective.ts";
import type { ParameterBlock, TracedProblem } from "../problem.ts";
import { text, yesOrNo } from "../rules.ts";
import { type Minibatches, type MinibatchOptions, minibatches } from "../traced/minibatches.ts";
import { type Predictions, predictions } from "../traced/predictions.ts";
import { isModel, type Model } from "./model.ts";

/** Options of {@link trainable}. */
export interface TrainableOptions {
  /** Loss of outputs and targets. Default `softmaxCrossEntropy` for data with labels, else `meanSquaredError`. */
  readonly loss?: NetworkLoss;
  /** Coefficient c of the penalty c ||z||^2 over all parameters, or an object with the choices in full. Default 0. */
  readonly regularization?: number | Regularization;
  /**
   * Whether the problem also has the curvature of its outputs, `OutputObjective`, which a loss by name can have.
   * It costs each minibatch some microseconds. Default false.
   */
  readonly curvature?: boolean;
  /** Name of the problem in messages, rows and files. Default: that of the model. */
  readonly name?: string;
}

/** A model's loss and outputs on held-out data. */
export interface HeldOut {
  /** Computes the loss at a point, without the penalty. It shares the outputs with `predict`. */
  loss(point: Float64Array): number;
  /** Outputs at a point, rows x outputs. */
  readonly predict: Predictions;
}

/** A model together with the data on which it is trained. */
export interface Trainable<P extends TracedProblem = TracedProblem> {
  readonly model: Model;
  /** Places of the parameters in a point. */
  readonly blocks: readonly ParameterBlock[];
  /** Draws a start, as the model says. */
  initialPoint(seed: number): Float64Array;
  /** Gives the problem of each step, on a batch of the training data. */
  batches(options?: MinibatchOptions): Minibatches<P>;
  /** Gives the problem on all training data at once. */
  full(): P;
  /** Gives loss and outputs on other data of the same shape. @throws ERR_SHAPE if they have another one */
  heldOut(data: Dataset): HeldOut;
}

const rules = {
  loss: {
    expected: `a function or one of ${Object.keys(networkLosses).join(", ")}`,
    is: (value: unknown) =>
      typeof value === "function" || (typeof value === "string" && Object.hasOwn(networkLosses, value)),
    range: true,
  },
  regularization: regularizationRule,
  curvature: { ...yesOrNo, default: false },
  name: text,
} as const;

/**
 * Puts a model and training data together: minibatches to iterate on, and the loss and outputs on held-out data for the
 * measures `testLoss`, `accuracy` and `calibration`.
 *
 * The loss is L(z) = loss(outputs(z), targets) + c ||z||^2, where the fit is a mean over the rows of a batch. With
 * `curvature: true` and a loss by name the problems also have the matrices of {@link OutputObjective}, which
 * `kfacDirection` and its neighbours use.
 *
 * Cost: the loss is traced for a batch of at most 64 rows, and once more for each other size.
 *
 * @example
 * const { train, test } = digits8x8().split({ test: 0.2, stratify: true });
 * const net = trainable(multilayerPerceptron({ inputShape: [8, 8, 1], outputs: 10, hidden: [16] }), train);
 * const held = net.heldOut(test);
 * const batches = net.batches({ size: 32 });
 * const update = chain(untilStep(5 * batches.perEpoch), momentum(), gradientStep(0.1), accuracy(held.predict, test.labels!, { when: "end" }));
 * const end = firstRows(batches, net.initialPoint(1), update, 1000).at(-1)!;
 * console.log(end.columns.testAccuracy! > 0.9);
 * // true
 * @param model model whose inputs and outputs have the shapes of the data
 * @param train training data with labels or targets
 * @param options {@link TrainableOptions}
 * @throws {RangeError} ERR_SHAPE for data that do not have the model's shapes; ERR_OPTION_RANGE for options out of range,
 *   and for data without labels or targets
 * @throws {TypeError} ERR_OPTION_TYPE for something that is not a model; as `objective`, where the model or the loss cannot be traced
 */
export function trainable(
  model: Model,
  train: Dataset,
  options: TrainableOptions & { readonly loss?: NetworkLossName; readonly curvature: true },
): Trainable<OutputObjective>;
export function trainable(model: Model, train: Dataset, options?: TrainableOptions): Trainable;
export function trainable(model: Model, train: Dataset, options: TrainableOptions = {}): Trainable {
  const read = readOptions("trainable", options, rules);
  if (!isModel(model)) {
    throw failure(
      "ERR_OPTION_TYPE",
      `trainable: expected a model, with shapes, names, apply and initialPoint, got ${showValue(model)}`,
    );
  }
  const { name = model.name } = read;
  const loss = read.loss ?? (train.labels === undefined ? "meanSquaredError" : "softmaxCrossEntropy");
  const regularization = fullRegularization("trainable", read.regularization);
  const targets = checkedTargets(model, train);
  const fitOf = (outputs: Tensor, wanted: Tensor): Tensor =>
    typeof loss === "string" ? networkLosses[loss](outputs, wanted) : loss(outputs, wanted);
  const width = train.inputs.length / train.count;
  const rows = Math.min(64, train.count);
  const { shapes, names } = model;
  const problem = modelLoss(
    {
      who: "trainable",
      shapes,
      call(parameters) {
        const x = dataInput("inputs", train.inputs.subarray(0, rows * width), [rows, ...model.inputShape]);
        const wanted = dataInput("targets", targets.subarray(0, rows * model.outputs), [rows, model.outputs]);
        return { outputs: model.apply(x, parameters), targets: wanted };
      },
      loss,
      regularization,
      curvature: read.curvature,
    },
    {
      name,
      names,
      description: {
        problem: name,
        model: model.description,
        loss: typeof loss === "string" ? loss : `function ${loss.name || "(unnamed)"}`,
        regularization: { ...regularization },
        data: train.description,
      },
    },
  );
  return {
    model,
    blocks: problem.blocks,
    initialPoint: (seed) => model.initialPoint(seed),
    batches: (given) => minibatches(problem, train.values, given),
    full: () => problem.with(train.values),
    heldOut(data) {
      const truth = checkedTargets(model, data);
      const first = train.inputs.subarray(0, width);
      const predict = predictions(
        shapes,
        (...parameters: readonly Tensor[]) =>
          model.apply(dataInput("inputs", first, [1, ...model.inputShape]), parameters),
        { name, chunk: rowsAtOnce },
      ).with({ inputs: data.inputs });
      const size = [data.count, model.outputs];
      const fit = predictions([size], (outputs) => fitOf(outputs, dataInput("targets", truth, size)), { name });
      return { predict, loss: (point) => fit(predict(point))[0]! };
    },
  };
}

function checkedTargets(model: Model, { name, fields, targets }: Dataset): Float64Array {
  if (targets === undefined) {
    throw failure("ERR_OPTION_RANGE", `trainable: expected labels or targets of "${name}", got none`);
  }
  for (const [what, own, wanted] of [
    ["inputs", fields.inputs!, model.inputShape],
    ["targets", fields.targets!, [model.outputs]],
  ] as const) {
    const size = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
    if (own.join() === wanted.join() || (size(own) === size(wanted) && (own.length === 1 || wanted.length === 1)))
      continue;
    throw failure(
      "ERR_SHAPE",
      `trainable: expected ${what} of "${name}" of the shape [${wanted.join(", ")}] of ${model.name}, got [${own.join(", ")}]`,
    );
  }
  return targets;
}
