import {
  axpy,
  defineUpdate,
  dot,
  failure,
  type LinearMap,
  norm,
  readOptions,
  rowVector,
  scratchVector,
  type Update,
} from "../../authoring/index.ts";
import { unitAbove } from "../support/unitAbove.ts";

/** Options of {@link gradientNormDirection}. */
export interface GradientNormDirectionOptions {
  /**
   * Length of the direction. `none`: -J^T F as it is [1], whose step sizes have the unit of 1 / J^2. `cauchy`: scaled so
   * that a step size of 1 minimises ||F + J p||^2 along it, in all units, for one more product. Default `cauchy`; where
   * `conjugate`, all directions have the factor of the first row.
   */
  readonly scale?: "none" | "cauchy";
  /**
   * Whether to use conjugate gradients on G: p = -g + beta p_before with g = J^T F and beta = max(0,
   * <g, g - g_before> / ||g_before||^2) [2]. They need `wolfeLineSearch({ curvature: 0.1, firstTrial: "previous" })`.
   * Lengths that change from row to row would spoil them, so `cauchy` is refused beside them. Default false.
   */
  readonly conjugate?: boolean;
}

/** What conjugate directions remember of the last step. */
interface Memory {
  /** c g. */
  readonly gradient: Float64Array;
  readonly direction: Float64Array;
  /** The root of c, at the first row; undefined where c = 1. */
  readonly quotient: number | undefined;
}

const rules = {
  scale: { oneOf: ["none", "cauchy"] },
  conjugate: { default: false, oneOf: [true, false] },
} as const;

/**
 * Makes the direction steepest descent on G = ||F||^2 / 2: p = -c J^T F.
 *
 * For F the gradient of L it is along -H F, the direction of gradient-norm minimisation [1]; a field that is not a
 * gradient needs J^T. The factor c is Cauchy's, ||J^T F||^2 / ||J J^T F||^2, or 1 with `scale: "none"`. The slope of G
 * along p is -c ||J^T F||^2. So p = 0 exactly where F lies in the kernel of J^T, which holds at
 * critical points and at gradient-flat ones; there a line search stagnates. The operator chooses no step size: put
 * `backtrackGradientNorm` or `wolfeLineSearch` after it.
 *
 * Column `gradientOfG`: ||J^T F||.
 *
 * When it works: it always leads downhill on G, without solving anything, and so wherever Newton's direction is too
 * expensive. But it converges at a rate set by the square of J's condition number, and to whatever minimum of G is
 * near, gradient-flat ones included. With `conjugate` the condition number itself sets the rate near regular zeros, for
 * no further products.
 *
 * Use {@link minimizeGradientNorm} for this direction with its line search, {@link newtonDirection} when solving is
 * affordable, {@link levenbergMarquardt} when J is not symmetric and solving is affordable.
 *
 * Cost: two products per step, one with `none`; with `conjugate` one, and another one at the first row. State, with
 * `conjugate`: g, p and c, 2 n + 1 numbers.
 *
 * @example
 * const search = chain(gradientNormDirection(), wolfeLineSearch({ firstTrial: "previous" }));
 * iterate(quartic(), [-3.5, 1], chain(untilStep(20), search))
 *   .pipe(filter((it) => it.step % 10 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(1)));
 * // 0 3.5e+2
 * // 10 1.5e-5
 * // 20 3.9e-11
 * @param options {@link GradientNormDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for another scale, or `conjugate` together with `cauchy`
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 * @see [2] Gilbert and Nocedal, "Global convergence properties of conjugate gradient methods for optimization", SIAM J.
 *   Optim. 2, 1992, doi:10.1137/0802003
 */
export function gradientNormDirection(options: GradientNormDirectionOptions = {}): Update {
  const { scale, conjugate } = readOptions("gradientNormDirection", options, rules);
  if (conjugate && scale === "cauchy") {
    throw failure("ERR_OPTION_RANGE", 'gradientNormDirection: expected conjugate or scale: "cauchy", got both');
  }
  return defineUpdate({
    name: "gradientNormDirection",
    columns: { gradientOfG: { meaning: "||J^T F||, the norm of the gradient of ||F||^2 / 2" } },
    init: (): { before: Memory | undefined } => ({ before: undefined }),
    step(it, { before }) {
      const { field } = it.at;
      const jacobian = it.at.linearize();
      // A conjugate direction keeps the gradient in its state, so that must not be one of the run's vectors.
      const gradient = conjugate ? new Float64Array(field.length) : rowVector(it);
      const image = scratchVector(it);
      // J^T F is computed as `unit` times `gradient`, powers of two aside, since its square may be out of range.
      const ofField = unitAbove(field);
      for (let i = 0; i < field.length; i++) image[i] = field[i]! / ofField;
      jacobian.applyTranspose(image, gradient);
      const own = unitAbove(gradient);
      for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! / own;
      const quotient = before?.quotient ?? (scale === "none" ? undefined : cauchyQuotient(jacobian, gradient, image));
      const columns = { gradientOfG: finiteOr(norm(gradient) * own * ofField) };
      // c = quotient^2, one factor for each unit, so that products stay within range.
      const factor = quotient === undefined ? own * ofField : quotient * own * (quotient * ofField);
      if (!conjugate) {
        for (let i = 0; i < gradient.length; i++) gradient[i] = -factor * gradient[i]!;
        return { direction: gradient, columns };
      }
      for (let i = 0; i < gradient.length; i++) gradient[i] = factor * gradient[i]!;
      const direction = conjugated(gradient, before);
      return { state: { before: { gradient, direction, quotient } }, direction, columns };
    },
  });
}

const finiteOr = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

/**
 * ||g|| / ||J g||, whose square is Cauchy's factor; 1 without curvature of G along g, where the linear model has no
 * minimum.
 *
 * @param image vector for J g
 */
function cauchyQuotient(jacobian: LinearMap, gradient: Float64Array, image: Float64Array): number {
  jacobian.apply(gradient, image);
  const quotient = norm(gradient) / norm(image);
  return quotient > 0 && quotient < Number.POSITIVE_INFINITY ? quotient : 1;
}

/** Polak and Ribiere's direction, or steepest descent where that one would not descend. */
function conjugated(gradient: Float64Array, before: Memory | undefined): Float64Array {
  const steepest = gradient.map((g) => -g);
  if (before === undefined) return steepest;
  // Divided by a power of two, squares neither overflow nor underflow.
  const unit = unitAbove(before.gradient);
  const [now, then] = [gradient, before.gradient].map((g) => g.map((x) => x / unit)) as [Float64Array, Float64Array];
  const size = dot(then, then);
  const beta = size > 0 ? Math.max(0, (dot(now, now) - dot(now, then)) / size) : 0;
  const direction = steepest.slice();
  axpy(beta, before.direction, direction);
  return dot(direction, now) < 0 ? direction : steepest;
}
