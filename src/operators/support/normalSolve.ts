/** The system (J^T J + mu I) p = b of Levenberg and Marquardt, by products where few are enough, else by a factor. */
import { isFiniteVector, type LinearMap, norm } from "../../authoring/index.ts";
import { denseOf } from "../../linalg/dense/dense.ts";
import { symmetricFactor } from "../../linalg/dense/symmetricFactor.ts";
import { minresQLP } from "../../linalg/krylov/minres/minresQLP.ts";
import { composed, denseMatrix, transposed } from "../../linalg/maps/maps.ts";

/** Dimensions between which a factor is worth its n products, n^2 numbers and 7/3 n^3 operations. */
const fewest = 33;
const most = 1000;
/** Share of n iterations after which MINRES-QLP makes way for the factor, which costs about twice as much by then. */
const patience = 1 / 4;
/** Number of times that the solution is refined at most. */
const refinements = 4;

interface Limits {
  readonly shift: number;
  readonly relativeTolerance: number;
  readonly maxIterations?: number;
}

/**
 * Solves (J^T J + mu I) p = b to ||residual|| <= relativeTolerance ||b||, or as far as rounding allows, to that share of
 * ||J^T J + mu I|| ||p|| + ||b||.
 *
 * MINRES-QLP begins. If n / 4 iterations are not enough, J^T J + mu I is formed and factored, once, and p refined by
 * residuals of J itself, since the product has the square of J's condition number. Where that does not converge, or a
 * limit of iterations is given, MINRES-QLP goes all the way.
 *
 * @param map J, square
 */
export function normalSolve(map: LinearMap, b: Float64Array, limits: Limits): Float64Array {
  const n = b.length;
  const normal = composed(transposed(map), map, { symmetric: true });
  if (limits.maxIterations !== undefined || n < fewest || n > most) return minresQLP(normal, b, limits).x;
  const { x, termination } = minresQLP(normal, b, { ...limits, maxIterations: Math.ceil(patience * n) });
  if (termination !== "iteration-limit") return x;
  return factorSolve(map, b, limits) ?? minresQLP(normal, b, limits).x;
}

function factorSolve(map: LinearMap, b: Float64Array, { shift, relativeTolerance }: Limits): Float64Array | undefined {
  const n = b.length;
  const matrix = denseOf(map);
  if (!isFiniteVector(matrix)) return undefined;
  const transposedMatrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) transposedMatrix[j * n + i] = matrix[i * n + j]!;
  const square = new Float64Array(n * n);
  denseMatrix(n, n, transposedMatrix).applyMany(transposedMatrix, n, square);
  if (!isFiniteVector(square)) return undefined;
  const factor = symmetricFactor(square, -shift);
  const jacobian = denseMatrix(n, n, matrix);
  const size = norm(b);
  const [image, back] = [new Float64Array(n), new Float64Array(n)];
  const matrixSize = norm(square) + shift;
  let solution = new Float64Array(n);
  let residual: Float64Array = b;
  let left = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= refinements; k++) {
    const step = factor.solve(residual);
    if (step === undefined || !isFiniteVector(step)) return undefined;
    const refined = solution.map((x, i) => x + step[i]!);
    jacobian.apply(refined, image);
    jacobian.applyTranspose(image, back);
    const remaining = b.map((x, i) => x - back[i]! - shift * refined[i]!);
    const before = left;
    if (!(norm(remaining) < before)) break;
    left = norm(remaining);
    solution = refined;
    residual = remaining;
    if (left <= relativeTolerance * size || left > before / 2) break;
  }
  return left <= relativeTolerance * (matrixSize * norm(solution) + size) ? solution : undefined;
}
