import {
  axpy,
  checkOption,
  defineUpdate,
  dot,
  type LinearMap,
  negate,
  norm,
  readOptions,
  rowVector,
  scale,
  type Update,
} from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { lanczos } from "../../linalg/krylov/lanczos.ts";
import { orthogonaliseShared } from "../../linalg/krylov/orthogonaliseShared.ts";
import { whereFinite } from "../support/finiteMatrix.ts";
import {
  type KeptSizes,
  noSizes,
  type Scaling,
  scalingRule,
  stepFromUnits,
  tellUnits,
  vectorInUnits,
  viewInUnits,
} from "../support/parameterScale.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { positiveInteger, seed } from "../support/rules.ts";
import type { Units } from "../support/toldUnits.ts";

/** Options of {@link gentlestAscent}. */
export interface GentlestAscentOptions {
  /** Morse index k of the saddle sought, from 1 to n. Default 1. */
  readonly index?: number;
  /** Number of Lanczos steps that find the first k directions. Default max(20, 2 k), at most n. */
  readonly firstSteps?: number;
  /** Seed of the Lanczos start vector. Default 0. */
  readonly seed?: number;
  /**
   * Units of the parameters in which V is sought and the flow goes downhill: `curvature`, `none` or `automatic`. In
   * units of the curvature the flow and the local steps of `gradientStep()` do not depend on how each parameter is
   * measured; a step size that is a number then multiplies curvatures of about 1. Default `none`.
   */
  readonly scaling?: Scaling;
}

const rules = {
  index: { ...positiveInteger, default: 1 },
  firstSteps: positiveInteger,
  seed,
  scaling: { ...scalingRule, default: "none" },
} as const;

interface State extends KeptSizes {
  /** V, in the units of the last row. */
  readonly frame: readonly Float64Array[];
  /** These units; undefined for the parameters as they are. */
  readonly units: Units | undefined;
}

/**
 * Makes the direction that of the gentlest ascent dynamics [1]: p = -F + 2 V V^T F, where V holds the k lowest
 * eigenvectors of the Hessian.
 *
 * The flow climbs along V and descends elsewhere; its stable points are the saddles of index k (k = 1 is the original).
 * V follows a dynamics of its own: each row improves it once by Rayleigh and Ritz on the span of V and the residuals H
 * V - V Theta, which converges while z moves slowly. The operator chooses no step size: put `gradientStep` after it,
 * with steps below 2 / ||H||.
 *
 * Column `highestFollowed`: the largest Rayleigh quotient of the k directions that are climbed, in the units of `scaling`.
 *
 * When it works: any n, since it needs products only, for saddles of low index above a known minimum. It converges
 * linearly, at the rate of gradient descent; finish with `newtonMR` (`switchMethod`). As a flow it passes gradient-flat
 * points, like gradient descent.
 *
 * Use {@link eigenvectorFollowing} when n is small, where it converges quadratically; {@link newtonMR} for critical
 * points of any index.
 *
 * Cost: 2 k products per step, `firstSteps` more at the first row, n more per step with `scaling`. State: V, k n numbers,
 * with `scaling` 3 n more.
 *
 * @example
 * const loss = deepLinearAutoencoder({ inputs: 2, hidden: 1, data: Float64Array.of(2, 0, 0, 1) });
 * iterate(loss, [0.1, 0.8, 0.1, 0.8], chain(untilStep(40), gentlestAscent({ index: 1 }), gradientStep(0.2)))
 *   .pipe(filter((it) => it.step % 20 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(1)));
 * // 0 6.8e-2
 * // 20 2.7e-5
 * // 40 5.4e-9
 * @param options {@link GentlestAscentOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, in the stream for an index above n, and
 *   ERR_NOT_FINITE where J is not finite
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] E and Zhou, "The gentlest ascent dynamics", Nonlinearity 24, 2011, doi:10.1088/0951-7715/24/6/008
 */
