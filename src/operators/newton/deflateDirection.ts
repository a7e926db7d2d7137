import { defineUpdate, dot, failure, type Update } from "../../authoring/index.ts";
import { type DeflatedOptions, deflation, deflationRoots } from "../../problems/deflated.ts";

/**
 * Turns Newton's direction into that of the deflated field M F, which has no zeros at the points found already: p <- c p.
 *
 * With m = product of (1 / ||z - r||^p + sigma), the deflated Newton system (m J + F grad m^T) q = -m F has the solution q = c p,
 * c = 1 / (1 - <grad m / m, p>), p = -J^-1 F being the direction chosen before [1]. So nothing is solved anew, and a symmetric J stays
 * symmetric: `newtonDirection` finds further critical points of large problems without `deflated`, which has no symmetric Jacobian.
 * Only the length and the sense of p change: c < 0 turns back from a root. It is exact for exact directions.
 *
 * Put `gradientStep(1)` after it: a line search on ||F|| would lead back to the roots. Column `deflation`: c. Where the denominator is 0
 * to rounding, the deflated Jacobian is singular and p stays as it is (c = 1). Cost: a distance to each root.
 *
 * @example chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonDirection(), deflateDirection([first.point]), gradientStep(1))
 * @param roots points found already
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_LENGTH for roots of two lengths, in the stream for a length that is not the
 *   problem's, ERR_NOT_FINITE for NaN in a root
 * @see [1] Farrell, Birkisson and Funke, "Deflation techniques for finding distinct solutions of nonlinear partial differential
 *   equations", SIAM J. Sci. Comput. 37, 2015, doi:10.1137/140984798
 */
export function deflateDirection(roots: readonly ArrayLike<number>[], options: DeflatedOptions = {}): Update {
  const dimension = roots[0]?.length ?? 0;
  const { known, power, shift } = deflationRoots("deflateDirection", roots, dimension, "the first root", options);
  return defineUpdate({
    name: "deflateDirection",
    refines: "direction",
    columns: { deflation: { meaning: "c: the deflated Newton direction over the plain one" } },
    step(it) {
      if (known.length > 0 && dimension !== it.point.length) {
        throw failure(
          "ERR_LENGTH",
          `deflateDirection: expected roots of length ${it.point.length}, got ${dimension}; the problem is ${it.at.problem.name}`,
        );
      }
      const { gradient } = deflation(it.point, known, power, shift);
      const denominator = 1 - dot(gradient, it.direction);
      const factor = 1 / denominator;
      if (!(Math.abs(denominator) > Number.EPSILON && Number.isFinite(factor))) return { columns: { deflation: 1 } };
      return { direction: it.direction.map((p) => factor * p), columns: { deflation: factor } };
    },
  });
}
