import type { Tensor } from "@tensorflow/tfjs-core";
import { type Complain, isTensor } from "../../autodiff/trace/trace.ts";
import { describeResult } from "./describeResult.ts";

/** Checks that a loss returned one scalar, and gives it as the list of outputs. */
export function scalarLoss(result: unknown, complain: Complain): readonly Tensor[] {
  if (!isTensor(result)) {
    throw complain(`returns ${describeResult(result)} instead of a scalar tensor`, "return the loss as a tensor");
  }
  if (result.shape.length > 0) {
    throw complain(
      `returns a tensor of shape [${result.shape.join(", ")}] instead of a scalar`,
      "reduce it by tf.mean or tf.sum (by tf.squeeze if it is a single number)",
    );
  }
  return [result];
}
