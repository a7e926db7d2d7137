import { cast, oneHot, reshape, type Tensor, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import { data, standIn } from "../../autodiff/trace/constant.ts";
import { type Complain, isTensor, type Traceable } from "../../autodiff/trace/trace.ts";
import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import type { Regularization } from "../networks/networkLosses.ts";
import { fullRegularization, regularizationRule } from "../networks/regularization.ts";
import type { DataValues, RowSource } from "../problem.ts";
import { callback } from "../rules.ts";
import { forEachPart } from "../traced/sourceRows.ts";
import { describeResult } from "../traced/tracedProblem.ts";
import { type OutputLaw, type OutputLossName, outputLosses } from "./outputLosses.ts";

/**
 * A loss of the outputs of one sample, row by row: a function in TensorFlow.js of the outputs z [n, c] and of the targets,
 * where there are any, to the n losses l_i. Each l_i must depend on the row z_i alone.
 */
export type SampleLoss = (outputs: Tensor2D, targets: Tensor) => Tensor;

/** How the losses l_i of the samples make up L = sum_i w_i l_i(z_i), and what they are. */
export interface LossOfOutputs {
  /**
   * Loss l_i of a sample, by name, which also says under which law the targets y are drawn, or a {@link SampleLoss} of
   * your own, which has no known law.
   *
   * - `squared`: sum_j (z_j - y_j)^2 / (2 v_j), Gaussian of variance v_j, see `variance`.
   * - `meanSquared`: mean over j of (z_j - y_j)^2, Gaussian of variance c / 2.
   * - `crossEntropy`: -sum_j y_j log softmax(z)_j, categorical; targets are class numbers 0 to c - 1, or distributions.
   * - `bernoulli`: sum_j log(1 + e^z_j) - y_j z_j, independent Bernoulli; z are logits.
   * - `poisson`: sum_j e^z_j - y_j z_j, independent Poisson; z are logarithms of rates.
   * - `gaussian`: sum_j (s_j + (y_j - m_j)^2 e^-s_j) / 2, Gaussian; z = [m, s], means and then logarithms of variances.
   */
  readonly loss: OutputLossName | SampleLoss;
  /**
   * Targets y, row by row. They become a data input named "targets", which `with` and minibatches exchange. Or a function
   * that returns them as a tensor. A named loss needs them.
   */
  readonly targets?: Float64Array | readonly number[] | (() => Tensor);
  /**
   * Weights w_i: `mean`, 1/n; `sum`, 1; or n numbers r_i >= 0, for r_i / sum r. The numbers become a data input named
   * "weights". Default `mean`.
   */
  readonly weighting?: "mean" | "sum" | Float64Array | readonly number[];
  /** Variance of the law of `squared`: a number, or one per output. Default 1. */
  readonly variance?: number | readonly number[];
  /**
   * Coefficient c of a penalty c ||theta||^2 that is added to L: the sum over all parameters, biases too, without a factor
   * 1/2. An object gives the choices in full. Its Hessian is a part of the Gauss-Newton matrix; the matrices of the law and
   * of the samples are those of the losses alone. Default 0.
   */
  readonly regularization?: number | Regularization;
}

/** The loss of a model that is written as its outputs and a loss of them. */
export interface OutputsAndLoss<Outputs = Traceable> extends LossOfOutputs {
  /**
   * Function that returns the outputs z, a tensor [n, c] with a row for each sample, or n numbers for c = 1. Logits,
   * logarithms of rates and so on, as `loss` says.
   */
  readonly outputs: Outputs;
}

const isNumbers = (value: unknown): value is Float64Array | readonly number[] =>
  value instanceof Float64Array || (Array.isArray(value) && value.every((each) => typeof each === "number"));
const names = Object.keys(outputLosses).join(", ");

const rules = {
  outputs: { ...callback, required: true },
  loss: {
    required: true,
    expected: `a function or one of ${names}`,
    is: (value: unknown) =>
      typeof value === "function" || (typeof value === "string" && Object.hasOwn(outputLosses, value)),
    range: true,
  },
  targets: {
    expected: "a list of numbers, or a function that returns a tensor",
    is: (value: unknown) => typeof value === "function" || isNumbers(value),
  },
  weighting: {
    default: "mean",
    expected: '"mean", "sum" or a list of weights',
    is: (value: unknown) => value === "mean" || value === "sum" || isNumbers(value),
    range: true,
  },
  variance: {
    default: 1,
    expected: "a positive number, or a list of them",
    is: (value: unknown) =>
      [value].flat().length > 0 &&
      [value].flat().every((each) => typeof each === "number" && each > 0 && each < Infinity),
    range: true,
  },
  regularization: regularizationRule,
} as const;

/** What a model's function returns that computes L itself, in operations of its own. */
export interface OutputsAndTotal {
  readonly outputs: Tensor;
  /** Targets, of the shape of the outputs. */
  readonly targets: Tensor;
  /** L, the penalty included. */
  readonly total: Tensor;
}

/** The checked loss of outputs, as far as it is known before the outputs are. */
export class OutputLoss {
  readonly law: OutputLaw | undefined;
  readonly name: string;
  readonly weighting: "mean" | "sum" | "weights";
  readonly regularization: Required<Regularization>;
  readonly #who: string;
  readonly #given: Required<Pick<LossOfOutputs, "loss" | "weighting" | "variance">> & Pick<LossOfOutputs, "targets">;
  /** Samples, outputs and numbers of a target as the loss is given. */
  #first: { readonly samples: number; readonly outputs: number; readonly width: number } | undefined;

  constructor(who: string, given: OutputsAndLoss<unknown>) {
    const { outputs: _, targets, regularization, ...read } = readOptions(who, given, rules);
    this.regularization = fullRegularization(who, regularization);
    this.#who = who;
    this.#given = { ...read, ...(targets === undefined ? {} : { targets }) };
    const { loss, weighting } = read;
    this.law = typeof loss === "string" ? outputLosses[loss] : undefined;
    this.name = typeof loss === "string" ? loss : loss.name || "a function";
    this.weighting = typeof weighting === "string" ? weighting : "weights";
    if (this.law !== undefined && targets === undefined) {
      throw failure("ERR_OPTION_TYPE", `${who}: expected targets for the loss ${this.name}, got none`);
    }
    if (loss !== "squared" && given.variance !== undefined) {
      throw failure(
        "ERR_OPTION_RANGE",
        `${who}: expected no variance for the loss ${this.name}, got ${String(given.variance)}; only squared has one`,
      );
    }
  }

  /** Variances of the law, one per output. */
  varianceFor(outputs: number): readonly number[] {
    const { loss, variance } = this.#given;
    if (loss === "meanSquared") return Array.from({ length: outputs }, () => outputs / 2);
    if (typeof variance === "number") return Array.from({ length: outputs }, () => variance);
    if (variance.length === outputs) return variance;
    throw failure(
      "ERR_LENGTH",
      `${this.#who}: expected a variance for each of ${outputs} outputs, got ${variance.length}`,
    );
  }

  /** Makes the outputs z, the losses of an input that stands for z, and the weights where they are numbers. */
  tensors(result: unknown, complain: Complain): readonly Tensor[] {
    const z = outputsOf(result, complain);
    const [samples, outputs] = z.shape;
    const zeta = standIn(standInName, z.shape) as Tensor2D;
    this.#first ??= { samples, outputs, width: this.#widthOf(samples, outputs) };
    const targets = this.#targets(outputs, complain);
    const { loss, weighting } = this.#given;
    const losses =
      typeof loss === "function"
        ? loss(zeta, targets as Tensor)
        : this.law!.loss(zeta, targets as Tensor2D, this.varianceFor(outputs));
    if (!isTensor(losses) || losses.shape.join() !== String(samples)) {
      throw complain(
        `has a loss that returns ${describeResult(losses)} instead of a number for each of ${samples} samples`,
        "reduce the outputs of each sample, by tf.sum(..., 1), and leave the mean over the samples to weighting",
      );
    }
    if (typeof weighting === "string") return [z, losses];
    return [z, losses, data("weights", weighting, [weighting.length])];
  }

  /**
   * Makes the outputs, the losses of an input that stands for them, and the total of a model that computes it; the total
   * alone where outputs and targets are not rows of equally many numbers.
   */
  tensorsOfModel({ outputs, targets, total }: OutputsAndTotal): readonly Tensor[] {
    const fits = outputs.rank === 2 && targets.rank === 2 && outputs.shape.join() === targets.shape.join();
    if (!fits) return [total];
    const zeta = standIn(standInName, outputs.shape) as Tensor2D;
    const losses = this.law!.loss(zeta, targets as Tensor2D, this.varianceFor(outputs.shape[1]!));
    return [outputs, losses, total];
  }

  /** Checks targets and weights that take the place of those given. */
  check(who: string, values: DataValues): void {
    const { targets, weighting } = this.#given;
    const first = this.#first!;
    const { targets: newTargets, weights: newWeights } = values;
    if (newTargets !== undefined && isNumbers(targets)) this.#checkTargets(who, newTargets, first.width, first.outputs);
    if (newWeights !== undefined && typeof weighting !== "string") checkWeights(who, newWeights);
  }

  /** Returns the numbers of a sample's target; 0 for a class number. Checks all of them. */
  #widthOf(samples: number, outputs: number): number {
    const { targets, weighting } = this.#given;
    const who = this.#who;
    if (typeof weighting !== "string") {
      if (weighting.length !== samples) {
        throw failure(
          "ERR_LENGTH",
          `${who}: expected a weight for each of ${samples} samples, got ${weighting.length}`,
        );
      }
      checkWeights(who, weighting);
    }
    if (this.name === "crossEntropy" && this.law !== undefined && outputs < 2) {
      throw failure("ERR_SHAPE", `${who}: expected two outputs at least for crossEntropy, got one; use bernoulli`);
    }
    if (this.name === "gaussian" && this.law !== undefined && outputs % 2 === 1) {
      throw failure(
        "ERR_SHAPE",
        `${who}: expected outputs [means, logarithms of variances] for gaussian, got an odd number, ${outputs}`,
      );
    }
    if (targets === undefined || typeof targets === "function") return 0;
    const whole = this.law?.targetWidth(outputs) ?? targets.length / samples;
    const isClass = this.#hasClasses && targets.length === samples;
    if (!isClass && (targets.length !== samples * whole || !Number.isInteger(whole) || whole < 1)) {
      const wanted = this.#hasClasses ? `${samples} class numbers or ${samples} x ${whole}` : `${samples} x ${whole}`;
      throw failure(
        "ERR_LENGTH",
        `${who}: expected targets of ${this.law === undefined ? `${samples} rows` : `${wanted} numbers`}, ` +
          `got ${targets.length} numbers`,
      );
    }
    const width = isClass ? 0 : whole;
    this.#checkTargets(who, targets, width, outputs);
    return width;
  }

  get #hasClasses(): boolean {
    return this.#given.loss === "crossEntropy";
  }

  #checkTargets(who: string, targets: ArrayLike<number> | RowSource, width: number, outputs: number): void {
    const { law } = this;
    if (law === undefined) return;
    const isClass = this.#hasClasses && width === 0;
    forEachPart(targets, (numbers, from) => {
      for (let i = 0; i < numbers.length; i++) {
        const target = numbers[i]!;
        const right = isClass ? Number.isInteger(target) && target >= 0 && target < outputs : undefined;
        const wanted = isClass ? (right ? undefined : `a class number from 0 to ${outputs - 1}`) : law.wrong(target);
        // NaN and infinities are refused with the place by the data input.
        if (wanted === undefined || !Number.isFinite(target)) continue;
        const sample = width > 0 ? Math.floor((from + i) / width) : from + i;
        throw failure("ERR_OPTION_RANGE", `${who}: expected ${wanted} as target of sample ${sample}, got ${target}`);
      }
    });
  }

  #targets(outputs: number, complain: Complain): Tensor | undefined {
    const { targets } = this.#given;
    if (targets === undefined) return undefined;
    const { samples, width } = this.#first!;
    if (typeof targets !== "function") {
      if (width === 0) return hot(data("targets", targets, [samples], "int32"), outputs);
      return data("targets", targets, [samples, width]);
    }
    const made = targets();
    if (!isTensor(made)) throw complain(`has targets that are ${describeResult(made)}`, "return a tensor");
    if (this.law === undefined) return made;
    if (this.#hasClasses && made.rank === 1) return hot(made, outputs);
    const y = made.rank === 1 ? reshape(made, [made.shape[0]!, 1]) : made;
    const width2 = this.law.targetWidth(outputs);
    if (y.rank === 2 && y.shape[1] === width2) return y;
    throw complain(
      `has targets of shape [${made.shape.join(", ")}]`,
      `return a row of ${width2} numbers for each sample`,
    );
  }
}

