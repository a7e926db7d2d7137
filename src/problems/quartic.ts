import { diagonal } from "../linalg/maps/maps.ts";
import type { Problem } from "./problem.ts";

/**
 * Builds a quartic in two variables with one critical point and a gradient-flat point that traps Newton methods.
 *
 * f(x, y) = x^4/4 - 3 x^2 + 9 x + 0.9 y^4 + 5 y^2 + 40,
 *
 * F = (x^3 - 6 x + 9, 3.6 y^3 + 10 y), H = diag(3 x^2 - 6, 10.8 y^2 + 10).
 *
 * The only critical point is the minimum (-3, 0) with f = 6.25. At (+-sqrt 2, 0) the gradient lies in the kernel of H
 * without being zero: (sqrt 2, 0) is a local minimum of ||F|| (||F||^2 is about 11.2), and (-sqrt 2, 0) is a saddle of
 * it (about 215). Newton-MR from a start with x > -sqrt 2 is drawn to the first, unless a long step jumps over it.
 *
 * Cost: some tens of operations.
 *
 * @example iterate(quartic(), [3, 1], chain(newtonDirection(), backtrackGradientNorm()))
 * @see Frye, "Finding critical and gradient-flat points of deep neural network loss functions", dissertation,
 *   University of California, Berkeley, 2020, chapter on gradient-flat points
 */
export function quartic(): Problem {
  return {
    name: "quartic",
    dimension: 2,
    symmetric: true,
    hasPotential: true,
    evaluate(point, field) {
      const x = point[0]!;
      const y = point[1]!;
      const x2 = x * x;
      const y2 = y * y;
      field[0] = x * (x2 - 6) + 9;
      field[1] = y * (3.6 * y2 + 10);
      return x2 * (x2 / 4 - 3) + 9 * x + y2 * (0.9 * y2 + 5) + 40;
    },
    linearize(point) {
      const x = point[0]!;
      const y = point[1]!;
      return diagonal(Float64Array.of(3 * x * x - 6, 10.8 * y * y + 10));
    },
    blocks: [
      { name: "x", shape: [], offset: 0, size: 1 },
      { name: "y", shape: [], offset: 1, size: 1 },
    ],
    description: { problem: "quartic" },
  };
}
