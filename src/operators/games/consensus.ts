import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";

export interface ConsensusOptions {
  /** gamma >= 0. Default 1. Steerable. */
  readonly weight?: number;
}

const rules = { weight: { default: 1, min: 0 } } as const;

/**
 * Consensus optimisation [1]: the direction becomes d - gamma J^T F, which also descends ||F||^2 / 2.
 *
 * With `gradientStep(eta)` after it and f(x, y) = xy the multiplier is sqrt((1 - eta gamma)^2 + eta^2). All stationary
 * points of ||F||^2 attract for large gamma, equilibria or not. For unconstrained games; a constraint is only met by the
 * loop's projection.
 *
 * Cost: one product with J^T.
 *
 * @example chain(consensus({ weight: 0.5 }), gradientStep(0.1))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Mescheder, Nowozin and Geiger, "The numerics of GANs", 2017, arXiv:1705.10461
 */
export function consensus(options: ConsensusOptions = {}): Update {
  const { weight } = readOptions("consensus", options, rules);
  return defineUpdate({
    name: "consensus",
    refines: "direction",
    settings: { weight: settingOf(rules.weight, weight) },
    step(it, _state, settings) {
      const backward = new Float64Array(it.at.field.length);
      it.at.linearize().applyTranspose(it.at.field, backward);
      return { direction: it.direction.map((d, i) => d - settings.weight * backward[i]!) };
    },
  });
}
