import type { GraphBuilder } from "../../autodiff/build/builder.ts";
import { type Node, type Shape, sizeOf } from "../../autodiff/graph/graph.ts";
import type { Regularization } from "../networks/networkLosses.ts";

/** Returns the factor c_k of each parameter in the penalty sum_k c_k ||theta_k||^2. */
export function penaltyFactors(
  { coefficient, average, biases }: Required<Regularization>,
  shapes: readonly Shape[],
): readonly number[] {
  const counts = shapes.map((shape) => biases || shape.length > 1);
  const count = shapes.reduce((sum, shape, k) => sum + (counts[k] ? sizeOf(shape) : 0), 0);
  const factor = average && count > 0 ? coefficient / count : coefficient;
  return counts.map((isCounted) => (isCounted ? factor : 0));
}

/** Adds the penalty to a loss. */
export function penalised(b: GraphBuilder, loss: Node, parameters: readonly Node[], factors: readonly number[]): Node {
  return parameters.reduce(
    (sum, theta, k) => (factors[k] === 0 ? sum : b.add(sum, b.scale(factors[k]!, b.sum(b.mul(theta, theta))))),
    loss,
  );
}
