import { checkNumbers } from "../arguments.ts";
import { symmetricFactor } from "../dense/symmetricFactor.ts";
import { unitScale } from "../dense/unitScale.ts";
import { lanczos } from "../krylov/lanczos.ts";
import { linearMap } from "../makeLinearMap.ts";

/** Number of Lanczos steps on the inverse. Each is a solve of 2 n^2 operations. */
const steps = 40;

/**
 * Computes the smallest |lambda| of a symmetric n x n row-major matrix by Lanczos on its inverse.
 *
 * The result is an upper bound up to rounding. In general it is exact to many digits, since 40 steps are more than
 * there are eigenvalues near the smallest one. It is 0 if a pivot is exactly zero.
 *
 * Cost: n^3 / 3 + 80 n^2 operations.
 *
 * @example smallestAbsoluteEigenvalue(Float64Array.of(2, 0, 0, -0.5)) // 0.5
 * @throws {RangeError} ERR_LENGTH for a matrix that is not square, ERR_NOT_FINITE if an entry is NaN or infinite
 */
export function smallestAbsoluteEigenvalue(matrix: Float64Array): number {
  checkNumbers("smallestAbsoluteEigenvalue", "matrix", matrix);
  const n = Math.round(Math.sqrt(matrix.length));
  const { scaled, unit } = unitScale(matrix);
  const factor = symmetricFactor(scaled);
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
        // 1 / lambda overflows, so lambda is zero up to rounding.
        overflow = true;
        out.fill(0);
      }
    },
  });
  const { values } = lanczos(inverse, { steps: Math.min(n, steps), exhausted: "restart" });
  return overflow ? 0 : unit / Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
}
