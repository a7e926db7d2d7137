import { dot } from "../linalg/vector.ts";
import { update } from "../streams/author.ts";
import type { Update } from "../streams/types.ts";
import { checkOption } from "./checkOption.ts";

/** Options of {@link gradientNormDirection}. */
export interface GradientNormDirectionOptions {
  /**
   * `none`: -J^T F as it is [1]. `cauchy`: scaled so that a step size of 1 minimises ||F + J p||^2 along it, for one more product.
   * Default `none`.
   */
  readonly scale?: "none" | "cauchy";
}

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
 * Cost: one product; two with `cauchy`.
 *
 * @example method(gradientNormDirection(), wolfeLineSearch({ merit: "gradientNorm" }))
 * @param options {@link GradientNormDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for another scale
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function gradientNormDirection(options: GradientNormDirectionOptions = {}): Update {
  const { scale = "none" } = options;
  checkOption(
    "gradientNormDirection",
    scale === "none" || scale === "cauchy",
    "scale",
    'to be "none" or "cauchy"',
    scale,
  );
  return update({
    name: "gradientNormDirection",
    columns: { gradientOfG: { meaning: "||J^T F||, the norm of the gradient of ||F||^2 / 2" } },
    step(it) {
      const { field } = it.at;
      const jacobian = it.at.linearize();
      const direction = new Float64Array(field.length);
      jacobian.applyTranspose(field, direction);
      const square = dot(direction, direction);
      let factor = -1;
      if (scale === "cauchy" && square > 0) {
        const image = new Float64Array(field.length);
        jacobian.apply(direction, image);
        const curvature = dot(image, image);
        // G has no curvature along p: the linear model has no minimum, so p stays as it is.
        if (curvature > 0) factor = -square / curvature;
      }
      for (let i = 0; i < direction.length; i++) direction[i] = factor * direction[i]!;
      return { direction, columns: { gradientOfG: Math.sqrt(square) } };
    },
  });
}
