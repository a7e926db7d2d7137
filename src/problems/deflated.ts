import { pow } from "../elementary/index.ts";
import { failure } from "../errors.ts";
import { linearMap } from "../linalg/makeLinearMap.ts";
import { axpy, dot } from "../linalg/vector.ts";
import { checkOption, readOptions, showValue } from "../options.ts";
import { explainFirst } from "./extendProblem.ts";
import type { Problem } from "./problem.ts";
import { problemRule } from "./traced/arguments.ts";

/** Options of {@link deflated}. */
export interface DeflatedOptions {
  /** Order p > 0 of the poles. Default 2 [1]: the gradient of ||F||^2 then points away from a root. */
  readonly power?: number;
  /** Shift sigma >= 0: far from the roots, m is sigma^(number of roots). Default 1 [1]. */
  readonly shift?: number;
}

/**
 * Removes known zeros from a problem: the field becomes m(z) F(z), where m(z) is the product over the roots r of
 * 1 / ||z - r||^p + sigma [1].
 *
 * The zeros of m F are those of F without the roots. A simple root becomes a pole; p = 2 removes double roots too. The
 * field has no potential, even if F is a gradient: its Jacobian is J_M v = m (J v + <grad m / m, v> F). So use
 * `levenbergMarquardt`, `denseNewtonDirection` or `minimizeGradientNorm`. At a root itself the field is NaN, so begin
 * elsewhere. Roots that are not isolated, such as the orbits of a linear network, are removed at the given point only,
 * not along their orbit.
 *
 * Cost: that of the problem, and one distance per root.
 *
 * @example
 * const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), levenbergMarquardt());
 * const first = firstRows(quartic(), [-3.5, 1], search, 100).at(-1)!;
 * const second = firstRows(deflated(quartic(), [first.point]), [-3.5, 1], search, 100).at(-1)!;
 * console.log([first, second].map((it) => it.point[0]!.toFixed(4)).join(" "));
 * // -3.0000 1.4229
 * @param roots points r that are known already
 * @param options {@link DeflatedOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_LENGTH for a root of another length,
 *   ERR_NOT_FINITE for NaN in a root
 * @see [1] Farrell, Birkisson and Funke, "Deflation techniques for finding distinct solutions of nonlinear partial
 *   differential equations", SIAM J. Sci. Comput. 37, 2015, doi:10.1137/140984798
 */
export function deflated(
  problem: Problem,
  roots: readonly ArrayLike<number>[],
  options: DeflatedOptions = {},
): Problem {
  const { power, shift } = readOptions("deflated", options, deflationRules);
  checkOption("deflated", "problem", problem, problemRule);
  const known = deflationRoots("deflated", roots, problem.dimension, problem.name);
  const n = problem.dimension;
  return {
    name: `deflated ${problem.name}`,
    dimension: n,
    symmetric: false,
    ...(problem.constraint === undefined ? {} : { constraint: problem.constraint }),
    blocks: problem.blocks,
    explainNotFinite: (point) =>
      known.some((root) => root.every((r, i) => r === point[i]))
        ? "the point is a root that was removed, where the field has a pole"
        : explainFirst([problem], point),
    description: {
      problem: "deflated",
      of: problem.description ?? problem.name,
      roots: known.map((root) => Array.from(root)),
      power,
      shift,
    },
    evaluate(point, field) {
      problem.evaluate(point, field);
      const { factor } = deflation(point, known, power, shift);
      for (let i = 0; i < n; i++) field[i] = factor * field[i]!;
      return Number.NaN;
    },
    linearize(point) {
      const inner = problem.linearize(point);
      const field = new Float64Array(n);
      problem.evaluate(point, field);
      const { factor, gradient } = deflation(point, known, power, shift);
      const finish = (out: Float64Array, weight: number, vector: Float64Array): void => {
        for (let i = 0; i < n; i++) out[i] = factor * (out[i]! + weight * vector[i]!);
      };
      return linearMap({
        rows: n,
        columns: n,
        apply(v, out) {
          inner.apply(v, out);
          finish(out, dot(gradient, v), field);
        },
        applyTranspose(u, out) {
          inner.applyTranspose(u, out);
          finish(out, dot(field, u), gradient);
        },
      });
    },
  };
}

/** Computes m and grad m / m. */
function deflation(
  point: Float64Array,
  roots: readonly Float64Array[],
  power: number,
  shift: number,
): { readonly factor: number; readonly gradient: Float64Array } {
  let factor = 1;
  for (const root of roots) factor *= pow(squaredDistance(point, root), -power / 2) + shift;
  const gradient = deflationGradient(point, roots, power, (square) => shift / pow(square, -power / 2));
  return { factor, gradient };
}

/** Computes ||z - r||^2. */
export function squaredDistance(point: Float64Array, root: Float64Array): number {
  const away = point.map((z, i) => z - root[i]!);
  return dot(away, away);
}

/**
 * Computes grad m / m.
 *
 * @param relativeShift the shift over the pole, sigma ||z - r||^p, from ||z - r||^2 and the number of the root
 */
export function deflationGradient(
  point: Float64Array,
  roots: readonly Float64Array[],
  power: number,
  relativeShift: (square: number, root: number) => number,
): Float64Array {
  const gradient = new Float64Array(point.length);
  roots.forEach((root, k) => {
    const away = point.map((z, i) => z - root[i]!);
    const square = dot(away, away);
    // The gradient of ||z - r||^-p is -p ||z - r||^(-p - 2) (z - r); this divides it by pole + sigma without overflow.
    axpy(-power / (square * (1 + relativeShift(square, k))), away, gradient);
  });
  return gradient;
}

const deflationRules = { power: { default: 2, above: 0 }, shift: { default: 1, min: 0 } } as const;

/** Checks the roots and copies them. */
export function deflationRoots(
  who: string,
  roots: readonly ArrayLike<number>[],
  dimension: number,
  what: string,
): readonly Float64Array[] {
  if (!Array.isArray(roots)) {
    throw failure(
      "ERR_OPTION_TYPE",
      `${who}: expected a list of roots, such as [[1, 0], [0, 1]], got ${showValue(roots)}`,
    );
  }
  return roots.map((root: ArrayLike<number>, i) => {
    if (root?.length !== dimension) {
      throw failure(
        "ERR_LENGTH",
        `${who}: expected roots of length ${dimension}, that of ${what}, got ${root?.length ?? showValue(root)} for root ${i}`,
      );
    }
    const point = Float64Array.from(root);
    const bad = point.findIndex((z) => !Number.isFinite(z));
    if (bad >= 0) throw failure("ERR_NOT_FINITE", `${who}: expected finite roots, got ${point[bad]} in root ${i}`);
    return point;
  });
}
