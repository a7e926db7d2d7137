import { norm } from "../../linalg/vector.ts";
import { ActiveSet } from "./activeSet.ts";
import { affineSpace } from "./affineSpace.ts";
import { unitRow } from "./convexSet.ts";
import { OrthonormalFactor } from "./orthonormalFactor.ts";

/**
 * Says whether {v : <a_j, v> <= 0} holds 0 alone, for normals a_j in a subspace of dimension `rank`.
 *
 * This is so if and only if the normals span the subspace and some positive combination of them is 0, that is
 * sum_j lambda_j a_j = 0 with all lambda_j >= 1.
 *
 * Cost: one projection in as many variables as there are normals.
 */
export function isBounded(normals: readonly Float64Array[], rank: number): boolean {
  if (rank === 0) return true;
  const m = normals.length;
  if (m <= rank) return false;
  const dimension = normals[0]!.length;
  const span = new OrthonormalFactor(dimension);
  for (const normal of normals) if (span.count < rank) span.add(normal, 1e-9);
  if (span.count < rank) return false;
  // Coordinates of the span, in which the equations are independent.
  const balance = span.basis.map((unit) =>
    Float64Array.from(normals, (normal) => unit.reduce((sum, x, i) => sum + x * normal[i]!, 0)),
  );
  const space = affineSpace("isBounded", m, balance, new Float64Array(rank));
  const rows: Float64Array[] = [];
  const bounds: number[] = [];
  for (let j = 0; j < m; j++) {
    const across = new Float64Array(m);
    space.factor.split(unitRow(m, j, -1), across);
    const length = norm(Float64Array.from(across));
    // Here lambda_j is 0 in every balanced combination.
    if (length < 1e-11) return false;
    rows.push(across.map((x) => x / length));
    bounds.push(-1 / length);
  }
  const active = new ActiveSet({
    dimension: m,
    normals: rows,
    bounds,
    excess: (j, u) => rows[j]!.reduce((sum, x, i) => sum + x * u[i]!, -bounds[j]!),
  });
  const lambda = new Float64Array(m);
  return active.project(lambda, lambda);
}
