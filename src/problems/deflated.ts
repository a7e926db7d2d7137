import { pow } from "../elementary/index.ts";
import { failure } from "../errors.ts";
import { linearMap } from "../linalg/makeLinearMap.ts";
import { axpy, dot } from "../linalg/vector.ts";
import { readOptions } from "../options.ts";
import type { Problem } from "./problem.ts";

/** Options of {@link deflated}. */
export interface DeflatedOptions {
  /** p > 0: order of the poles. Default 2 [1]: the gradient of ||F||^2 then points away from a root. */
  readonly power?: number;
  /** sigma >= 0: far from the roots m is sigma^(number of roots). Default 1 [1]. */
  readonly shift?: number;
}

/**
 * The same problem without the zeros found already: M(z) F(z) with m = product over roots r of (1 / ||z - r||^p + sigma) [1].
 *
 * Its zeros are those of F but the roots, where it has poles as long as they are simple (p = 2 removes double ones too). A field without
 * potential, even where F is a gradient: J_M v = m (J v + <grad m / m, v> F), so use `levenbergMarquardt`, `denseNewtonDirection`
 * or `minimizeGradientNorm`. At a root itself nothing is defined (NaN): begin elsewhere. Roots that are not isolated, such as
 * the orbits of a linear network, are removed at the one point only, not along their orbit.
 *
 * Cost: that of the problem, and one distance a root.
 *
 * @example const second = deflated(problem, [first.point]); // finds another zero from the same start
 * @param roots points found already
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_LENGTH for a root of another length, ERR_NOT_FINITE for NaN in one
 * @see [1] Farrell, Birkisson and Funke, "Deflation techniques for finding distinct solutions of nonlinear partial differential
 *   equations", SIAM J. Sci. Comput. 37, 2015, doi:10.1137/140984798
 */
export function deflated(
  problem: Problem,
  roots: readonly ArrayLike<number>[],
  options: DeflatedOptions = {},
): Problem {
  const { known, power, shift } = deflationRoots("deflated", roots, problem.dimension, problem.name, options);
  const n = problem.dimension;
  return {
    name: `deflated ${problem.name}`,
    dimension: n,
    symmetric: false,
    ...(problem.constraint === undefined ? {} : { constraint: problem.constraint }),
    blocks: problem.blocks,
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

/** m and grad m / m. */
export function deflation(
  point: Float64Array,
  roots: readonly Float64Array[],
  power: number,
  shift: number,
): { readonly factor: number; readonly gradient: Float64Array } {
  let factor = 1;
  const gradient = new Float64Array(point.length);
  for (const root of roots) {
    const away = point.map((z, i) => z - root[i]!);
    const square = dot(away, away);
    const pole = pow(square, -power / 2);
    factor *= pole + shift;
    // grad of ||z - r||^-p = -p ||z - r||^(-p - 2) (z - r); divided by pole + sigma without overflow.
    axpy(-power / (square * (1 + shift / pole)), away, gradient);
  }
  return { factor, gradient };
}

const deflationRules = { power: { default: 2, above: 0 }, shift: { default: 1, min: 0 } } as const;

/** Checked options, and copies of the roots. */
export function deflationRoots(
  who: string,
  roots: readonly ArrayLike<number>[],
  dimension: number,
  what: string,
  options: DeflatedOptions,
): { readonly known: readonly Float64Array[]; readonly power: number; readonly shift: number } {
  const { power, shift } = readOptions(who, options, deflationRules);
  const known = roots.map((root, i) => {
    if (root.length !== dimension) {
      throw failure(
        "ERR_LENGTH",
        `${who}: expected roots of length ${dimension}, that of ${what}, got ${root.length} for root ${i}`,
      );
    }
    const point = Float64Array.from(root);
    const bad = point.findIndex((z) => !Number.isFinite(z));
    if (bad >= 0) throw failure("ERR_NOT_FINITE", `${who}: expected finite roots, got ${point[bad]} in root ${i}`);
    return point;
  });
  return { known, power, shift };
}
