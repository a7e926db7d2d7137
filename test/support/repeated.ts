import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import { norm } from "../../src/linalg/vector.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { normalVector } from "./random.ts";

/** A problem of many parameters that is as hard as a small one. */
export interface Repeated {
  readonly problem: Problem;
  /** The point at which every copy has the point of the small problem. */
  readonly pointFrom: (point: ArrayLike<number>) => Float64Array;
}

/**
 * Copies of a problem whose losses are added, so that J is block-diagonal, turned by three random reflections where a
 * seed is given.
 */
export function repeated(small: Problem, copies: number, seed?: number): Repeated {
  const { dimension: m } = small;
  const n = m * copies;
  const mirrors = seed === undefined ? [] : [0, 1, 2].map((k) => normalVector(n, seed + k));
  for (const mirror of mirrors) {
    const size = norm(mirror);
    for (let i = 0; i < n; i++) mirror[i] = mirror[i]! / size;
  }
  const reflect = (vector: Float64Array, order: readonly Float64Array[]): Float64Array => {
    for (const mirror of order) {
      const along = 2 * vector.reduce((sum, x, i) => sum + x * mirror[i]!, 0);
      for (let i = 0; i < n; i++) vector[i] = vector[i]! - along * mirror[i]!;
    }
    return vector;
  };
  const turn = (vector: Float64Array): Float64Array => reflect(vector, mirrors);
  const back = (vector: Float64Array): Float64Array => reflect(vector, mirrors.toReversed());
  const part = (vector: Float64Array, k: number): Float64Array => vector.slice(k * m, (k + 1) * m);
  const problem: Problem = {
    ...small,
    name: `${copies} times ${small.name}`,
    dimension: n,
    blocks: [{ name: "z", shape: [n], offset: 0, size: n }],
    evaluate(point, field) {
      const there = back(point.slice());
      const one = new Float64Array(m);
      let value = 0;
      for (let k = 0; k < copies; k++) {
        value += small.evaluate(part(there, k), one) ?? 0;
        field.set(one, k * m);
      }
      turn(field);
      return value;
    },
    linearize(point) {
      const there = back(point.slice());
      const maps = Array.from({ length: copies }, (_, k) => small.linearize(part(there, k)));
      const apply = (v: Float64Array, out: Float64Array): void => {
        const seen = back(v.slice());
        const one = new Float64Array(m);
        maps.forEach((map, k) => {
          map.apply(part(seen, k), one);
          out.set(one, k * m);
        });
        turn(out);
      };
      return linearMap({ rows: n, columns: n, symmetric: small.symmetric, apply, applyTranspose: apply });
    },
  };
  return {
    problem,
    pointFrom: (point) => turn(Float64Array.from({ length: n }, (_, i) => point[i % m]!)),
  };
}
