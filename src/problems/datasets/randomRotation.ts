import type { RandomSource } from "../../random.ts";

/**
 * Draws an orthogonal d x d matrix uniformly: the rows are normal vectors, orthogonalised one after the other, twice,
 * since the first pass loses digits.
 */
export function randomRotation(d: number, random: RandomSource): Float64Array {
  const q = Float64Array.from({ length: d * d }, () => random.normal());
  for (let i = 0; i < d; i++) {
    const row = q.subarray(i * d, (i + 1) * d);
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        let inner = 0;
        for (let j = 0; j < d; j++) inner += row[j]! * q[k * d + j]!;
        for (let j = 0; j < d; j++) row[j] = row[j]! - inner * q[k * d + j]!;
      }
    }
    let squares = 0;
    for (let j = 0; j < d; j++) squares += row[j]! ** 2;
    const length = Math.sqrt(squares);
    for (let j = 0; j < d; j++) row[j] = row[j]! / length;
  }
  return q;
}
