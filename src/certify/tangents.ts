import type { Enclosure } from "../autodiff/index.ts";
import { norm2Bound, symmetricEigen, verifiedProduct } from "../linalg/index.ts";
import type { AffineGenerator } from "../problems/symmetries/symmetry.ts";
import { matrixNorm, velocity, velocityEnclosed } from "./generators.ts";
import { up } from "./rounding.ts";

/** Tangents of the orbit through a point: m combinations of N generators. */
export interface Tangents {
  /** Matrix S, N x m, row by row. */
  readonly combinations: Float64Array;
  readonly count: number;
}

/** Squares of singular values below this share of the largest are lost in rounding: the kernel is not the orbit's. */
const rankTolerance = 1e-12;

/** The generators at a point, in the basis of the curvatures. */
interface GeneratorsAt {
  readonly generators: readonly AffineGenerator[];
  /** Components of xi_i along vector j, N x n. */
  readonly along: Float64Array;
}

/** Writes the velocities of all generators at z in a basis. Cost: N n^2 operations. */
export function generatorsAt(
  generators: readonly AffineGenerator[],
  z: Float64Array,
  vectors: Float64Array,
): GeneratorsAt {
  const n = z.length;
  const along = new Float64Array(generators.length * n);
  const xi = new Float64Array(n);
  generators.forEach((generator, i) => {
    velocity(generator, z, xi);
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += vectors[j * n + k]! * xi[k]!;
      along[i * n + j] = sum;
    }
  });
  return { generators, along };
}

/**
 * Combines the generators so that tangent j has the component 1 along the last vector but j, and 0 along the others
 * after it: S = C (C^T C)^-1 with the N x m matrix C of the components along the last m vectors.
 *
 * @returns undefined if the generators do not span these vectors
 */
export function tangentsAlong({ generators, along }: GeneratorsAt, n: number, m: number): Tangents | undefined {
  const count = generators.length;
  if (m > count) return undefined;
  if (m === 0) return { combinations: new Float64Array(0), count: 0 };
  const c = (i: number, j: number): number => along[i * n + n - m + j]!;
  const gram = new Float64Array(m * m);
  let largest = 0;
  for (let i = 0; i < count * n; i++) largest = Math.max(largest, Math.abs(along[i]!));
  if (largest === 0) return undefined;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < m; j++) {
      for (let k = 0; k < m; k++) gram[j * m + k] = gram[j * m + k]! + (c(i, j) / largest) * (c(i, k) / largest);
    }
  }
  const { values, vectors } = symmetricEigen(gram);
  if (!(values[0]! > rankTolerance * values[m - 1]!)) return undefined;
  const inverse = new Float64Array(m * m);
  for (let e = 0; e < m; e++) {
    for (let j = 0; j < m; j++) {
      for (let k = 0; k < m; k++) {
        inverse[j * m + k] = inverse[j * m + k]! + (vectors[e * m + j]! * vectors[e * m + k]!) / values[e]!;
      }
    }
  }
  const combinations = new Float64Array(count * m);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < m; k++) sum += c(i, k) * inverse[k * m + j]!;
      combinations[i * m + j] = sum / largest / largest;
    }
  }
  return { combinations, count: m };
}

/**
 * Bounds ||I - B B^T||_2 for all x within `distance` of z, where the n rows of B are the basis and the tangents at x. If
 * it is below 1, B is regular.
 *
 * The tangents are affine in x, so they move by at most d = distance ||D||_F, where D_j = sum_i |S_ij| ||M_i||: then
 * ||I - B(x) B(x)^T|| <= e + 2 sqrt(1 + e) d + d^2, with the bound e at z.
 */
export function regularityBound(
  basis: Float64Array,
  { combinations, count: m }: Tangents,
  generators: readonly AffineGenerator[],
  z: Float64Array,
  distance: number,
): number {
  const n = z.length;
  const rows: Enclosure = { mid: new Float64Array(n * n), rad: new Float64Array(n * n) };
  rows.mid.set(basis.subarray(0, (n - m) * n));
  if (m > 0) {
    const all: Enclosure = {
      mid: new Float64Array(generators.length * n),
      rad: new Float64Array(generators.length * n),
    };
    generators.forEach((generator, i) => {
      const { mid, rad } = velocityEnclosed(generator, z);
      all.mid.set(mid, i * n);
      all.rad.set(rad, i * n);
    });
    const tangents = verifiedProduct(transposed(combinations, generators.length, m), all, m, generators.length, n);
    rows.mid.set(tangents.mid, (n - m) * n);
    rows.rad.set(tangents.rad, (n - m) * n);
  }
  const columns = { mid: transposed(rows.mid, n, n), rad: transposed(rows.rad, n, n) };
  const product = verifiedProduct(rows, columns, n, n, n);
  const off = product.mid.map((x, at) => {
    const one = at % (n + 1) === 0 ? 1 : 0;
    return up(up(Math.abs(x - one)) + product.rad[at]!);
  });
  const e = norm2Bound(off, n, n);
  let squares = 0;
  const norms = m === 0 ? [] : generators.map(matrixNorm);
  for (let j = 0; j < m; j++) {
    let sum = 0;
    norms.forEach((norm, i) => {
      sum += Math.abs(combinations[i * m + j]!) * norm;
    });
    const each = up(sum, 2 * generators.length);
    squares += each * each;
  }
  const d = up(distance * up(Math.sqrt(up(squares, 2 * m + 1)), 2));
  return up(e + 2 * Math.sqrt(1 + e) * d + d * d, 8);
}

/** The transpose of a rows x columns matrix. */
export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
  return out;
}
