import { defineUpdate, dot, failure, readOptions, rowVector, type Update } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { deflationGradient, deflationRoots, squaredDistance } from "../../problems/deflated.ts";

/** Options of {@link deflateDirection}. */
export interface DeflateDirectionOptions {
  /** Order p > 0 of the poles. Default 2 [1]. */
  readonly power?: number;
  /**
   * Shift sigma >= 0, in units of 1 / length^p, or `local`: ||z_0 - r||^-p for each root r, with the first point z_0 that
   * is not the root, so that a root counts within its distance from the start, whatever the units. Default `local`; 1 in
   * [1].
   */
  readonly shift?: number | "local";
}

const rules = { power: { default: 2, above: 0 }, shift: { default: "local", min: 0, or: ["local"] } } as const;

/**
 * Turns Newton's direction into that of the deflated field M F, which has no zeros at the points found already: p <- c
 * p.
 *
 * With m = product of (1 / ||z - r||^p + sigma_r) over the roots r, the deflated Newton system (m J + F grad m^T) q = -m
 * F has the solution q = c p, where c = 1 / (1 - <grad m / m, p>) and p = -J^-1 F is the direction chosen before [1].
 * So nothing is solved again and a symmetric J stays symmetric: `newtonDirection` finds further critical points of
 * large problems without `deflated`, whose Jacobian is not symmetric. Only the length and the sense of p change; c < 0
 * turns back from a root. The formula is exact for exact directions.
 *
 * Put `gradientStep(1)` after it: a line search on ||F|| would lead back to the roots. Column `deflation`: c. Where the
 * denominator is 0 to rounding the deflated Jacobian is singular, and p stays as it is (c = 1).
 *
 * Use `deflated` with {@link newtonFlow} when n is small and one zero is to be found after the other.
 *
 * Cost: the distance to each root, n operations each. State, with a local shift: the first distance from each root.
 *
 * @example
 * const field = variationalInequality(([x], out) => out.set([x! ** 2 - 1]), wholeSpace(1), { symmetric: true });
 * const search = chain(newtonDirection({ relativeTolerance: 1e-12 }), deflateDirection([[1]]), gradientStep(1));
 * iterate(field, [3], chain(untilCritical({ squaredFieldNorm: 1e-16 }), search))
 *   .pipe(takeLast(2))
 *   .subscribe((it) => console.log(it.step, it.point[0]!.toFixed(4)));
 * // 0 3.0000
 * // 1 -1.0000
 * @param roots points found already
 * @param options {@link DeflateDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_LENGTH for roots of different lengths and, in the
 *   stream, for a length that is not the problem's, ERR_NOT_FINITE for NaN in a root
 * @see [1] Farrell, Birkisson and Funke, "Deflation techniques for finding distinct solutions of nonlinear partial
 *   differential equations", SIAM J. Sci. Comput. 37, 2015, doi:10.1137/140984798
 */
export function deflateDirection(roots: readonly ArrayLike<number>[], options: DeflateDirectionOptions = {}): Update {
  const { power, shift } = readOptions("deflateDirection", options, rules);
  const dimension = roots?.[0]?.length ?? 0;
  const known = deflationRoots("deflateDirection", roots, dimension, "the first root");
  return defineUpdate({
    name: "deflateDirection",
    refines: "direction",
    columns: { deflation: { meaning: "c: the deflated Newton direction over the plain one" } },
    init: (_first, previous?: State): State => previous ?? { squares: new Float64Array(known.length) },
    step(it, state) {
      if (known.length > 0 && dimension !== it.point.length) {
        throw failure(
          "ERR_LENGTH",
          `deflateDirection: expected roots of length ${it.point.length}, got ${dimension}; the problem is ${it.at.problem.name}`,
        );
      }
      const squares = shift === "local" ? firstSquares(it.point, known, state.squares) : state.squares;
      const relativeShift = (square: number, k: number): number =>
        shift === "local" ? pow(square / squares[k]!, power / 2) : shift / pow(square, -power / 2);
      const gradient = deflationGradient(it.point, known, power, relativeShift);
      const denominator = 1 - dot(gradient, it.direction);
      const factor = 1 / denominator;
      if (!(Math.abs(denominator) > Number.EPSILON && Number.isFinite(factor))) {
        return { state: { squares }, columns: { deflation: 1 } };
      }
      const direction = rowVector(it);
      for (let i = 0; i < direction.length; i++) direction[i] = factor * it.direction[i]!;
      return { state: { squares }, direction, columns: { deflation: factor } };
    },
  });
}

interface State {
  /** First ||z - r||^2 of each root that was not 0; 0 before. */
  readonly squares: Float64Array;
}

/** Fills in the distances that are not known yet. */
function firstSquares(point: Float64Array, roots: readonly Float64Array[], before: Float64Array): Float64Array {
  if (before.every((square) => square > 0)) return before;
  return before.map((square, k) => (square > 0 ? square : squaredDistance(point, roots[k]!)));
}
