import type { LinearMap } from "../../linearMap.ts";
import { withVectors } from "../../vectorMemory.ts";
import { checkMinresOptions, checkSystem } from "./minresChecks.ts";
import { minresRecurrence, mostVectors } from "./minresRecurrence.ts";
import type { MinresQLPOptions, MinresQLPResult } from "./minresTypes.ts";

/**
 * Solves (A + shift I) x = b for a symmetric A, in the least-squares sense and of minimum length where A is singular.
 *
 * MINRES-QLP [1, 2]: Lanczos vectors V_k from b; Q_k T_k P_k = L_k lower triangular by reflections from the left and the
 * right; x_k = V_k P_k u_k with L_k u_k = Q_k (||b|| e_1) has the smallest residual over the Krylov space and, of all that
 * have it, the smallest length. While the condition is estimated below `transitionCondition` x_k is updated as in MINRES,
 * which is cheaper.
 *
 * Differs from [2]:
 * 1. All tests of an iterate are made before the next one overwrites it, so `x` is the iterate that passed: where the
 *    co-kernel test stops, the last component (whose pivot is what is numerically singular) is left out.
 * 2. An eigenvector b takes the common way, so that `maxNorm` holds for it.
 * 3. `maxCondition` leaves the offending component out instead of keeping it.
 * 4. A right side that turns out to lie in the kernel only up to rounding, once ||A|| is known, gives x = 0.
 * 5. Where the last component is left out, the one before it makes up for what that leaves in the residual.
 * 6. The shift is added, not subtracted; the preconditioner is given as P near |A|^-1.
 *
 * Cost: one product an iteration and two more for the residuals; about 9 n (MINRES) to 14 n (QLP) multiplications an
 * iteration; nine vectors, which from n = 64 on the next call of this size uses again.
 *
 * @example
 * const a = denseMatrix(2, 2, Float64Array.of(1, 0, 0, 0), { symmetric: true });
 * minresQLP(a, Float64Array.of(2, 3)).x // [2, 0]: the least-squares solution of minimum length
 * @param options {@link MinresQLPOptions}
 * @throws {TypeError} ERR_NOT_SYMMETRIC if the map does not say that it is symmetric
 * @throws {RangeError} ERR_LENGTH for wrong sizes, ERR_OPTION_RANGE for options out of range, ERR_NOT_FINITE if b holds
 *   NaN or an infinity, ERR_NOT_POSITIVE_DEFINITE if the preconditioner shows a negative direction
 * @see [1] Choi, Paige and Saunders, "MINRES-QLP: a Krylov subspace method for indefinite or singular symmetric systems",
 *   SIAM J. Sci. Comput. 33, 2011, doi:10.1137/100787921
 * @see [2] Choi and Saunders, "Algorithm 937: MINRES-QLP for symmetric and Hermitian linear equations and least-squares
 *   problems", ACM Trans. Math. Softw. 40, 2014, doi:10.1145/2527267
 */
export function minresQLP(map: LinearMap, b: Float64Array, options: MinresQLPOptions = {}): MinresQLPResult {
  checkSystem(map, b, options.preconditioner);
  checkMinresOptions("minresQLP", options);
  return withVectors(b.length, mostVectors, (zeros) => {
    const result = minresRecurrence(map, b, options, zeros);
    return { ...result, x: result.x.slice() };
  });
}
