import {
  addN,
  logSoftmax,
  mean,
  mul,
  neg,
  reshape,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
} from "@tensorflow/tfjs-core";

/** Losses that networks know by name. Predictions and targets are samples x outputs. */
export const networkLosses = {
  /** Computes the mean of (prediction - target)^2 over all samples and outputs. */
  meanSquaredError: (predictions: Tensor, targets: Tensor): Scalar => mean(square(sub(predictions, targets))),
  /** Computes the mean over the samples of -sum over the classes of target log softmax(prediction). */
  softmaxCrossEntropy: (predictions: Tensor, targets: Tensor): Scalar =>
    neg(mean(sum(mul(targets, logSoftmax(predictions)), -1))),
} as const;

export type NetworkLossName = keyof typeof networkLosses;

/** A loss: a name, or a function in TensorFlow.js of predictions and targets, both samples x outputs, to a scalar. */
export type NetworkLoss = NetworkLossName | ((predictions: Tensor, targets: Tensor) => Tensor);

export interface Regularization {
  /** Coefficient c >= 0 in L = loss + c sum of theta^2, without a factor 1/2. */
  readonly coefficient: number;
  /** Whether theta^2 is averaged over the parameters instead of summed. Default false. */
  readonly average?: boolean;
  /** Whether biases are among the parameters theta. Default true. */
  readonly biases?: boolean;
}

/** Computes c times the sum or the mean of the squares of the parameters. */
export function penaltyOf(parameters: readonly Tensor[], regularization: Required<Regularization>): Tensor {
  const { coefficient, average, biases } = regularization;
  const counted = biases ? parameters : parameters.filter((parameter) => parameter.rank > 1);
  const squares = addN(counted.map((parameter) => reshape(sum(square(parameter)), [])));
  const count = average ? counted.reduce((total, parameter) => total + parameter.size, 0) : 1;
  return mul(squares, coefficient / count);
}
