import type { LinearMap } from "../../linalg/linearMap.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";

/**
 * Makes the projector on {v : <a, v> = 0, and v_i = 0 unless i is free}: the derivative of the projection on a face of
 * a box or simplex that a hyperplane of normal a cuts. Without a normal it projects on the free coordinates.
 */
export function faceMap(free: readonly boolean[], normal?: (i: number) => number): LinearMap {
  const n = free.length;
  let square = 0;
  if (normal !== undefined) for (let i = 0; i < n; i++) if (free[i]) square += normal(i) ** 2;
  return linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      let along = 0;
      if (normal !== undefined && square > 0) {
        for (let i = 0; i < n; i++) if (free[i]) along += normal(i) * v[i]!;
        along /= square;
      }
      for (let i = 0; i < n; i++) out[i] = free[i] ? v[i]! - (normal === undefined ? 0 : along * normal(i)) : 0;
    },
  });
}
