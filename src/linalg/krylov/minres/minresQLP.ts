import { readOptions } from "../../../options.ts";
import { checkMap, checkNumbers } from "../../arguments.ts";
import type { LinearMap } from "../../linearMap.ts";
import { checkSystem, minresRules } from "./minresChecks.ts";
import type { MinresQLPOptions, MinresQLPResult } from "./minresTypes.ts";
import { solveInUnits } from "./scaledSystem.ts";
import { withPasses } from "./withPasses.ts";

/**
 * Solves (A + shift I) x = b for a symmetric map A by MINRES-QLP [1, 2]. If A + shift I is singular, x is the
 * least-squares solution of minimum length.
 *
 * Lanczos vectors V_k start from b. Reflections from the left and the right make Q_k T_k P_k = L_k lower triangular.
 * The iterate x_k = V_k P_k u_k with L_k u_k = Q_k (||b|| e_1) has the smallest residual over the Krylov space and, of
 * all that have it, the smallest length. While the estimated condition is below `transitionCondition`, x_k is updated
 * as in MINRES, which is cheaper.
 *
 * The method differs from [2]:
 * 1. An iterate passes all tests before the next one overwrites it, so `x` is the iterate that passed. Where the
 *    co-kernel test stops, the last component, whose pivot is numerically singular, is left out. With
 *    `returnedIterate: "last"` that component stays, as in the published code.
 * 2. An eigenvector b is treated like every other b, so that `maxNorm` holds for it.
 * 3. `maxCondition` leaves the offending component out instead of keeping it.
 * 4. A right side that turns out to lie in the kernel up to rounding, once ||A|| is known, gives x = 0.
 * 5. Where the last component is left out, the one before it makes up for what this leaves in the residual.
 * 6. The shift is added, not subtracted. The preconditioner is given as P near |A|^-1.
 * 7. A claim has to prove itself. ||A|| ||x|| in the denominator of the relative residual lets every long x pass, so
 *    the measured residual and the condition number have to bound the error of x too. With a `relativeTolerance` up to
 *    1e-8 the length of x is then right to about 1e-6, and the residual to 1e-8 ||b||. A doubtful result is found again
 *    where n <= 512, if there is no preconditioner and no `onIteration`, and `maxIterations` leaves n steps: by Lanczos
 *    vectors that are kept and orthogonal, and by their Ritz values, of which those below norm / maxCondition are left
 *    out. What is still in doubt ends as `condition-limit`.
 * 8. An eigenvector b shows no more of A than its own eigenvalue, which may be nothing but rounding. Where the Krylov
 *    space of a solution has ended before n steps, or x has entries that are exactly 0, a product with a fixed vector
 *    tells the size of A. If the condition number is beyond 1e11 with it, the system is solved again with this bound.
 *
 * Cost: one product per iteration and two more for the residuals, three in case 8; about 9 n (MINRES) to 14 n (QLP)
 * multiplications per iteration. There are eight vectors, which from n = 64 on the next call of the same size uses
 * again. For the Jacobian of a small compiled problem there are six, in the memory of its program, where one call of
 * WebAssembly does a product and what follows it; the bits are the same. A doubtful result costs up to n + 13 products,
 * 4 n^3 + 3 n^3 operations and n vectors more.
 *
 * @example
 * const a = denseMatrix(2, 2, Float64Array.of(1, 0, 0, 0), { symmetric: true });
 * minresQLP(a, Float64Array.of(2, 3)).x // [2, 0]: the least-squares solution of minimum length
 * @param options {@link MinresQLPOptions}
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that is not declared symmetric; ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_LENGTH if the sizes do not fit, ERR_OPTION_RANGE for options out of range, ERR_NOT_FINITE if
 *   b holds NaN or an infinity, ERR_NOT_POSITIVE_DEFINITE if the preconditioner shows a negative direction
 * @see [1] Choi, Paige and Saunders, "MINRES-QLP: a Krylov subspace method for indefinite or singular symmetric
 *   systems", SIAM J. Sci. Comput. 33, 2011, doi:10.1137/100787921
 * @see [2] Choi and Saunders, "Algorithm 937: MINRES-QLP for symmetric and Hermitian linear equations and least-squares
 *   problems", ACM Trans. Math. Softw. 40, 2014, doi:10.1145/2527267
 */
export function minresQLP(map: LinearMap, b: Float64Array, options: MinresQLPOptions = {}): MinresQLPResult {
  checkMap("minresQLP", map);
  checkNumbers("minresQLP", "b", b);
  const settings = readOptions("minresQLP", options, minresRules);
  checkSystem(map, b, settings.preconditioner);
  return withPasses(map, settings.preconditioner, (passes) => {
    const result = solveInUnits(map, b, settings, passes);
    return { ...result, x: result.x.slice() };
  });
}
