import {
  defineUpdate,
  dot,
  readOptions,
  rowVector,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { unitAbove } from "../support/unitAbove.ts";

/** Options of {@link symplecticAdjustment}. */
export interface SymplecticAdjustmentOptions {
  /** Weight lambda >= 0. Default 1 [1]. Steerable. */
  readonly weight?: number;
  /**
   * Whether to choose the sign of lambda so that stable points attract and unstable ones repel; this costs no further
   * product [1]. Default true.
   */
  readonly align?: boolean;
  /**
   * Bias epsilon >= 0 of the sign's criterion. It has the unit of ||F||^4 ||J||^3; with 0 the method does
   * not depend on units. Default 1 / 10 [1].
   */
  readonly bias?: number;
}

const rules = {
  weight: { default: 1, min: 0 },
  align: { default: true, oneOf: [true, false] },
  bias: { default: 0.1, min: 0 },
} as const;

/**
 * Adds the symplectic gradient adjustment [1]: the direction becomes d - lambda A^T F, where A = (J - J^T) / 2 is the
 * rotation of the field.
 *
 * With `align`, lambda takes the sign of <F, J^T F> <A^T F, J^T F> / n + epsilon: towards fixed points where the
 * symmetric part of J is positive, away from them where it is negative. With `gradientStep(eta)` after it, the
 * multiplier on f(x, y) = xy is sqrt((1 - eta lambda)^2 + eta^2). In games without rotation (A = 0) nothing changes.
 * The method is meant for games without a constraint; the loop's projection is all that a constraint gets.
 *
 * Use {@link consensus} when one product is to suffice and every stationary point may attract, {@link extragradient}
 * when F is monotone or C is not the whole space.
 *
 * Cost: two products per step, one of them with J^T.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), symplecticAdjustment(), gradientStep(0.5)))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm));
 * // 0 2
 * // 1 1
 * // 2 0.5
 * @param options {@link SymplecticAdjustmentOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Balduzzi, Racaniere, Martens, Foerster, Tuyls and Graepel, "The mechanics of n-player differentiable games",
 *   2018, arXiv:1802.05642
 */
export function symplecticAdjustment(options: SymplecticAdjustmentOptions = {}): Update {
  const { weight, align, bias } = readOptions("symplecticAdjustment", options, rules);
  return defineUpdate({
    name: "symplecticAdjustment",
    refines: "direction",
    settings: { weight: settingOf(rules.weight, weight) },
    step(it, _state, settings) {
      const { field } = it.at;
      const n = field.length;
      const map = it.at.linearize();
      // J^T F and the criterion have powers of the field's unit, which are taken out before anything can overflow.
      const unit = unitAbove(field);
      const part = scratchVector(it);
      for (let i = 0; i < n; i++) part[i] = field[i]! / unit;
      const forward = scratchVector(it);
      const backward = scratchVector(it);
      map.apply(part, forward);
      map.applyTranspose(part, backward);
      const rotation = scratchVector(it);
      for (let i = 0; i < n; i++) rotation[i] = (backward[i]! - forward[i]!) / 2;
      let lambda = settings.weight;
      if (align) {
        const steepness = unitAbove(backward);
        const own = dot(part, backward) / steepness;
        const turned = dot(rotation, backward) / steepness / steepness;
        const alignment = ((own * turned) / n) * (unit * unit * steepness) * (unit * unit * steepness) * steepness;
        if (bias === 0 ? own * turned < 0 : alignment + bias < 0) lambda = -lambda;
      }
      const weight = lambda * unit;
      const direction = rowVector(it);
      for (let i = 0; i < n; i++) direction[i] = it.direction[i]! - weight * rotation[i]!;
      return { direction };
    },
  });
}
