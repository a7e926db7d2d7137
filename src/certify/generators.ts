/** Velocities xi(x) = M x + c of generators, in float64 and enclosed. */
import type { Enclosure } from "../autodiff/index.ts";
import type { AffineGenerator } from "../problems/symmetries/symmetry.ts";
import { roundoff, tiny, up } from "./rounding.ts";

/** Writes xi(x) in float64. */
export function velocity({ rows, columns, values, offset }: AffineGenerator, x: Float64Array, out: Float64Array): void {
  if (offset === undefined) out.fill(0);
  else for (let i = 0; i < out.length; i++) out[i] = offset[i]!;
  for (let e = 0; e < values.length; e++) out[rows[e]!] = out[rows[e]!]! + values[e]! * x[columns[e]!]!;
}

/** Encloses xi(x) at a point. */
export function velocityEnclosed(generator: AffineGenerator, x: Float64Array): Enclosure {
  const { rows, columns, values, offset } = generator;
  const mid = new Float64Array(x.length);
  velocity(generator, x, mid);
  // Sums of |terms|, and their number: a sum of one term that is a number times 1 or -1 is exact.
  const size = new Float64Array(x.length);
  const terms = new Uint32Array(x.length);
  const exact = new Uint8Array(x.length).fill(1);
  if (offset !== undefined) {
    for (let i = 0; i < size.length; i++) {
      size[i] = Math.abs(offset[i]!);
      if (size[i] !== 0) terms[i] = 1;
    }
  }
  for (let e = 0; e < values.length; e++) {
    const row = rows[e]!;
    size[row] = size[row]! + Math.abs(values[e]! * x[columns[e]!]!);
    terms[row] = terms[row]! + 1;
    if (Math.abs(values[e]!) !== 1) exact[row] = 0;
  }
  const rad = size.map((sum, i) => {
    const count = terms[i]!;
    if (count === 0 || (count === 1 && exact[i] === 1)) return 0;
    return up((count + 2) * roundoff * up(sum, 2 * count) + count * tiny, 4);
  });
  return { mid, rad };
}

/** Upper bound of ||M||_2, by the square root of its largest sums of |entries| by rows and by columns. */
export function matrixNorm({ rows, columns, values }: AffineGenerator): number {
  const byRow = new Map<number, number>();
  const byColumn = new Map<number, number>();
  for (let e = 0; e < values.length; e++) {
    const size = Math.abs(values[e]!);
    byRow.set(rows[e]!, (byRow.get(rows[e]!) ?? 0) + size);
    byColumn.set(columns[e]!, (byColumn.get(columns[e]!) ?? 0) + size);
  }
  const largest = (sums: Map<number, number>): number => [...sums.values()].reduce((most, x) => Math.max(most, x), 0);
  return up(Math.sqrt(up(largest(byRow) * largest(byColumn), 2 * values.length + 1)), 2);
}

/** Encloses <a, b> of two enclosed vectors. */
export function innerProduct(a: Enclosure, b: Enclosure): { readonly mid: number; readonly rad: number } {
  const n = a.mid.length;
  let mid = 0;
  let size = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const [x, y] = [a.mid[i]!, b.mid[i]!];
    mid += x * y;
    size += Math.abs(x * y);
    spread += Math.abs(x) * b.rad[i]! + a.rad[i]! * (Math.abs(y) + b.rad[i]!);
  }
  const rounding = up((n + 2) * roundoff * up(size, 2 * n) + n * tiny, 4);
  return { mid, rad: up(up(spread, 4 * n) + rounding) };
}
