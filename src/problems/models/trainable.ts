import type { Tensor } from "@tensorflow/tfjs-core";
import { data as dataInput } from "../../autodiff/index.ts";
import { isTensor } from "../../autodiff/trace/trace.ts";
import { failure, isFluxionError } from "../../errors.ts";
import { readOptions, showValue } from "../../options.ts";
import { sizeOf } from "../datasets/flatNumbers.ts";
import { firstRowsOf, isOfFile, type Numbers } from "../datasets/rowSources.ts";
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
import type { DataValues, ParameterBlock, TracedProblem } from "../problem.ts";
import { text, yesOrNo } from "../rules.ts";
import { describeResult } from "../traced/describeResult.ts";
import { type Minibatches, type MinibatchOptions, minibatches } from "../traced/minibatches.ts";
import { type Predictions, predictions } from "../traced/predictions.ts";
import { type Model, whyNotModel } from "./model.ts";

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
  const wrong = whyNotModel(model);
  if (wrong !== undefined) throw failure("ERR_OPTION_TYPE", `trainable: expected a model, but ${wrong}`);
  const { name = model.name } = read;
  const loss = read.loss ?? (train.labels === undefined ? "meanSquaredError" : "softmaxCrossEntropy");
  const regularization = fullRegularization("trainable", read.regularization);
  checkShapes(model, train);
  const fitOf = (outputs: Tensor, wanted: Tensor): Tensor =>
    typeof loss === "string" ? networkLosses[loss](outputs, wanted) : loss(outputs, wanted);
  const rows = Math.min(64, train.count);
  const { inputs, targets } = firstNumbers(train, rows);
  const { shapes, names } = model;
  const problem = modelLoss(
    {
      who: "trainable",
      shapes,
      call(parameters) {
        const x = dataInput("inputs", inputs, [rows, ...model.inputShape]);
        const wanted = dataInput("targets", targets, [rows, model.outputs]);
        return { outputs: outputsOf(model, x, parameters), targets: wanted };
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
    initialPoint(seed) {
      const point: unknown = model.initialPoint(seed);
      if (point instanceof Float64Array || Array.isArray(point)) return Float64Array.from(point as ArrayLike<number>);
      throw failure(
        "ERR_OPTION_TYPE",
        `${model.name}: expected initialPoint to give a list of numbers, got ${showValue(point)}`,
      );
    },
    batches: (given) => minibatches(problem, train.values, given),
    full: () => problem.with(inMemory(train)),
    heldOut(data) {
      checkShapes(model, data);
      const truth = data.targets!;
      const first = firstNumbers(train, 1).inputs;
      const predict = predictions(
        shapes,
        (...parameters: readonly Tensor[]) =>
          outputsOf(model, dataInput("inputs", first, [1, ...model.inputShape]), parameters),
        { name, chunk: rowsAtOnce },
      ).with({ inputs: data.values.inputs! });
      const size = [data.count, model.outputs];
      const fit = predictions([size], (outputs) => fitOf(outputs, dataInput("targets", truth, size)), { name });
      return { predict, loss: (point) => fit(predict(point))[0]! };
    },
  };
}

/** The outputs of a model, whose shape would otherwise be stretched to that of the targets, or fail far from its cause. */
function outputsOf(model: Model, x: Tensor, parameters: readonly Tensor[]): Tensor {
  let outputs: unknown;
  try {
    outputs = model.apply(x, parameters);
  } catch (cause) {
    if (isFluxionError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure("ERR_LOSS", `${model.name}: apply fails: ${reason}`, { cause });
  }
  const wanted = [x.shape[0]!, model.outputs];
  const what = `${model.name}: expected apply to return a tensor of the shape [${wanted.join(", ")}], rows x outputs`;
  if (!isTensor(outputs)) throw failure("ERR_LOSS", `${what}, got ${describeResult(outputs)}`);
  if (outputs.shape.join() !== wanted.join()) throw failure("ERR_SHAPE", `${what}, got [${outputs.shape.join(", ")}]`);
  return outputs;
}

/** Inputs and targets of the first rows, for the trace. */
function firstNumbers(
  { fields, values }: Dataset,
  rows: number,
): { readonly inputs: Float64Array; readonly targets: Float64Array } {
  const first = (field: "inputs" | "targets"): Float64Array =>
    firstRowsOf(values[field] as Numbers, rows, sizeOf(fields[field]!));
  return { inputs: first("inputs"), targets: first("targets") };
}

/** All data for one field: bytes as numbers, which several threads can share; rows of a file where they are. */
function inMemory(data: Dataset): DataValues {
  const { inputs, targets } = data.values as Readonly<Record<"inputs" | "targets", Numbers>>;
  return isOfFile(inputs) || isOfFile(targets) ? data.values : { inputs: data.inputs, targets: data.targets! };
}

function checkShapes(model: Model, { name, fields, values }: Dataset): void {
  if (values.targets === undefined) {
    throw failure("ERR_OPTION_RANGE", `trainable: expected labels or targets of "${name}", got none`);
  }
  for (const [what, own, wanted] of [
    ["inputs", fields.inputs!, model.inputShape],
    ["targets", fields.targets!, [model.outputs]],
  ] as const) {
    if (own.join() === wanted.join() || (sizeOf(own) === sizeOf(wanted) && (own.length === 1 || wanted.length === 1)))
      continue;
    throw failure(
      "ERR_SHAPE",
      `trainable: expected ${what} of "${name}" of the shape [${wanted.join(", ")}] of ${model.name}, got [${own.join(", ")}]`,
    );
  }
}
