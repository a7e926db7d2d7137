/** Generalised derivatives of maps w - Pi_C(...), which Newton's method for variational inequalities solves with. */
import { type ConvexSet, type LinearMap, norm } from "../../authoring/index.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";

/** Relative step of a difference, the cube root of the rounding unit: it loses as much to rounding as to curvature. */
const differenceStep = 6e-6;

/**
 * An element of the generalised Jacobian of Pi_C at a point: the set's own element where it has one, otherwise
 * differences of the projection along v.
 */
export function projectionDerivative(constraint: ConvexSet, point: Float64Array): LinearMap {
  const own = constraint.linearizeProjection?.(point);
  if (own !== undefined) return own;
  const n = point.length;
  const forward = new Float64Array(n);
  const backward = new Float64Array(n);
  return linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      const size = norm(v);
      if (size === 0) {
        out.fill(0);
        return;
      }
      const t = (differenceStep * (norm(point) || 1)) / size;
      for (let i = 0; i < n; i++) {
        forward[i] = point[i]! + t * v[i]!;
        backward[i] = point[i]! - t * v[i]!;
      }
      constraint.project(forward, forward);
      constraint.project(backward, backward);
      for (let i = 0; i < n; i++) out[i] = (forward[i]! - backward[i]!) / (2 * t);
    },
  });
}

/**
 * The generalised derivative of R(z) = z - Pi_C(z - eta F(z)), v -> v - D (v - eta J v); without a constraint D is the
 * identity.
 */
export function naturalMapDerivative(jacobian: LinearMap, derivative: LinearMap | undefined, eta: number): LinearMap {
  const n = jacobian.rows;
  const image = new Float64Array(n);
  return linearMap({
    rows: n,
    columns: n,
    apply(v, out) {
      jacobian.apply(v, image);
      for (let i = 0; i < n; i++) image[i] = v[i]! - eta * image[i]!;
      if (derivative === undefined) out.set(image);
      else derivative.apply(image, out);
      for (let i = 0; i < n; i++) out[i] = v[i]! - out[i]!;
    },
  });
}
