/** A loss as outputs and a loss of them: what users give, and its rules. */
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { Traceable } from "../../autodiff/trace/trace.ts";
import type { Regularization } from "../networks/networkLosses.ts";
import { regularizationRule } from "../networks/regularization.ts";
import { callback } from "../rules.ts";
import { type OutputLossName, outputLosses } from "./outputLosses.ts";

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

/** Whether a value is numbers in a list. */
export const isNumbers = (value: unknown): value is Float64Array | readonly number[] =>
  value instanceof Float64Array || (Array.isArray(value) && value.every((each) => typeof each === "number"));
const names = Object.keys(outputLosses).join(", ");

export const outputsAndLossRules = {
  outputs: { ...callback, required: true },
  loss: {
    required: true,
    expected: `a function or one of ${names}`,
    is: (value: unknown) =>
      typeof value === "function" || (typeof value === "string" && Object.hasOwn(outputLosses, value)),
    range: true,
  },
  targets: {
    expected: "a list of numbers, row after row, or a function that returns a tensor",
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
