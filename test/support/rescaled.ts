import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import type { Problem } from "../../src/problems/problem.ts";

/**
 * The same problem in other units: the loss times s, and parameter i times t_i. Where s and t_i are powers of two and
 * nothing leaves the range of float64, all its numbers are those of the problem times powers of two, to the last bit.
 *
 * A field that is not a gradient is multiplied by s alone.
 */
export function rescaled(problem: Problem, s: number, t: readonly number[]): Problem {
  const { symmetric, dimension: n } = problem;
  const back = (z: Float64Array): Float64Array => z.map((x, i) => x / t[i]!);
  const toField = (out: Float64Array): void => {
    // Two factors, since s / t_i may be out of range where the product is not.
    for (let i = 0; i < n; i++) out[i] = symmetric ? (out[i]! / t[i]!) * s : out[i]! * s;
  };
  return {
    ...problem,
    evaluate(z, field) {
      const value = problem.evaluate(back(z), field);
      toField(field);
      return value * s;
    },
    linearize(z) {
      const map = problem.linearize(back(z));
      const apply = (v: Float64Array, out: Float64Array): void => {
        map.apply(back(v), out);
        toField(out);
      };
      const applyTranspose = (u: Float64Array, out: Float64Array): void => {
        if (symmetric) {
          apply(u, out);
          return;
        }
        map.applyTranspose(u, out);
        for (let i = 0; i < n; i++) out[i] = (out[i]! / t[i]!) * s;
      };
      return linearMap({ rows: n, columns: n, symmetric, apply, applyTranspose });
    },
  };
}
