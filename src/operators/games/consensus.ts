import { update } from "../../streams/author.ts";
import type { Update } from "../../streams/types.ts";
import { checkOption, checkOptions } from "../support/checkOption.ts";

export interface ConsensusOptions {
  /** gamma >= 0. Default 1. Steerable. */
  readonly weight?: number;
}

/**
 * Consensus optimisation [1]: the direction becomes d - gamma J^T F, which also descends ||F||^2 / 2.
 *
 * With `gradientStep(eta)` after it and f(x, y) = xy the multiplier is sqrt((1 - eta gamma)^2 + eta^2). All stationary
 * points of ||F||^2 attract for large gamma, equilibria or not. For unconstrained games; a constraint is only met by the
 * loop's projection.
 *
 * Cost: one product with J^T.
 *
 * @example method(consensus({ weight: 0.5 }), gradientStep(0.1))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Mescheder, Nowozin and Geiger, "The numerics of GANs", 2017, arXiv:1705.10461
 */
export function consensus(options: ConsensusOptions = {}): Update {
  checkOptions("consensus", options);
  const { weight = 1 } = options;
  checkOption("consensus", weight >= 0 && Number.isFinite(weight), "weight", "of 0 or more", weight);
  return update({
    name: "consensus",
    refines: true,
    settings: { weight: { value: weight, min: 0 } },
    step(it, _state, settings) {
      const backward = new Float64Array(it.at.field.length);
      it.at.linearize().applyTranspose(it.at.field, backward);
      return { direction: it.direction.map((d, i) => d - settings.weight * backward[i]!) };
    },
  });
}
