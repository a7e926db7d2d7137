import { addScaled, defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";

/** Options of {@link weightDecay}. */
export interface WeightDecayOptions {
  /** Factor lambda of the pull towards z = 0, at least 0; it can be steered. */
  readonly weight: number;
}

const rules = { weight: { required: true, min: 0 } } as const;

/**
 * Adds a pull towards zero to the direction: d <- d - lambda z.
 *
 * Before an operator with a memory the pull enters that memory: `chain(weightDecay({ weight }), adam(),
 * gradientStep(0.001))` is Adam on the loss plus lambda ||z||^2 / 2. Behind it the pull stays out of the memory, which
 * is decoupled weight decay [1]: `chain(adam(), weightDecay({ weight }), gradientStep(0.001))` takes the steps of
 * {@link adamW}, and `lion()` takes the place of `adam()`. Before plain steps both are the same.
 *
 * The direction may be that of a game. The run comes to rest where F = -lambda z, so leave the operator out to search
 * for critical points or equilibria.
 *
 * Cost: 2 n operations and a vector.
 *
 * [1] Loshchilov, Hutter: Decoupled weight decay regularization. ICLR 2019, arXiv:1711.05101.
 *
 * @example
 * const update = chain(untilStep(2), weightDecay({ weight: 0.5 }), gradientStep(0.02));
 * iterate(quartic(), [1, 2], update).subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 80.6500
 * // 1 51.8317
 * // 2 48.2891
 * @param options {@link WeightDecayOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, also for a missing `weight`; ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function weightDecay(options: WeightDecayOptions): Update {
  const chosen = readOptions("weightDecay", options, rules);
  return defineUpdate({
    name: "weightDecay",
    refines: "direction",
    settings: { weight: settingOf(rules.weight, chosen.weight) },
    step(it, _, { weight }) {
      const direction = rowVector(it);
      addScaled(it.direction, -weight, it.point, direction);
      return { direction };
    },
  });
}
