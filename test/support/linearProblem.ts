import { denseMatrix } from "../../src/linalg/maps/maps.ts";
import type { Problem } from "../../src/problems/problem.ts";

/** F(z) = A z - b with L(z) = z^T A z / 2 - b^T z: a quadratic loss where A is symmetric. */
export function linearProblem(rows: readonly (readonly number[])[], b: readonly number[]): Problem {
  const n = rows.length;
  const values = Float64Array.from(rows.flat());
  const symmetric = rows.every((row, i) => row.every((entry, j) => entry === rows[j]![i]));
  const map = denseMatrix(n, n, values, { symmetric });
  return {
    name: "linear",
    dimension: n,
    symmetric,
    evaluate(point, field) {
      map.apply(point, field);
      let value = 0;
      for (let i = 0; i < n; i++) {
        value += point[i]! * (field[i]! / 2 - b[i]!);
        field[i] = field[i]! - b[i]!;
      }
      return symmetric ? value : Number.NaN;
    },
    linearize: () => map,
    blocks: [{ name: "z", shape: [n], offset: 0, size: n }],
  };
}
