import { symmetricEigen } from "../../src/linalg/dense/dense.ts";
import { randomSource } from "../../src/random.ts";

/** A random orthogonal n x n matrix, row k being its k-th column. */
export function orthogonal(n: number, seed: number): Float64Array {
  const random = randomSource(seed, "orthogonal");
  const symmetric = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = random.normal();
      symmetric[i * n + j] = entry;
      symmetric[j * n + i] = entry;
    }
  }
  return symmetricEigen(symmetric).vectors;
}

/** The symmetric matrix of the given eigenvalues on the rows of `basis`, exactly symmetric. */
export function withSpectrum(eigenvalues: readonly number[], basis: Float64Array): Float64Array {
  const n = eigenvalues.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += eigenvalues[k]! * basis[k * n + i]! * basis[k * n + j]!;
      matrix[i * n + j] = sum;
      matrix[j * n + i] = sum;
    }
  }
  return matrix;
}

/** The vector with the given coordinates on the rows of `basis`. */
export function combine(coordinates: readonly number[], basis: Float64Array): Float64Array {
  const n = coordinates.length;
  const out = new Float64Array(n);
  for (let k = 0; k < n; k++) for (let i = 0; i < n; i++) out[i] = out[i]! + coordinates[k]! * basis[k * n + i]!;
  return out;
}
