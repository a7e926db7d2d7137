/** The same problem in other units. */
import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import type { ConvexSet, Problem } from "../../src/problems/problem.ts";
import { convexSet } from "../../src/problems/sets/convexSet.ts";

/** t C, by way of C itself. */
export function scaledSet(set: ConvexSet | undefined, t: number): ConvexSet | undefined {
  if (set === undefined) return undefined;
  return convexSet({
    name: set.name,
    dimension: set.dimension,
    bounded: set.bounded,
    project(point, out) {
      for (let i = 0; i < out.length; i++) out[i] = point[i]! / t;
      set.project(out, out);
      for (let i = 0; i < out.length; i++) out[i] = out[i]! * t;
    },
    support(gradient, at) {
      const value = set.support(gradient, at);
      if (at !== undefined) for (let i = 0; i < at.length; i++) at[i] = at[i]! * t;
      return value * t;
    },
    ...(set.linearizeProjection && {
      linearizeProjection: (point: Float64Array) => set.linearizeProjection!(point.map((x) => x / t)),
    }),
  });
}

/** G(w) = s F(w / t) on t C, for powers of two s and t: without rounding, the problem in which F is measured in other units, and so is z. */
export function scaledProblem(problem: Problem, s: number, t: number, constraint: ConvexSet | undefined): Problem {
  const n = problem.dimension;
  const inner = new Float64Array(n);
  const { constraint: _own, game, ...rest } = problem;
  return {
    ...rest,
    ...(constraint === undefined ? {} : { constraint }),
    ...(game === undefined
      ? {}
      : {
          game: {
            ...game,
            costs(point: Float64Array, out: Float64Array): void {
              game.costs(
                point.map((w) => w / t),
                out,
              );
              for (let i = 0; i < out.length; i++) out[i] = out[i]! * s * t;
            },
          },
        }),
    evaluate(point, field) {
      for (let i = 0; i < n; i++) inner[i] = point[i]! / t;
      const value = problem.evaluate(inner, field);
      for (let i = 0; i < n; i++) field[i] = field[i]! * s;
      return value * s * t;
    },
    linearize(point) {
      const map = problem.linearize(point.map((w) => w / t));
      const times = (out: Float64Array): void => {
        for (let i = 0; i < n; i++) out[i] = (out[i]! * s) / t;
      };
      return linearMap({
        rows: n,
        columns: n,
        symmetric: map.symmetric,
        apply(v, out) {
          map.apply(v, out);
          times(out);
        },
        ...(map.symmetric
          ? {}
          : {
              applyTranspose(v: Float64Array, out: Float64Array): void {
                map.applyTranspose(v, out);
                times(out);
              },
            }),
      });
    },
  };
}
