import type { ConvexSet } from "../../src/problems/problem.ts";
import { randomSource } from "../../src/random.ts";
import { assertClose } from "./assert.ts";
import * as fc from "./fastCheck.ts";
import { normalVector } from "./random.ts";

export interface SetLawsOptions {
  /** The definition of the set, in its own words: the largest violation of a constraint, 0 inside. */
  readonly violation: (point: Float64Array) => number;
  /** Relative to the size of the point; default 1e-10. */
  readonly tolerance?: number;
  /** Trials of fast-check; default 60. */
  readonly runs?: number;
}

/**
 * What holds for every convex set: the projection is an element, idempotent, firmly non-expansive and satisfies its
 * variational characterisation against other elements; the support function is attained and exceeded by none of them;
 * in place is as good as elsewhere; a start is an element; the derivative of the projection agrees with differences.
 */
export function assertSetLaws(set: ConvexSet, options: SetLawsOptions): void {
  const { violation, tolerance = 1e-10, runs = 60 } = options;
  const n = set.dimension;
  const project = (z: Float64Array): Float64Array => {
    const out = new Float64Array(n);
    set.project(z, out);
    return out;
  };
  const inside = (u: Float64Array, what: string): void => {
    const beyond = violation(u);
    if (!(beyond <= tolerance * size(u))) throw new Error(`${what} violates a constraint by ${beyond}: ${u}`);
  };
  const start = new Float64Array(n).fill(7);
  set.someElement!(start);
  inside(start, "someElement");

  const entry = fc.oneof(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.integer({ min: -4, max: 4 }),
    fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  );
  const vector = fc.array(entry, { minLength: n, maxLength: n }).map((values) => Float64Array.from(values));
  fc.assert(
    fc.property(vector, vector, vector, (x, y, g) => {
      const scale = size(x, y);
      const [px, py] = [project(x), project(y)];
      inside(px, "projection");
      assertClose(project(px), px, tolerance, "idempotent", scale);
      assertClose(set.distance(x), length(minus(x, px)), tolerance, "distance", scale);
      const own = x.slice();
      set.project(own, own);
      assertClose(own, px, 1e-13, "in place", scale);

      const moved = minus(px, py);
      atLeast(inner(moved, minus(x, y)) - inner(moved, moved), -tolerance * scale * scale, "firmly non-expansive");
      atLeast(-inner(minus(x, px), minus(py, px)), -tolerance * scale * scale, "variational characterisation");

      const at = new Float64Array(n);
      const most = set.support(g, at);
      if (most === Number.POSITIVE_INFINITY) {
        if (set.bounded) throw new Error("infinite support function of a bounded set");
        return;
      }
      inside(at, "maximiser");
      const size1 = size(g) * size(at, px, py);
      assertClose(most, inner(at, g), tolerance * n, "support is attained", size1);
      for (const u of [px, py, start]) atLeast(most - inner(u, g), -tolerance * n * size1, "support is exceeded");
    }),
    { numRuns: runs, seed: 7, includeErrorInReport: true },
  );
  if (set.linearizeProjection !== undefined) derivativeAgrees(set, project);
  if (set.projectEntropic !== undefined) entropicIsOptimal(set, inside);
}

/** Where two differences agree, the projection is smooth there and they are its derivative. */
function derivativeAgrees(set: ConvexSet, project: (z: Float64Array) => Float64Array): void {
  const n = set.dimension;
  let compared = 0;
  for (let seed = 0; seed < 40; seed++) {
    const x = normalVector(n, seed).map((z) => 2 * z);
    const v = normalVector(n, 100 + seed);
    const difference = (h: number): Float64Array =>
      minus(project(x.map((z, i) => z + h * v[i]!)), project(x.map((z, i) => z - h * v[i]!))).map((d) => d / (2 * h));
    const [coarse, fine] = [difference(2e-5), difference(1e-5)];
    if (length(minus(coarse, fine)) > 1e-8) continue;
    compared++;
    const out = new Float64Array(n);
    const map = set.linearizeProjection!(x);
    map.apply(v, out);
    assertClose(out, fine, 1e-6, `derivative at seed ${seed}`, 1);
    const w = normalVector(n, 200 + seed);
    const image = new Float64Array(n);
    map.apply(w, image);
    assertClose(inner(image, v), inner(out, w), 1e-12, "derivative is symmetric", size(v) * size(w));
  }
  if (compared < 20) throw new Error(`only ${compared} of 40 points were smooth`);
}

/** <log u - l, w - u> >= 0 for every element w, where u > 0. */
function entropicIsOptimal(set: ConvexSet, inside: (u: Float64Array, what: string) => void): void {
  const n = set.dimension;
  for (let seed = 0; seed < 40; seed++) {
    const random = randomSource(seed, "entropic");
    const l = Float64Array.from({ length: n }, () => 3 * random.normal());
    const u = new Float64Array(n);
    set.projectEntropic!(l, u);
    inside(u, "entropic projection");
    const slope = u.map((x, i) => (x > 0 ? Math.log(x) - l[i]! : 0));
    for (let k = 0; k < 10; k++) {
      const w = Float64Array.from({ length: n }, () => 2 * random.normal());
      set.project(w, w);
      atLeast(inner(slope, minus(w, u)), -1e-10 * size(slope) * size(w, u), "entropic projection is optimal");
    }
  }
}

function atLeast(value: number, bound: number, what: string): void {
  if (!(value >= bound)) throw new Error(`${what}: ${value} is below ${bound}`);
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]!);
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}

function length(a: Float64Array): number {
  return Math.hypot(...a);
}

function size(...vectors: readonly Float64Array[]): number {
  return Math.max(1, ...vectors.flatMap((vector) => Array.from(vector, Math.abs)));
}
