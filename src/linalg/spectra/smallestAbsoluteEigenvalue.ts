import { symmetricFactor } from "../dense/symmetricFactor.ts";
import { lanczos } from "../krylov/lanczos.ts";
import { linearMap } from "../makeLinearMap.ts";

/** Steps of the inverse iteration: each is a solve, 2 n^2 operations. */
const steps = 40;

/**
 * The smallest |lambda| of a symmetric n x n row-major matrix, by Lanczos on its inverse; 0 where a pivot is exactly zero.
 *
 * An upper bound to rounding, and in general exact to many digits: 40 steps, more than there are eigenvalues of that size. Cost:
 * n^3 / 3 + 80 n^2 operations.
 *
 * @example smallestAbsoluteEigenvalue(Float64Array.of(2, 0, 0, -0.5)) // 0.5
 * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE as `symmetricFactor`
 */
export function smallestAbsoluteEigenvalue(matrix: Float64Array): number {
  const n = Math.round(Math.sqrt(matrix.length));
  const factor = symmetricFactor(matrix);
  if (factor.inertia.zero > 0) return 0;
  let overflow = false;
  const inverse = linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      const x = factor.solve(v)!;
      if (x.every(Number.isFinite)) out.set(x);
      else {
        // 1 / lambda is beyond all numbers: lambda is zero to rounding.
        overflow = true;
        out.fill(0);
      }
    },
  });
  const { values } = lanczos(inverse, { steps: Math.min(n, steps), exhausted: "restart" });
  return overflow ? 0 : 1 / Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
}
