import {
  axpy,
  defineUpdate,
  dot,
  type LinearMap,
  norm,
  readOptions,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { lanczos } from "../../linalg/krylov/lanczos.ts";
import { tridiagonalEigen } from "../../linalg/krylov/tridiagonalEigen.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link saddleFreeDirection}. */
export interface SaddleFreeDirectionOptions {
  /** Dimension of the Krylov space on which |H| is inverted; `all`: the whole matrix. Default 100, or all for n <= 100. */
  readonly subspace?: number | "all";
  /** delta >= 0, added to |H|. Default 0. Steerable. */
  readonly damping?: number;
  /** Eigenvalues up to this times the largest count as zero where delta = 0, in [0, 1). Default 1e-10. */
  readonly cutoff?: number;
}

const rules = {
  subspace: { ...positiveInteger, or: ["all"] },
  damping: { default: 0, min: 0 },
  cutoff: { default: 1e-10, min: 0, below: 1 },
} as const;

/**
 * The direction becomes the saddle-free Newton direction [1]: p = -(|H| + delta I)^+ F, |H| with the eigenvalues' absolute values.
 *
 * H is projected on a Krylov space of F by Lanczos, where F lies itself, so p is what the whole matrix would give as soon as the
 * space is invariant. It descends L along every eigenvector with Newton's length, so saddles repel it: a finder of *minima*
 * that passes saddles quickly, not of saddles. Put `wolfeLineSearch({ merit: "value" })` after it.
 *
 * When it works: losses with a gradient and many saddles, small or large n. The step is long in directions of small curvature; delta
 * bounds it. At a critical point p = 0.
 *
 * Cost: min(n, subspace) products, 4 subspace^2 n operations; `all`: n products, 9 n^3 operations.
 *
 * @example chain(saddleFreeDirection({ damping: 1e-3 }), wolfeLineSearch({ merit: "value" }))
 * @param options {@link SaddleFreeDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream ERR_NOT_FINITE where H is not finite
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional non-convex optimization", NIPS
 *   2014, arXiv:1406.2572
 */
export function saddleFreeDirection(options: SaddleFreeDirectionOptions = {}): Update {
  const { subspace, damping, cutoff } = readOptions("saddleFreeDirection", options, rules);
  const who = "saddleFreeDirection";
  return defineUpdate({
    name: who,
    settings: { damping: settingOf(rules.damping, damping) },
    columns: {
      directionNorm: { meaning: "||p||" },
      lowestCurvature: { meaning: "smallest eigenvalue of H on the subspace" },
    },
    step(it, _state, settings) {
      const { problem, field } = it.at;
      requireSymmetric(who, problem, "use levenbergMarquardt, which needs no symmetry");
      if (norm(field) === 0) {
        return { direction: new Float64Array(field.length), columns: { directionNorm: 0, lowestCurvature: undefined } };
      }
      const size = subspace ?? Math.min(field.length, 100);
      const whole = size === "all" || size >= field.length;
      const solve = whole ? onWholeSpace : onKrylovSpace(Number(size));
      const { direction, lowest } = solve(it.at.linearize(), field, (value, largest) => {
        const absolute = Math.abs(value);
        if (settings.damping > 0) return -1 / (absolute + settings.damping);
        return absolute > cutoff * largest ? -1 / absolute : 0;
      });
      return { direction, columns: { directionNorm: norm(direction), lowestCurvature: lowest } };
    },
  });
}

type Inverted = (value: number, largest: number) => number;
interface Solved {
  readonly direction: Float64Array;
  readonly lowest: number;
}

const largestOf = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function onWholeSpace(map: LinearMap, field: Float64Array, inverted: Inverted): Solved {
  const n = field.length;
  const { values, vectors } = symmetricEigen(map);
  const largest = largestOf(values);
  const direction = new Float64Array(n);
  values.forEach((value, k) => {
    const vector = vectors.subarray(k * n, (k + 1) * n);
    axpy(inverted(value, largest) * dot(vector, field), vector, direction);
  });
  return { direction, lowest: values[0]! };
}

function onKrylovSpace(steps: number) {
  return (map: LinearMap, field: Float64Array, inverted: Inverted): Solved => {
    const { basis, diagonal, offDiagonal } = lanczos(map, { start: field, steps });
    const { values, rows } = tridiagonalEigen(diagonal, offDiagonal, "all");
    const largest = largestOf(values);
    // F = ||F|| V e_1, so p = ||F|| V S f(Theta) S^T e_1.
    const inner = values.map((value, k) => inverted(value, largest) * rows[0]![k]!);
    const direction = new Float64Array(field.length);
    const length = norm(field);
    basis.forEach((vector, j) => {
      axpy(length * dot(rows[j]!, inner), vector, direction);
    });
    return { direction, lowest: values[0]! };
  };
}
