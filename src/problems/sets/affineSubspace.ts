import { linearMap } from "../../linalg/makeLinearMap.ts";
import { norm } from "../../linalg/vector.ts";
import type { ConvexSet } from "../problem.ts";
import { affineSpace } from "./affineSpace.ts";
import { finiteVector, setOf } from "./convexSet.ts";
import { matrixRows } from "./matrixRows.ts";

/**
 * Makes an affine subspace {u : E u = d}, for example for conservation of flows or sequence-form constraints.
 *
 * Dependent rows are allowed if they agree. The support function is finite on the row space of E only. `someElement` is
 * the point nearest to 0.
 *
 * Cost: the rows of E, m x n, are made orthonormal once, O(m^2 n); a projection costs 2 m n.
 *
 * @example
 * const nearest = new Float64Array(2);
 * affineSubspace([[1, 1]], [1]).project(Float64Array.of(0, 0), nearest);
 * console.log(nearest.join(" "));
 * // 0.5 0.5
 * @param matrix E, row by row
 * @param values d
 * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE for rows that do not fit; ERR_EMPTY_SET for rows that contradict each
 *   other
 */
export function affineSubspace(matrix: readonly ArrayLike<number>[], values: ArrayLike<number>): ConvexSet {
  const rows = matrixRows("affineSubspace", "matrix", matrix);
  const d = finiteVector("affineSubspace", "values", values, rows.length);
  const n = rows[0]!.length;
  const space = affineSpace("affineSubspace", n, rows, d);
  return setOf({
    name: "affineSubspace",
    dimension: n,
    bounded: space.factor.count === n,
    project: space.project,
    displacement(_point, stepSize, direction, out) {
      space.factor.split(
        direction.map((d) => stepSize * d),
        out,
      );
    },
    support(gradient, at) {
      const across = new Float64Array(n);
      const along = space.factor.split(gradient, across);
      if (!(norm(across) <= 1e-12 * norm(gradient))) return Number.POSITIVE_INFINITY;
      at?.set(space.origin);
      return along.reduce((sum, x, k) => sum + x * space.heights[k]!, 0);
    },
    someElement: (out) => out.set(space.origin),
    linearizeProjection: () =>
      linearMap({
        rows: n,
        columns: n,
        symmetric: true,
        apply: (v, out) => {
          space.factor.split(v, out);
        },
      }),
    linearConstraints: () => ({ inequalities: [], bounds: [], equalities: rows, values: [...d] }),
  });
}
