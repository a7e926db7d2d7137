import { scaleByPower } from "../../src/elementary/index.ts";
import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import type { Problem } from "../../src/problems/problem.ts";

/**
 * The same problem in other units: the loss times 2^loss, the parameters times 2^parameters. Within the range of float64
 * nothing is rounded.
 */
export function scaledProblem(problem: Problem, loss: number, parameters: number): Problem {
  const scaled = (values: Float64Array, power: number): Float64Array => values.map((x) => scaleByPower(x, power));
  const n = problem.dimension;
  return {
    name: `${problem.name} in other units`,
    dimension: n,
    symmetric: problem.symmetric,
    blocks: problem.blocks,
    evaluate(point, field) {
      const value = problem.evaluate(scaled(point, -parameters), field);
      field.set(scaled(field, loss - parameters));
      return scaleByPower(value, loss);
    },
    linearize(point) {
      const map = problem.linearize(scaled(point, -parameters));
      return linearMap({
        rows: n,
        columns: n,
        symmetric: problem.symmetric,
        apply(v, out) {
          // The direction is a parameter's change, so it comes back into the old units first.
          map.apply(scaled(v, -parameters), out);
          out.set(scaled(out, loss - parameters));
        },
      });
    },
  };
}