/** Name of the input that stands for the outputs where the loss is traced. */
export const standInName = "the outputs";

function hot(classes: Tensor, outputs: number): Tensor {
  return cast(oneHot(classes as Tensor1D, outputs), "float32");
}

function outputsOf(result: unknown, complain: Complain): Tensor2D {
  if (!isTensor(result)) {
    throw complain(
      `returns ${describeResult(result)} as outputs instead of a tensor`,
      "return the outputs as a tensor",
    );
  }
  const { shape } = result;
  if (shape.length === 1) return reshape(result, [shape[0]!, 1]);
  if (shape.length === 2) return result as Tensor2D;
  throw complain(
    `returns outputs of shape [${shape.join(", ")}] instead of samples x outputs`,
    "reshape them to a row for each sample",
  );
}

function checkWeights(who: string, weights: ArrayLike<number> | RowSource): void {
  let sum = 0;
  forEachPart(weights, (numbers, from) => {
    for (let i = 0; i < numbers.length; i++) {
      const weight = numbers[i]!;
      if (weight < 0) {
        throw failure(
          "ERR_OPTION_RANGE",
          `${who}: expected weights of at least 0, got ${weight} for sample ${from + i}`,
        );
      }
      sum += weight;
    }
  });
  if (sum === 0) throw failure("ERR_OPTION_RANGE", `${who}: expected weights with a positive sum, got only zeros`);
}
