import { defineUpdate, readOptions, rowVector, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { unitAbove } from "../support/unitAbove.ts";

/** Options of {@link consensus}. */
export interface ConsensusOptions {
  /** Weight gamma >= 0. Default 1. Steerable. */
  readonly weight?: number;
}

const rules = { weight: { default: 1, min: 0 } } as const;

/**
 * Adds consensus optimisation [1]: the direction becomes d - gamma J^T F, which also descends ||F||^2 / 2.
 *
 * With `gradientStep(eta)` after it, the multiplier on f(x, y) = xy is sqrt((1 - eta gamma)^2 + eta^2). For a large
 * gamma every stationary point of ||F||^2 attracts, whether it is an equilibrium or not. The method is meant for games
 * without a constraint; the loop's projection is all that a constraint gets.
 *
 * Use {@link symplecticAdjustment} when stationary points that are not stable are to repel, {@link extragradient} when
 * F is monotone or C is not the whole space.
 *
 * Cost: one product with J^T per step.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), consensus({ weight: 0.5 }), gradientStep(0.5)))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm));
 * // 0 2
 * // 1 1.625
 * // 2 1.3203125
 * @param options {@link ConsensusOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a negative weight
 * @see [1] Mescheder, Nowozin and Geiger, "The numerics of GANs", 2017, arXiv:1705.10461
 */
export function consensus(options: ConsensusOptions = {}): Update {
  const { weight } = readOptions("consensus", options, rules);
  return defineUpdate({
    name: "consensus",
    refines: "direction",
    settings: { weight: settingOf(rules.weight, weight) },
    step(it, _state, settings) {
      const { field } = it.at;
      // J^T F has the square of the field's unit; the weight takes one back before they meet.
      const unit = unitAbove(field);
      const part = scratchVector(it);
      for (let i = 0; i < part.length; i++) part[i] = field[i]! / unit;
      const backward = scratchVector(it);
      it.at.linearize().applyTranspose(part, backward);
      const weight = settings.weight * unit;
      const direction = rowVector(it);
      for (let i = 0; i < direction.length; i++) direction[i] = it.direction[i]! - weight * backward[i]!;
      return { direction };
    },
  });
}
