import { axpy, defineUpdate, dot, failure, readOptions, type Update } from "../../authoring/index.ts";

/** Options of {@link gradientNormDirection}. */
export interface GradientNormDirectionOptions {
  /**
   * `none`: -J^T F as it is [1]. `cauchy`: scaled so that a step size of 1 minimises ||F + J p||^2 along it, for one more product.
   * Default `none`.
   */
  readonly scale?: "none" | "cauchy";
  /**
   * Conjugate gradients on G: p = -g + beta p_before, g = J^T F, beta = max(0, <g, g - g_before> / ||g_before||^2) [2]. Wants
   * `wolfeLineSearch({ curvature: 0.1, first: "previous" })`. Not beside `cauchy`. Default false.
   */
  readonly conjugate?: boolean;
}

interface Memory {
  readonly gradient: Float64Array;
  readonly direction: Float64Array;
}

const rules = {
  scale: { default: "none", oneOf: ["none", "cauchy"] },
  conjugate: { default: false, oneOf: [true, false] },
} as const;

/**
 * The direction becomes steepest descent on G = ||F||^2 / 2: p = -J^T F.
 *
 * For F the gradient of L it is -H F, the direction of gradient-norm minimisation [1]; a field that is no gradient needs J^T.
 * The slope of G along p is -||J^T F||^2: p = 0 exactly where F lies in the kernel of J^T, at critical points and at
 * gradient-flat ones, where a line search then stagnates. No step size: put `backtrackGradientNorm` or `wolfeLineSearch` after it.
 *
 * When it works: always downhill on G, without solving anything, and so wherever Newton's direction is too costly; but it converges
 * with the square of J's condition number, and to whatever minimum of G is near, gradient-flat ones included.
 *
 * `conjugate` converges with the condition number itself near regular zeros, for no further products.
 *
 * State, with `conjugate`: g and p. Cost: one product; two with `cauchy`.
 *
 * @example chain(gradientNormDirection(), wolfeLineSearch({ merit: "gradientNorm" }))
 * @param options {@link GradientNormDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for another scale
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 * @see [2] Gilbert and Nocedal, "Global convergence properties of conjugate gradient methods for optimization", SIAM J. Optim. 2, 1992,
 *   doi:10.1137/0802003
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
      const direction = new Float64Array(field.length);
      jacobian.applyTranspose(field, direction);
      const square = dot(direction, direction);
      const columns = { gradientOfG: Math.sqrt(square) };
      if (conjugate) {
        const gradient = direction.slice();
        const p = conjugated(gradient, before);
        return { state: { before: { gradient, direction: p } }, direction: p, columns };
      }
      let factor = -1;
      if (scale === "cauchy" && square > 0) {
        const image = new Float64Array(field.length);
        jacobian.apply(direction, image);
        const curvature = dot(image, image);
        // G has no curvature along p: the linear model has no minimum, so p stays as it is.
        if (curvature > 0) factor = -square / curvature;
      }
      for (let i = 0; i < direction.length; i++) direction[i] = factor * direction[i]!;
      return { direction, columns };
    },
  });
}

/** Polak and Ribiere's direction; steepest descent where it would not descend. */
function conjugated(gradient: Float64Array, before: Memory | undefined): Float64Array {
  const steepest = gradient.map((g) => -g);
  if (before === undefined) return steepest;
  const size = dot(before.gradient, before.gradient);
  const beta = size > 0 ? Math.max(0, (dot(gradient, gradient) - dot(gradient, before.gradient)) / size) : 0;
  const direction = steepest.slice();
  axpy(beta, before.direction, direction);
  return dot(direction, gradient) < 0 ? direction : steepest;
}
