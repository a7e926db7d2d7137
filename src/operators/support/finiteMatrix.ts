import { type Evaluation, isFiniteVector } from "../../authoring/index.ts";
import { denseOf } from "../../linalg/dense/dense.ts";

/**
 * The matrix of J, row by row; undefined where an entry is NaN or infinite, which is an outcome, not misuse. Costs n
 * products.
 */
export function finiteMatrix(at: Evaluation): Float64Array | undefined {
  const matrix = denseOf(at.linearize());
  return isFiniteVector(matrix) ? matrix : undefined;
}
