import { vectorNormBound } from "../linalg/index.ts";
import type { Problem } from "../problems/problem.ts";
import { atLeast, Enclosures } from "./attempt.ts";
import type { Exclusion } from "./certificate.ts";
import { excludedRadius } from "./excluded.ts";
import { distanceInside } from "./insideSet.ts";
import { checkedPoint, subjectOf } from "./subject.ts";

/**
 * Finds a radius within which a field has no zero, by proof.
 *
 * With the unit vector w along F(z), <w, F(x)> >= ||F(z)|| - rho sup ||J w|| on the ball of radius rho, where the supremum
 * is enclosed in intervals. As long as this is above 0 there is no zero. At a gradient-flat point J w is small, and rho is
 * about sqrt(||F|| / L), with the Lipschitz constant L of J, not ||F|| / ||J||.
 *
 * Each F other than 0 excludes some radius, so look at `relative`: {@link certify} says `no zero` from 1e-4 on. No radius
 * beyond ||z|| is tried. A kink of the loss within the ball ends it there.
 *
 * Cost: four products J v in intervals as a rule, no matrix; for a field that is not a gradient as many Jacobians.
 *
 * @example
 * // At (sqrt 2, 0) the gradient lies in the kernel of the Hessian: Newton's method stops, at no critical point.
 * const flat = objective([[], []], (x, y) =>
 *   tf.addN([tf.mul(0.25, tf.pow(x, 4)), tf.mul(-3, tf.square(x)), tf.mul(9, x), tf.square(y)]));
 * console.log(excludeZero(flat, [Math.SQRT2, 0]).radius.toFixed(1));
 * // 0.6
 * @throws {TypeError} ERR_UNSUPPORTED for a problem that is not traced, or a point at which a constraint is active
 * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE for a wrong point
 */
export function excludeZero(problem: Problem, point: ArrayLike<number>): Exclusion {
  const who = "excludeZero";
  const z = checkedPoint(who, problem, point);
  const enclosures = new Enclosures(problem, subjectOf(who, problem, z));
  const inside = distanceInside(who, problem.constraint, z);
  const size = vectorNormBound(z);
  const { radius, why } = excludedRadius(enclosures, z, Math.min(size || Number.POSITIVE_INFINITY, inside));
  const bounded = why === "" ? "" : ` Beyond it, ${why}.`;
  return {
    radius,
    relative: radius === 0 ? 0 : radius / size,
    because:
      radius > 0 ? `No zero lies within ${atLeast(radius)} of the point.${bounded}` : `Nothing is excluded: ${why}.`,
    products: enclosures.products,
  };
}
