import { isFluxionError } from "../../authoring/index.ts";

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
