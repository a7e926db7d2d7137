import { defineUpdate, dot, readOptions, settingOf, type Update } from "../../authoring/index.ts";

export interface SymplecticAdjustmentOptions {
  /** lambda >= 0. Default 1 [1]. Steerable. */
  readonly weight?: number;
  /** Choose the sign of lambda so that stable points attract and unstable ones do not, at no further product [1]. Default true. */
  readonly align?: boolean;
}

/** epsilon of the sign in [1]. */
const bias = 0.1;

const rules = {
  weight: { default: 1, min: 0 },
  align: { default: true, oneOf: [true, false] },
} as const;

/**
 * Symplectic gradient adjustment [1]: the direction becomes d - lambda A^T F, A = (J - J^T) / 2 being the rotation of the
 * field.
 *
 * With `align`, lambda takes the sign of <F, J^T F> <A^T F, J^T F> / n + 1 / 10: towards fixed points where the symmetric
 * part of J is positive, away where it is negative. With `gradientStep(eta)` after it and f(x, y) = xy the multiplier is
 * sqrt((1 - eta lambda)^2 + eta^2). In games without rotation (A = 0) nothing changes. For unconstrained games; a
 * constraint is only met by the loop's projection.
 *
 * Cost: two products, one with J^T.
 *
 * @example chain(symplecticAdjustment(), gradientStep(0.1))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Balduzzi, Racaniere, Martens, Foerster, Tuyls and Graepel, "The mechanics of n-player differentiable games", 2018,
 *   arXiv:1802.05642
 */
export function symplecticAdjustment(options: SymplecticAdjustmentOptions = {}): Update {
  const { weight, align } = readOptions("symplecticAdjustment", options, rules);
  return defineUpdate({
    name: "symplecticAdjustment",
    refines: "direction",
    settings: { weight: settingOf(rules.weight, weight) },
    step(it, _state, settings) {
      const { field } = it.at;
      const n = field.length;
      const map = it.at.linearize();
      const forward = new Float64Array(n);
      const backward = new Float64Array(n);
      map.apply(field, forward);
      map.applyTranspose(field, backward);
      const rotation = new Float64Array(n);
      for (let i = 0; i < n; i++) rotation[i] = (backward[i]! - forward[i]!) / 2;
      let lambda = settings.weight;
      if (align) {
        const alignment = (dot(field, backward) * dot(rotation, backward)) / n + bias;
        if (alignment < 0) lambda = -lambda;
      }
      return { direction: it.direction.map((d, i) => d - lambda * rotation[i]!) };
    },
  });
}
