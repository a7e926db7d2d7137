import {
  axpy,
  defineUpdate,
  dot,
  type LinearMap,
  norm,
  readOptions,
  rowVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { unitScale } from "../../linalg/dense/unitScale.ts";
import { lanczos } from "../../linalg/krylov/lanczos.ts";
import { tridiagonalEigen } from "../../linalg/krylov/tridiagonalEigen.ts";
import { cutOffColumns, cutoffRule, roundingCutoff, shareOf } from "../support/cutOff.ts";
import { whereFinite } from "../support/finiteMatrix.ts";
import {
  type KeptSizes,
  noSizes,
  type Scaling,
  scalingRule,
  stepFromUnits,
  viewInUnits,
} from "../support/parameterScale.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link saddleFreeDirection}. */
export interface SaddleFreeDirectionOptions {
  /**
   * Dimension of the Krylov space on which |H| is inverted; `all`: the whole matrix. Default 100, and `all` for
   * n <= 100.
   */
  readonly subspace?: number | "all";
  /** Damping delta >= 0, added to |H|. Default 0. Steerable. */
  readonly damping?: number;
  /**
   * Share of the largest absolute eigenvalue, in [0, 1), up to which others count as zero where delta = 0.
   * Default n times the machine epsilon, the level of rounding.
   */
  readonly cutoff?: number;
  /**
   * Units of the parameters. `curvature`: powers of two next to 1 / sqrt(|J_ii|), at the first row and again where J_ii
   * has grown by more than 2^20, so that parameters of different size count alike; delta is then one in these units.
   * `none`: as they are. `automatic`: `curvature` for n <= 100, where n products per row cost little. Default
   * `automatic`, and `none` where `subspace` or `cutoff` is given, since they speak of H as it is.
   */
  readonly scaling?: Scaling;
}

const rules = {
  subspace: { ...positiveInteger, or: ["all"] },
  damping: { default: 0, min: 0 },
  cutoff: cutoffRule,
  scaling: scalingRule,
} as const;

/**
 * Makes the direction the saddle-free Newton direction [1]: p = -(|H| + delta I)^+ F, where |H| has the absolute values
 * of the eigenvalues.
 *
 * H is projected by Lanczos on a Krylov space of F, which contains F itself, so p is what the whole matrix would give
 * as soon as the space is invariant. The direction descends L along every eigenvector with Newton's length, so saddles
 * repel it: it finds *minima* and passes saddles quickly. Put `wolfeLineSearch({ merit: "value" })` after it.
 *
 * Columns: `directionNorm`, ||p||; `lowestCurvature`, the smallest eigenvalue of H on the subspace, in the units of
 * `scaling`; `cutDirections`, the number of eigenvalues that count as zero, and `cutShare`, the share of ||F|| in their
 * directions, which p leaves as it is.
 *
 * When it works: losses with a gradient and many saddles, at small or large n. The step is long in directions of small
 * curvature; delta bounds it. At a critical point p = 0. At a gradient-flat point F lies in the kernel of H, so p = 0
 * as well: a line search then ends the run (status "stagnated"), and `cutShare` near 1 says why. Any delta > 0 leads
 * away.
 *
 * Use {@link newtonDirection} for critical points of any index, {@link gradientNormDirection} when a step is to cost
 * two products only.
 *
 * Cost: min(n, subspace) products and 4 subspace^2 n operations per step; with `all` n products and 9 n^3 operations.
 *
 * @example
 * const search = chain(saddleFreeDirection({ damping: 1e-3 }), wolfeLineSearch({ merit: "value" }));
 * iterate(quartic(), [0, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), search))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4), it.columns.lowestCurvature!.toFixed(4)));
 * // 0 45.9000 -1.5000
 * // 1 6.7481 0.6909
 * // 2 6.2521 0.6253
 * @param options {@link SaddleFreeDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream ERR_NOT_FINITE where H is not finite
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional non-convex
 *   optimization", NIPS 2014, arXiv:1406.2572
 */
export function saddleFreeDirection(options: SaddleFreeDirectionOptions = {}): Update {
  const { subspace, damping, cutoff, scaling: given } = readOptions("saddleFreeDirection", options, rules);
  const scaling = given ?? (subspace === undefined && cutoff === undefined ? "automatic" : "none");
  const who = "saddleFreeDirection";
  return defineUpdate({
    name: who,
    settings: { damping: settingOf(rules.damping, damping) },
    columns: {
      ...cutOffColumns,
      directionNorm: { meaning: "||p||" },
      lowestCurvature: { meaning: "smallest eigenvalue of H on the subspace, in the units of the parameters" },
    },
    init: (_first, previous?: KeptSizes): KeptSizes => previous ?? noSizes,
    step(it, state, settings) {
      const { problem, field } = it.at;
      requireSymmetric(who, problem, "use levenbergMarquardt, which needs no symmetry");
      const direction = rowVector(it).fill(0);
      const none = {
        directionNorm: undefined,
        lowestCurvature: undefined,
        cutDirections: undefined,
        cutShare: undefined,
      };
      if (norm(field) === 0)
        return { direction, columns: { ...none, directionNorm: 0, cutDirections: 0, cutShare: 0 } };
      const view = viewInUnits(it.at, scaling, state);
      const size = subspace ?? Math.min(field.length, 100);
      const whole = size === "all" || size >= field.length;
      const solve = whole ? onWholeSpace : onKrylovSpace(Number(size));
      const bound = cutoff ?? roundingCutoff(field.length);
      const inverted: Inverted = (value, largest) => {
        const absolute = Math.abs(value);
        if (settings.damping > 0) return -1 / (absolute + settings.damping);
        return absolute > bound * largest ? -1 / absolute : 0;
      };
      const solved = whereFinite(() => solve(view.map, view.field, inverted, direction));
      // J is not finite, so there is no direction.
      if (solved === undefined) return { direction, stepSize: 0, next: it.at, status: "stagnated", columns: none };
      const { lowest, left } = solved;
      stepFromUnits(direction, view.units);
      const columns = {
        directionNorm: norm(direction),
        lowestCurvature: lowest,
        cutDirections: left.length,
        cutShare: shareOf(left, view.field),
      };
      return { state: { sizes: view.sizes }, direction, columns };
    },
  });
}

/** The factor that an eigenvalue contributes; `largest` is the largest absolute eigenvalue. */
type Inverted = (value: number, largest: number) => number;

interface Solved {
  /** The lowest eigenvalue. */
  readonly lowest: number;
  /** Coordinates of F in the eigenvectors that were cut off. */
  readonly left: readonly number[];
}

/** Adds p to a direction of zeros. */
type Solve = (map: LinearMap, field: Float64Array, inverted: Inverted, direction: Float64Array) => Solved;

const largestOf = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const onWholeSpace: Solve = (map, field, inverted, direction) => {
  const n = field.length;
  const { values, vectors } = symmetricEigen(map);
  const largest = largestOf(values);
  const left: number[] = [];
  values.forEach((value, k) => {
    const vector = vectors.subarray(k * n, (k + 1) * n);
    const factor = inverted(value, largest);
    const along = dot(vector, field);
    if (factor === 0) left.push(along);
    else axpy(factor * along, vector, direction);
  });
  return { lowest: values[0]!, left };
};

function onKrylovSpace(steps: number): Solve {
  return (map, field, inverted, direction) => {
    // A power of two of F has the same Krylov space, and lanczos takes the root of its length.
    const start = unitScale(field).scaled;
    const { basis, diagonal, offDiagonal } = lanczos(map, { start, steps });
    const { values, rows } = tridiagonalEigen(diagonal, offDiagonal, "all");
    const largest = largestOf(values);
    const length = norm(field);
    // F = ||F|| V e_1, so p = ||F|| V S f(Theta) S^T e_1.
    const factors = values.map((value) => inverted(value, largest));
    const left = Array.from(rows[0]!, (s) => length * s).filter((_, k) => factors[k] === 0);
    const inner = factors.map((factor, k) => factor * rows[0]![k]!);
    basis.forEach((vector, j) => {
      axpy(length * dot(rows[j]!, inner), vector, direction);
    });
    return { lowest: values[0]!, left };
  };
}
