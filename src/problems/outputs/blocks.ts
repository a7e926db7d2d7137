import type { LinearMap } from "../../linalg/linearMap.ts";

/** Gives the c x c blocks, one after the other, of a map that is block-diagonal with n of them, by c products. */
export function blocksOf(map: LinearMap, n: number, c: number): Float64Array {
  const blocks = new Float64Array(n * c * c);
  const [unit, image] = [new Float64Array(n * c), new Float64Array(n * c)];
  for (let k = 0; k < c; k++) {
    unit.fill(0);
    for (let i = 0; i < n; i++) unit[i * c + k] = 1;
    map.apply(unit, image);
    for (let i = 0; i < n; i++) for (let j = 0; j < c; j++) blocks[(i * c + j) * c + k] = image[i * c + j]!;
  }
  return blocks;
}

/** Adds the diagonal of J_i^T H_i J_i, where J_i is c x p and H_i the i-th block. */
export function addDiagonal(
  jacobian: Float64Array,
  blocks: Float64Array,
  i: number,
  [c, p]: readonly [number, number],
  into: Float64Array,
): void {
  for (let j = 0; j < c; j++) {
    for (let k = 0; k <= j; k++) {
      const entry = blocks[(i * c + j) * c + k]! + (j === k ? 0 : blocks[(i * c + k) * c + j]!);
      if (entry === 0) continue;
      for (let at = 0; at < p; at++) into[at] = into[at]! + entry * jacobian[j * p + at]! * jacobian[k * p + at]!;
    }
  }
}
