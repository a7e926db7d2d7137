import { failure } from "../errors.ts";
import { vectorNormBound } from "../linalg/index.ts";
import type { ConvexSet } from "../problems/problem.ts";
import { show } from "./attempt.ts";
import { down, roundoff, tiny, up } from "./rounding.ts";

/**
 * Computes how far a point certainly is from the boundary of a constraint: inside, a solution of the variational
 * inequality is a zero of F.
 *
 * @returns Infinity without a constraint
 * @throws {TypeError} ERR_UNSUPPORTED for a set that is not given by linear inequalities, or a point at which one of them
 *   is active or violated
 */
export function distanceInside(who: string, constraint: ConvexSet | undefined, z: Float64Array): number {
  if (constraint === undefined) return Number.POSITIVE_INFINITY;
  const { name } = constraint;
  const rows = constraint.linearConstraints?.();
  if (rows === undefined) {
    throw failure(
      "ERR_UNSUPPORTED",
      `${who}: expected a problem on all of R^n, or a point at which no constraint is active, got the set ${name}, which ` +
        "is not given by linear inequalities, so that this cannot be seen; certify the problem without its constraint",
    );
  }
  if (rows.equalities.length > 0) {
    throw failure(
      "ERR_UNSUPPORTED",
      `${who}: expected a point at which no constraint is active, got the set ${name} with ${rows.equalities.length} ` +
        "equations, which are active everywhere; write the problem in coordinates of the set",
    );
  }
  let least = Number.POSITIVE_INFINITY;
  rows.inequalities.forEach((row, i) => {
    const bound = rows.bounds[i]!;
    if (bound === Number.POSITIVE_INFINITY) return;
    let sum = 0;
    let size = Math.abs(bound);
    let terms = 1;
    for (let j = 0; j < row.length; j++) {
      if (row[j] === 0) continue;
      terms++;
      sum += row[j]! * z[j]!;
      size += Math.abs(row[j]! * z[j]!);
    }
    const slack = bound - sum - up((terms + 2) * roundoff * up(size, 2 * terms) + terms * tiny, 4);
    if (!(slack > 0)) {
      throw failure(
        "ERR_UNSUPPORTED",
        `${who}: expected a point at which no constraint is active, got one at which inequality ${i} of the set ${name} ` +
          `is (slack ${show(bound - sum)}); a solution there need not be a zero of the field`,
      );
    }
    least = Math.min(least, down(slack / up(vectorNormBound(row))));
  });
  return least;
}
