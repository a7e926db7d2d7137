/** One cycle of GMRES: Arnoldi's vectors, and the corrections of least residual in their span. */
import type { LinearMap } from "../linearMap.ts";
import { axpy, hypotenuse, norm, scale } from "../vector.ts";
import { orthogonalise } from "./orthogonalise.ts";

/** What one cycle between two restarts found. */
interface Cycle {
  readonly steps: number;
  /** Whether all products were finite. */
  readonly finite: boolean;
  /** Norm of the least residual over the space of the first so many steps, by the recurrence. */
  readonly estimate: (steps: number) => number;
  /** Computes the correction of x with the least residual over the space of the first so many steps. */
  readonly correction: (steps: number) => Float64Array;
  /** Largest norm of a product with a vector of length one. */
  readonly largest: number;
  /** Whether the Krylov space cannot grow. */
  readonly invariant: boolean;
}

/**
 * Makes up to `steps` Arnoldi steps from the residual and finds the correction of least residual in their space.
 *
 * @param slot gives the memory of basis vector j, which holds it until the next cycle
 */
export function arnoldi(
  map: LinearMap,
  preconditioner: LinearMap | undefined,
  residual: Float64Array,
  residualNorm: number,
  limits: { readonly steps: number; readonly target: number },
  slot: (j: number) => Float64Array,
): Cycle {
  const n = residual.length;
  const first = slot(0);
  first.set(residual);
  scale(1 / residualNorm, first);
  const basis = [first];
  const columns: Float64Array[] = [];
  const cosines: number[] = [];
  const sines: number[] = [];
  const right = [residualNorm];
  const conditioned = new Float64Array(n);
  let invariant = false;
  let largest = 0;
  while (columns.length < limits.steps && !invariant && Math.abs(right[columns.length]!) > limits.target) {
    const j = columns.length;
    const w = slot(j + 1);
    if (preconditioner === undefined) map.apply(basis[j]!, w);
    else {
      preconditioner.apply(basis[j]!, conditioned);
      map.apply(conditioned, w);
    }
    const before = norm(w);
    largest = Math.max(largest, before);
    if (!Number.isFinite(before)) {
      return {
        steps: j + 1,
        finite: false,
        estimate: () => Number.NaN,
        correction: () => new Float64Array(n),
        largest,
        invariant,
      };
    }
    const h = new Float64Array(j + 2);
    orthogonalise(w, basis, { components: h });
    const beta = norm(w);
    invariant = !(beta > 8 * Number.EPSILON * before);
    h[j + 1] = invariant ? 0 : beta;
    for (let i = 0; i < j; i++) {
      const upper = cosines[i]! * h[i]! + sines[i]! * h[i + 1]!;
      h[i + 1] = cosines[i]! * h[i + 1]! - sines[i]! * h[i]!;
      h[i] = upper;
    }
    const radius = hypotenuse(h[j]!, h[j + 1]!);
    cosines.push(radius === 0 ? 1 : h[j]! / radius);
    sines.push(radius === 0 ? 0 : h[j + 1]! / radius);
    h[j] = radius;
    right.push(-sines[j]! * right[j]!);
    right[j] = cosines[j]! * right[j]!;
    columns.push(h);
    if (!invariant) {
      scale(1 / beta, w);
      basis.push(w);
    }
  }
  const cut = 8 * Number.EPSILON * columns.reduce((most, column, j) => Math.max(most, Math.abs(column[j]!)), 0);
  return {
    steps: columns.length,
    finite: true,
    largest,
    invariant,
    estimate: (steps) => norm(Float64Array.from(right.slice(steps))),
    correction: (steps) => combine(columns.slice(0, steps), right, basis, preconditioner, n, cut),
  };
}

/** Computes V y for the y of R y = right. Coefficients whose pivot is at most `cut` are left out. */
function combine(
  columns: readonly Float64Array[],
  right: readonly number[],
  basis: readonly Float64Array[],
  preconditioner: LinearMap | undefined,
  n: number,
  cut: number,
): Float64Array {
  const k = columns.length;
  const y = new Float64Array(k);
  for (let i = k - 1; i >= 0; i--) {
    let sum = right[i]!;
    for (let j = i + 1; j < k; j++) sum -= columns[j]![i]! * y[j]!;
    const pivot = columns[i]![i]!;
    y[i] = Math.abs(pivot) > cut ? sum / pivot : 0;
  }
  const correction = new Float64Array(n);
  for (let j = 0; j < k; j++) axpy(y[j]!, basis[j]!, correction);
  if (preconditioner === undefined) return correction;
  const conditioned = new Float64Array(n);
  preconditioner.apply(correction, conditioned);
  return conditioned;
}
