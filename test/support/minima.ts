import { diagonal } from "../../src/linalg/maps/maps.ts";
import type { Problem } from "../../src/problems/problem.ts";

/** L = sum of (x_i^2 - 1)^2 / 4: critical where every x_i is -1, 0 or 1, index the number of zeros, 3^n points in all. */
export function doubleWells(n: number): Problem {
  return {
    name: "double wells",
    dimension: n,
    symmetric: true,
    evaluate(point, field) {
      let value = 0;
      for (let i = 0; i < n; i++) {
        const x = point[i]!;
        field[i] = x * (x * x - 1);
        value += (x * x - 1) ** 2 / 4;
      }
      return value;
    },
    linearize: (point) => diagonal(point.map((x) => 3 * x * x - 1)),
    blocks: [{ name: "z", shape: [n], offset: 0, size: n }],
  };
}
