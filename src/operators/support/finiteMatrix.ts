import { type Evaluation, isFiniteVector, isFluxionError } from "../../authoring/index.ts";
import { denseOf } from "../../linalg/dense/dense.ts";

/**
 * The matrix of J, row by row; undefined where an entry is NaN or infinite, which is an outcome, not misuse. Costs n
 * products.
 */
export function finiteMatrix(at: Evaluation): Float64Array | undefined {
  const matrix = denseOf(at.linearize());
  return isFiniteVector(matrix) ? matrix : undefined;
}

/**
 * The result of linear algebra on the matrices of a row; undefined where they hold NaN or an infinity. A matrix that a
 * user gives is misuse then and throws ERR_NOT_FINITE, but one that a run comes to is an outcome.
 */
export function whereFinite<T>(algebra: () => T): T | undefined {
  try {
    return algebra();
  } catch (error) {
    if (isFluxionError(error) && error.code === "ERR_NOT_FINITE") return undefined;
    throw error;
  }
}
