/** Problems with a known zero, at which a homotopy begins. */

import { failure } from "../errors.ts";
import { diagonal } from "../linalg/maps/maps.ts";
import { checkOption } from "../options.ts";
import { domainOf } from "./extendProblem.ts";
import type { Problem } from "./problem.ts";
import { vector } from "./rules.ts";
import { problemRule } from "./traced/arguments.ts";

/**
 * Builds the problem F(z) = z - z_0, the gradient of ||z - z_0||^2 / 2, whose only zero is z_0.
 *
 * Cost: n operations.
 *
 * @example homotopy(distanceProblem([3, 1]), quartic())
 * @param anchor z_0
 * @throws {RangeError} ERR_LENGTH for an empty anchor, ERR_NOT_FINITE for NaN or infinities
 */
export function distanceProblem(anchor: ArrayLike<number>): Problem {
  const z0 = checkedAnchor("distanceProblem", anchor);
  const n = z0.length;
  const identity = diagonal(new Float64Array(n).fill(1));
  return {
    name: "fixed point",
    dimension: n,
    symmetric: true,
    hasPotential: true,
    blocks: [{ name: "z", shape: [n], offset: 0, size: n }],
    description: { problem: "distanceProblem", anchor: Array.from(z0) },
    evaluate(point, field) {
      let value = 0;
      for (let i = 0; i < n; i++) {
        field[i] = point[i]! - z0[i]!;
        value += field[i]! ** 2 / 2;
      }
      return value;
    },
    linearize: () => identity,
  };
}

/**
 * Moves a problem so that z_0 is one of its zeros: the field becomes F(z) - F(z_0).
 *
 * The Jacobian stays the same. If F is a gradient, the potential becomes L(z) - <F(z_0), z>. The homotopy from this
 * problem to F is Newton's homotopy: along its path F(z) = (1 - t) F(z_0).
 *
 * Cost: that of the problem.
 *
 * @example
 * const path = homotopy(movedToZero(quartic(), [3, 1]), quartic());
 * iterate(path, [3, 1, 0], chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonFlow()));
 * @param anchor z_0
 * @throws {RangeError} ERR_LENGTH if the length is not the problem's dimension, ERR_NOT_FINITE for NaN or infinities
 */
export function movedToZero(problem: Problem, anchor: ArrayLike<number>): Problem {
  checkOption("movedToZero", "problem", problem, problemRule);
  const z0 = checkedAnchor("movedToZero", anchor);
  const n = problem.dimension;
  if (z0.length !== n) {
    throw failure(
      "ERR_LENGTH",
      `movedToZero: expected a point of length ${n}, got ${z0.length}; the problem is ${problem.name}`,
    );
  }
  const offset = new Float64Array(n);
  problem.evaluate(z0, offset);
  return {
    name: `moved ${problem.name}`,
    dimension: n,
    symmetric: problem.symmetric,
    ...(problem.constraint === undefined ? {} : { constraint: problem.constraint }),
    blocks: problem.blocks,
    ...domainOf(problem),
    description: { problem: "movedToZero", of: problem.description ?? problem.name, anchor: Array.from(z0) },
    evaluate(point, field) {
      let value = problem.evaluate(point, field);
      for (let i = 0; i < n; i++) {
        field[i] = field[i]! - offset[i]!;
        value -= offset[i]! * point[i]!;
      }
      return value;
    },
    linearize: (point) => problem.linearize(point),
  };
}

function checkedAnchor(who: string, anchor: ArrayLike<number>): Float64Array {
  checkOption(who, "anchor", anchor, vector);
  const z0 = Float64Array.from(anchor);
  if (z0.length === 0) throw failure("ERR_LENGTH", `${who}: expected a point, got none`);
  const bad = z0.findIndex((z) => !Number.isFinite(z));
  if (bad >= 0) throw failure("ERR_NOT_FINITE", `${who}: expected finite coordinates, got ${z0[bad]} at ${bad}`);
  return z0;
}