export function gentlestAscent(options: GentlestAscentOptions = {}): Update {
  const { index, seed: key, firstSteps: given, scaling } = readOptions("gentlestAscent", options, rules);
  const firstSteps = given ?? Math.max(20, 2 * index);
  const who = "gentlestAscent";
  checkOption(who, "firstSteps", firstSteps, { integer: true, min: index });
  return defineUpdate({
    name: who,
    columns: { highestFollowed: { meaning: "largest Rayleigh quotient of the k directions that are climbed" } },
    init: (_first, previous?: State): State => previous ?? { ...noSizes, frame: [], units: undefined },
    step(it, state) {
      const { problem, field: own } = it.at;
      requireSymmetric(who, problem, "use newtonFlow or levenbergMarquardt, since an index counts real eigenvalues");
      checkOption(who, "index", index, { integer: true, min: 1, max: own.length });
      const { map, field, units, sizes } = viewInUnits(it.at, scaling, state);
      const before = inOtherUnits(state.frame, state.units, units);
      const found = whereFinite(() =>
        before.length === 0 ? firstFrame(map, index, firstSteps, key) : improved(map, before),
      );
      const direction = rowVector(it);
      if (found === undefined) {
        // J is not finite, so there is no direction.
        direction.fill(0);
        return { direction, stepSize: 0, next: it.at, status: "stagnated", columns: { highestFollowed: undefined } };
      }
      const { frame, values } = found;
      negate(field, direction);
      for (const v of frame) axpy(2 * dot(v, field), v, direction);
      stepFromUnits(direction, units);
      tellUnits(it.at, units);
      return { state: { frame, sizes, units }, direction, columns: { highestFollowed: values[index - 1]! } };
    },
  });
}

/** The frame where parameters are measured anew: the same directions, orthonormal in the new units. */
function inOtherUnits(
  frame: readonly Float64Array[],
  before: Units | undefined,
  now: Units | undefined,
): readonly Float64Array[] {
  if (before === undefined || now === undefined || before.columns.every((unit, i) => unit === now.columns[i])) {
    return frame;
  }
  return orthonormal(frame.map((v) => vectorInUnits(stepFromUnits(v.slice(), before), now)));
}

/** Makes vectors orthonormal, in place. */
function orthonormal(vectors: readonly Float64Array[]): readonly Float64Array[] {
  vectors.forEach((v, k) => {
    orthogonaliseShared(v, vectors.slice(0, k));
    scale(1 / norm(v), v);
  });
  return vectors;
}

interface Frame {
  /** V: k orthonormal vectors. */
  readonly frame: readonly Float64Array[];
  /** Rayleigh quotients of the frame, ascending. */
  readonly values: Float64Array;
}

function firstFrame(map: LinearMap, index: number, firstSteps: number, seed: number): Frame {
  const ritz = lanczos(map, { steps: Math.min(map.columns, firstSteps), seed, exhausted: "restart" });
  return { frame: ritz.vectors(Array.from({ length: index }, (_, k) => k)), values: ritz.values.slice(0, index) };
}

/**
 * Improves V to the lowest Ritz vectors on span(V, H V - V (V^T H V)), a step of block steepest descent on the Rayleigh
 * quotient.
 */
function improved(map: LinearMap, frame: readonly Float64Array[]): Frame {
  const n = map.columns;
  const basis = [...frame];
  const images = frame.map((v) => imageOf(map, v));
  for (const image of images) {
    const residual = image.slice();
    const before = norm(residual);
    orthogonaliseShared(residual, basis);
    const length = norm(residual);
    if (!(length > 1e-12 * before)) continue;
    scale(1 / length, residual);
    basis.push(residual);
  }
  for (const v of basis.slice(frame.length)) images.push(imageOf(map, v));
  const m = basis.length;
  const projected = Float64Array.from({ length: m * m }, (_, at) => dot(basis[Math.floor(at / m)]!, images[at % m]!));
  const { values, vectors } = symmetricEigen(projected);
  const next = frame.map((_, k) => {
    const v = new Float64Array(n);
    basis.forEach((b, j) => {
      axpy(vectors[k * m + j]!, b, v);
    });
    return v;
  });
  // Orthogonalised again, so that rounding does not add up over the rows.
  return { frame: orthonormal(next), values: values.slice(0, frame.length) };
}

function imageOf(map: LinearMap, v: Float64Array): Float64Array {
  const out = new Float64Array(map.rows);
  map.apply(v, out);
  return out;
}
