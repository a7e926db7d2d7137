import { complementarity } from "../complementarity.ts";
import { checkDimension } from "../sets/convexSet.ts";
import type { SolvedProblem } from "./certified.ts";

/**
 * Builds Murty's linear complementarity problem, on which Lemke's pivoting takes 2^n steps.
 *
 * F(z) = M z - (1, ..., 1), where M is upper triangular with 1 on the diagonal and 2 above it. M is a P-matrix. It is
 * monotone, because its symmetric part is the matrix of ones. The only solution is (0, ..., 0, 1).
 *
 * Cost of an evaluation or a product: O(n).
 *
 * @example murtyComplementarity(3).solutions[0] // [0, 0, 1]
 * @param size n
 * @throws {RangeError} ERR_OPTION_RANGE for a size that is not a positive integer
 * @see Murty, "Computational complexity of complementary pivot methods", 1978
 */
export function murtyComplementarity(size: number): SolvedProblem {
  checkDimension("murtyComplementarity", size);
  const apply = (_: Float64Array, v: Float64Array, out: Float64Array): void => {
    let above = 0;
    for (let i = size - 1; i >= 0; i--) {
      const own = v[i]!;
      out[i] = own + 2 * above;
      above += own;
    }
  };
  const applyTranspose = (_: Float64Array, u: Float64Array, out: Float64Array): void => {
    let before = 0;
    for (let i = 0; i < size; i++) {
      const own = u[i]!;
      out[i] = own + 2 * before;
      before += own;
    }
  };
  const problem = complementarity(
    (z, out) => {
      apply(z, z, out);
      for (let i = 0; i < size; i++) out[i] = out[i]! - 1;
    },
    {
      dimension: size,
      name: "murtyComplementarity",
      description: { problem: "murtyComplementarity", size },
      jacobian: { apply, applyTranspose },
    },
  );
  const solution = new Float64Array(size);
  solution[size - 1] = 1;
  return { ...problem, solutions: [solution] };
}
