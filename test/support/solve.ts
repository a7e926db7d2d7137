import { Matrix, solve as solveDense } from "ml-matrix";
import { denseOf } from "../../src/linalg/dense/dense.ts";
import { norm } from "../../src/linalg/vector.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { normalVector } from "./random.ts";

/** z - Pi(z - F(z)). */
export function naturalMap(problem: Problem, z: Float64Array): Float64Array {
  const field = new Float64Array(z.length);
  problem.evaluate(z, field);
  const to = z.map((x, i) => x - field[i]!);
  problem.constraint?.project(to, to);
  return z.map((x, i) => x - to[i]!);
}

export function naturalResidual(problem: Problem, z: Float64Array): number {
  return norm(naturalMap(problem, z));
}

/** A start in C that nothing makes special. */
export function genericStart(problem: Problem, seed: number, scale = 1): Float64Array {
  const z = normalVector(problem.dimension, seed).map((x) => scale * x);
  problem.constraint?.project(z, z);
  return z;
}

export interface SolveOptions {
  readonly tolerance?: number;
  readonly steps?: number;
}

/** Extragradient with the step size halved until eta ||F(w) - F(z)|| <= 0.7 ||w - z|| and cautiously raised again. */
export function byExtragradient(
  problem: Problem,
  start: Float64Array,
  { tolerance = 1e-10, steps = 50_000 }: SolveOptions = {},
): Float64Array {
  const n = start.length;
  let z = start;
  let eta = 1;
  const fieldAt = (point: Float64Array): Float64Array => {
    const field = new Float64Array(n);
    problem.evaluate(point, field);
    return field;
  };
  const step = (from: Float64Array, f: Float64Array): Float64Array => {
    const to = from.map((x, i) => x - eta * f[i]!);
    problem.constraint?.project(to, to);
    return to;
  };
  for (let k = 0; k < steps; k++) {
    if (k % 10 === 0 && naturalResidual(problem, z) <= tolerance) return z;
    const f = fieldAt(z);
    for (;;) {
      const w = step(z, f);
      const g = fieldAt(w);
      const change = norm(g.map((x, i) => x - f[i]!));
      const way = norm(w.map((x, i) => x - z[i]!));
      if (eta * change <= 0.7 * way) {
        z = step(z, g);
        eta *= 1.05;
        break;
      }
      eta /= 2;
    }
  }
  throw new Error(`extragradient on ${problem.name}: residual ${naturalResidual(problem, z)} after ${steps} steps`);
}

/** Semismooth Newton on the natural map, damped as by Levenberg and Marquardt, with a search on its norm. */
export function byNewton(
  problem: Problem,
  start: Float64Array,
  { tolerance = 1e-10, steps = 200 }: SolveOptions = {},
): Float64Array {
  const n = start.length;
  let z = start;
  for (let k = 0; k < steps; k++) {
    const r = naturalMap(problem, z);
    const size = norm(r);
    if (size <= tolerance) return z;
    const field = new Float64Array(n);
    problem.evaluate(z, field);
    const j = new Matrix(unpack(denseOf(problem.linearize(z)), n));
    const projector = problem.constraint?.linearizeProjection?.(z.map((x, i) => x - field[i]!));
    const d = projector === undefined ? Matrix.eye(n) : new Matrix(unpack(denseOf(projector), n));
    const slope = Matrix.sub(Matrix.eye(n), d.mmul(Matrix.sub(Matrix.eye(n), j)));
    const normal = slope
      .transpose()
      .mmul(slope)
      .add(Matrix.eye(n).mul(Math.min(1e-3, size) * size));
    const direction = solveDense(normal, slope.transpose().mmul(Matrix.columnVector(Array.from(r)))).to1DArray();
    let t = 1;
    let next = z;
    do {
      next = z.map((x, i) => x - t * direction[i]!);
      t /= 2;
    } while (naturalResidual(problem, next) > (1 - 1e-4 * t) * size && t > 1e-12);
    z = next;
  }
  throw new Error(`Newton on ${problem.name}: residual ${naturalResidual(problem, z)} after ${steps} steps`);
}

function unpack(values: Float64Array, n: number): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from(values.subarray(i * n, (i + 1) * n)));
}

/** A first-order method to the tolerance, and Newton from where it has come a hundredth of the way: their end points. */
export function byBoth(
  problem: Problem,
  start: Float64Array,
  { tolerance = 1e-10, steps, near = 1e-2 }: SolveOptions & { readonly near?: number } = {},
): readonly [Float64Array, Float64Array] {
  const given = steps === undefined ? {} : { steps };
  return [
    byExtragradient(problem, start, { tolerance, ...given }),
    byNewton(problem, byExtragradient(problem, start, { tolerance: near, ...given }), { tolerance }),
  ];
}
