import { axpy, defineUpdate, dot, norm, readOptions, rowVector, type Update } from "../../authoring/index.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";

/** Options of {@link conjugateGradientDirection}. */
export interface ConjugateGradientDirectionOptions {
  /**
   * Formula of beta.
   *
   * - `daiKou`: <y - p ||y||^2 / <p, y>, F> / <p, y>, at least <p, F> / (2 ||p||^2), the direction nearest to that of
   *   BFGS without a memory [1];
   * - `hagerZhang`: <y - 2 p ||y||^2 / <p, y>, F> / <p, y>, with the lower bound of [2];
   * - `polakRibiere`: max(0, <y, F> / ||F_before||^2), as in SciPy;
   * - `fletcherReeves`: ||F||^2 / ||F_before||^2;
   * - `daiYuan`: ||F||^2 / <p, y>.
   *
   * Default `daiKou`.
   */
  readonly kind?: "daiKou" | "hagerZhang" | "polakRibiere" | "fletcherReeves" | "daiYuan";
  /** Length of the first direction, in the units of the parameters, > 0. Default 1, as in SciPy. */
  readonly firstLength?: number;
}

const kinds = ["daiKou", "hagerZhang", "polakRibiere", "fletcherReeves", "daiYuan"] as const;
const rules = {
  kind: { default: "daiKou", oneOf: kinds },
  firstLength: { default: 1, above: 0 },
} as const;

/** Least descent <-p, F> / ||F||^2 of a direction; with less of it the method begins anew from -F, as SciPy's does. */
const leastDescent = 0.01;
/** Share <F, F_before> / ||F||^2 from which on gradients are too alike, and the method begins anew [3]. */
const mostAlike = 0.2;
/** Bound eta of [2] below which a negative beta is cut. */
const leastBeta = 0.01;

/**
 * Chooses the direction of nonlinear conjugate gradients:
 *
 *     p <- -F + beta p,    direction = c p,
 *
 * with the beta of `kind` and y the last change of F. At the start p = -F, and again where p would not lead down or
 * |<F, F_before>| >= 0.2 ||F||^2, since conjugacy is lost there [3]. The number c is fixed: it gives the first
 * direction the length `firstLength`, or that of F if F is shorter, so that step sizes begin near 1.
 *
 * Put a search on L behind it that meets the Wolfe conditions with a small `curvature`, as in the example. F must be
 * the gradient of one loss throughout, not of minibatches. Use {@link lbfgsDirection} if there is memory for some
 * twenty vectors; it takes fewer evaluations.
 *
 * If the loss is multiplied by a power of two the directions keep their bits.
 *
 * State: p, F and c, 2 n + 1 numbers, begun anew at a restart. Cost: about 10 n operations and a vector.
 *
 * @example
 * const line = wolfeLineSearch({ merit: "value", curvature: 0.2, firstTrial: "previous" });
 * iterate(quartic(), [1, 2], chain(untilCritical({ squaredFieldNorm: 1e-16 }), conjugateGradientDirection(), line))
 *   .pipe(last())
 *   .subscribe((it) => console.log(it.status, it.evaluations, it.value.toFixed(6)));
 * // converged 21 6.250000
 * @param options {@link ConjugateGradientDirectionOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN; in the stream ERR_NOT_SYMMETRIC for a field that is no
 *   gradient
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Dai and Kou, "A nonlinear conjugate gradient algorithm with an optimal property and an improved Wolfe line
 *   search", SIAM J. Optim. 23, 2013, doi:10.1137/100813026
 * @see [2] Hager and Zhang, "A new conjugate gradient method with guaranteed descent and an efficient line search",
 *   SIAM J. Optim. 16, 2005, doi:10.1137/030601880
 * @see [3] Powell, "Restart procedures for the conjugate gradient method", Math. Program. 12, 1977,
 *   doi:10.1007/BF01593790
 */
export function conjugateGradientDirection(options: ConjugateGradientDirectionOptions = {}): Update {
  const { kind, firstLength } = readOptions("conjugateGradientDirection", options, rules);
  return defineUpdate({
    name: "conjugateGradientDirection",
    init: (first): State => {
      const { problem, field } = first.at;
      requireSymmetric("conjugateGradientDirection", problem, "use levenbergMarquardt, or extragradient on a game");
      const length = norm(field);
      return { p: undefined, field: undefined, factor: length > firstLength ? firstLength / length : 1 };
    },
    step(it, state) {
      const { field } = it.at;
      const { factor } = state;
      if (state.p === undefined || state.field === undefined) {
        state.p = new Float64Array(field.length);
        state.field = Float64Array.from(field);
        turnTo(state.p, field, 0);
      } else {
        const { p } = state;
        const square = dot(field, field);
        const alike = Math.abs(dot(field, state.field)) >= mostAlike * square;
        turnTo(p, field, alike ? 0 : betaOf(kind, p, field, state.field));
        if (!(-dot(p, field) >= leastDescent * square)) turnTo(p, field, 0);
        state.field.set(field);
      }
      const direction = rowVector(it);
      for (let i = 0; i < direction.length; i++) direction[i] = factor * state.p[i]!;
      return { direction };
    },
  });
}

interface State {
  /** Direction p of the row before; undefined at the start. */
  p: Float64Array | undefined;
  /** Gradient of the row before. */
  field: Float64Array | undefined;
  /** The factor c. */
  readonly factor: number;
}

/** p <- -F + beta p. */
function turnTo(p: Float64Array, field: Float64Array, beta: number): void {
  if (beta === 0) p.fill(0);
  else for (let i = 0; i < p.length; i++) p[i] = beta * p[i]!;
  axpy(-1, field, p);
}

/** The factor of the last direction; 0 where a formula gives no number. */
function betaOf(kind: (typeof kinds)[number], p: Float64Array, field: Float64Array, before: Float64Array): number {
  const square = dot(field, field);
  const squareBefore = dot(before, before);
  const mixed = dot(field, before);
  const slope = dot(p, field);
  const change = slope - dot(p, before);
  const beta = {
    fletcherReeves: () => square / squareBefore,
    polakRibiere: () => Math.max(0, (square - mixed) / squareBefore),
    daiYuan: () => square / change,
    daiKou: () => {
      const squareOfChange = square - 2 * mixed + squareBefore;
      const free = (square - mixed - (squareOfChange * slope) / change) / change;
      return Math.max(free, (0.5 * slope) / dot(p, p));
    },
    hagerZhang: () => {
      const squareOfChange = square - 2 * mixed + squareBefore;
      const free = (square - mixed - (2 * squareOfChange * slope) / change) / change;
      const least = -1 / (norm(p) * Math.min(leastBeta, Math.sqrt(squareBefore)));
      return Math.max(free, least);
    },
  }[kind]();
  return Number.isFinite(beta) ? beta : 0;
}
