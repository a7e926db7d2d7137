import { failure } from "../../errors.ts";
import { denseMatrix } from "../../linalg/maps/maps.ts";
import { dot } from "../../linalg/vector.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { plainField } from "../plainField.ts";
import { nonNegative, positive, seed } from "../rules.ts";
import { OrthonormalFactor } from "../sets/orthonormalFactor.ts";
import type { SolvedProblem } from "./certified.ts";

export interface QuadraticSaddleOptions {
  /** Length n of x and of y, at least 2. Default 10. */
  readonly size?: number;
  /** Modulus mu >= 0 of strong monotonicity. Default 0.1. */
  readonly modulus?: number;
  /** Lipschitz constant L of F. Default 1. */
  readonly lipschitz?: number;
  /**
   * Norm of the antisymmetric part of J as a share of L: 0 for two separate minimisations, 1 for bilinear. Default 0.7.
   */
  readonly rotation?: number;
  /** Seed of the bases and of the saddle point. Default 1. */
  readonly seed?: number;
}

const rules = {
  size: { default: 10, integer: true, min: 2 },
  modulus: { ...nonNegative, default: 0.1 },
  lipschitz: { ...positive, default: 1 },
  rotation: { default: 0.7, min: 0, max: 1 },
  seed,
} as const;

export interface QuadraticSaddle extends SolvedProblem {
  readonly modulus: number;
  readonly lipschitz: number;
}

/**
 * Builds a quadratic saddle-point problem whose constants can be chosen: min over x, max over y of
 *
 * f = (x - x*)^T P (x - x*) / 2 + (x - x*)^T A (y - y*) - (y - y*)^T Q (y - y*) / 2.
 *
 * P = U D U^T, Q = V D V^T and A = rotation L U V^T, with random orthogonal U and V. The diagonal D goes from mu to
 * sqrt(1 - rotation^2) L in equal steps. J = [[P, A], [-A^T, Q]] is normal with the eigenvalues d_k +- i rotation L. So
 * the least eigenvalue of the symmetric part is exactly mu, and ||J|| is exactly L, and rates can be compared with
 * theory. The only solution is (x*, y*), which is drawn from the standard normal distribution.
 *
 * Cost of an evaluation or a product: 4 n^2.
 *
 * @example quadraticSaddle({ modulus: 0, rotation: 1 }) // a pure rotation
 * @param options {@link QuadraticSaddleOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or unless mu^2 + (rotation L)^2 <= L^2
 */
export function quadraticSaddle(options: QuadraticSaddleOptions = {}): QuadraticSaddle {
  const read = readOptions("quadraticSaddle", options, rules);
  const { size: n, modulus: mu, lipschitz: L, rotation, seed } = read;
  const largest = Math.sqrt(Math.max(0, 1 - rotation ** 2)) * L;
  if (mu > largest) {
    throw failure(
      "ERR_OPTION_RANGE",
      `quadraticSaddle: expected a modulus of at most sqrt(1 - rotation^2) lipschitz = ${largest}, got ${mu}`,
    );
  }
  const random = randomSource(seed, "quadraticSaddle");
  const [u, v] = [orthogonal(n, random.normal), orthogonal(n, random.normal)];
  const d = Float64Array.from({ length: n }, (_, k) => mu + ((largest - mu) * k) / (n - 1));
  const entry = (a: readonly Float64Array[], b: readonly Float64Array[], weight: (k: number) => number) =>
    Float64Array.from({ length: n * n }, (_, at) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += weight(k) * a[k]![Math.floor(at / n)]! * b[k]![at % n]!;
      return sum;
    });
  const p = entry(u, u, (k) => d[k]!);
  const q = entry(v, v, (k) => d[k]!);
  const a = entry(u, v, () => rotation * L);
  const jacobian = new Float64Array(4 * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      jacobian[i * 2 * n + j] = p[i * n + j]!;
      jacobian[i * 2 * n + n + j] = a[i * n + j]!;
      jacobian[(n + i) * 2 * n + j] = -a[j * n + i]!;
      jacobian[(n + i) * 2 * n + n + j] = q[i * n + j]!;
    }
  }
  const map = denseMatrix(2 * n, 2 * n, jacobian);
  const solution = Float64Array.from({ length: 2 * n }, () => random.normal());
  const from = (z: Float64Array): Float64Array => z.map((x, i) => x - solution[i]!);
  const problem = plainField({
    name: "quadraticSaddle",
    dimension: 2 * n,
    field: (z, out) => map.apply(from(z), out),
    jacobian: { apply: (_, w, out) => map.apply(w, out), applyTranspose: (_, w, out) => map.applyTranspose(w, out) },
    blocks: [
      { name: "x", shape: [n], offset: 0, size: n, player: "minimiser" },
      { name: "y", shape: [n], offset: n, size: n, player: "maximiser" },
    ],
    game: {
      players: [
        { name: "minimiser", offset: 0, size: n, affine: largest === 0 },
        { name: "maximiser", offset: n, size: n, affine: largest === 0 },
      ],
      costs(z, out) {
        const away = from(z);
        const image = new Float64Array(2 * n);
        map.apply(away, image);
        // <x, P x + A y> = x^T P x + x^T A y, and the same for y with -A^T x.
        const [x, y] = [away.subarray(0, n), away.subarray(n)];
        const left = dot(x, image.subarray(0, n));
        const right = dot(y, image.subarray(n));
        let coupling = 0;
        for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) coupling += x[i]! * a[i * n + j]! * y[j]!;
        const value = (left - coupling) / 2 + coupling - (right + coupling) / 2;
        out[0] = value;
        out[1] = -value;
      },
    },
    description: { problem: "quadraticSaddle", size: n, modulus: mu, lipschitz: L, rotation, seed },
  });
  return { ...problem, modulus: mu, lipschitz: L, solutions: [solution] };
}

/** Draws n random orthonormal vectors. */
function orthogonal(n: number, normal: () => number): readonly Float64Array[] {
  const factor = new OrthonormalFactor(n);
  while (factor.count < n)
    factor.add(
      Float64Array.from({ length: n }, () => normal()),
      1e-6,
    );
  return factor.basis;
}
