import { plainField } from "../plainField.ts";
import type { SolvedProblem } from "./certified.ts";

// phi, phi' and phi'' of phi(z) = z^2 / 4 - z^4 / 2 + z^6 / 6.
const bent = (z: number): number => z ** 2 * (1 / 4 - z ** 2 * (1 / 2 - z ** 2 / 6));
const slope = (z: number): number => z * (1 / 2 - z ** 2 * (2 - z ** 2));
const bend = (z: number): number => 0.5 - z ** 2 * (6 - 5 * z ** 2);

/**
 * Builds the saddle-point problem "forsaken" [1], which is not monotone: min over x, max over y of
 * x (y - 0.45) + phi(x) - phi(y) with phi(z) = z^2 / 4 - z^4 / 2 + z^6 / 6.
 *
 * F = (y - 0.45 + phi'(x), phi'(y) - x). The only stationary point is about (0.08, 0.41). Two cycles of z' = -F(z) lie
 * around it; the inner one repels and the outer one attracts. So descent-ascent and its relatives never arrive if they
 * start outside the inner cycle.
 *
 * Cost: some tens of operations.
 *
 * @example forsaken().solutions[0] // [0.0780, 0.4119]
 * @see [1] Hsieh, Mertikopoulos and Cevher, "The limits of min-max optimization algorithms: convergence to spurious
 *   non-critical sets", 2021, arXiv:2006.09065, example 5.2
 */
export function forsaken(): SolvedProblem {
  const problem = plainField({
    name: "forsaken",
    dimension: 2,
    field(z, out) {
      const [x, y] = [z[0]!, z[1]!];
      out[0] = y - 0.45 + slope(x);
      out[1] = slope(y) - x;
    },
    jacobian: {
      apply(z, v, out) {
        const [a, b] = [v[0]!, v[1]!];
        out[0] = bend(z[0]!) * a + b;
        out[1] = bend(z[1]!) * b - a;
      },
      applyTranspose(z, u, out) {
        const [a, b] = [u[0]!, u[1]!];
        out[0] = bend(z[0]!) * a - b;
        out[1] = bend(z[1]!) * b + a;
      },
    },
    blocks: [
      { name: "x", shape: [], offset: 0, size: 1, player: "minimiser" },
      { name: "y", shape: [], offset: 1, size: 1, player: "maximiser" },
    ],
    game: {
      players: [
        { name: "minimiser", offset: 0, size: 1, affine: false },
        { name: "maximiser", offset: 1, size: 1, affine: false },
      ],
      costs(z, out) {
        const [x, y] = [z[0]!, z[1]!];
        const value = x * (y - 0.45) + bent(x) - bent(y);
        out[0] = value;
        out[1] = -value;
      },
    },
    description: { problem: "forsaken" },
  });
  return { ...problem, solutions: [stationaryPoint()] };
}

/** Finds the stationary point: x = phi'(y), so bisection solves y - 0.45 + phi'(phi'(y)) = 0 to the last bit. */
function stationaryPoint(): Float64Array {
  let [low, high] = [0.3, 0.5];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (middle - 0.45 + slope(slope(middle)) < 0) low = middle;
    else high = middle;
  }
  return Float64Array.of(slope(low), low);
}
