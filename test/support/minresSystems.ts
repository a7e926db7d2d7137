/** Systems with known solutions, and what is asked of every answer. */
import * as assert from "uvu/assert";
import { type MinresQLPResult, minresTerminations } from "../../src/linalg/krylov/minres/minresTypes.ts";
import { denseMatrix } from "../../src/linalg/maps/maps.ts";
import { dot, norm } from "../../src/linalg/vector.ts";
import { combine, orthogonal, withSpectrum } from "./symmetric.ts";

/** A = V diag(eigenvalues) V^T, b = V coordinates, x = A^+ b. */
export function system(eigenvalues: readonly number[], coordinates: readonly number[], seed = 1) {
  const n = eigenvalues.length;
  const basis = orthogonal(n, seed);
  const matrix = withSpectrum(eigenvalues, basis);
  return {
    matrix,
    map: denseMatrix(n, n, matrix, { symmetric: true }),
    b: combine(coordinates, basis),
    x: combine(
      eigenvalues.map((value, k) => (value === 0 ? 0 : coordinates[k]! / value)),
      basis,
    ),
  };
}

/** ||b - A x||, ||A (b - A x)|| computed here, for A + shift I. */
export function trueResiduals(matrix: Float64Array, b: Float64Array, x: Float64Array, shift = 0): [number, number] {
  const n = b.length;
  const times = (v: Float64Array): Float64Array =>
    v.map((own, i) => dot(matrix.subarray(i * n, (i + 1) * n), v) + shift * own);
  const r = times(x).map((value, i) => b[i]! - value);
  return [norm(r), norm(times(r))];
}

/** Every number of a result is finite, and its termination is a known one. */
export function assertAllNumbers(result: MinresQLPResult): void {
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === "number") assert.is(Number.isFinite(value), true, `${name} is ${value}`);
  }
  assert.is(
    result.x.every((value) => Number.isFinite(value)),
    true,
    "x is finite",
  );
  assert.ok(minresTerminations.includes(result.termination));
}
