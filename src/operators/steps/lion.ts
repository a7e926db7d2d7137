import { defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";
import { incoming } from "../support/entries/entrywise.ts";

/** Options of {@link lion}. All of them are settings that can be steered during a run. */
export interface LionOptions {
  /** Factor beta2 by which the memory of the field fades per step, in [0, 1). Default 0.99 [1]. */
  readonly decay?: number;
  /** Share beta1 of the memory in the vector whose signs are taken, in [0, 1]. Default 0.9 [1]. */
  readonly memoryShare?: number;
}

const rules = {
  decay: { default: 0.99, min: 0, below: 1 },
  memoryShare: { default: 0.9, min: 0, max: 1 },
} as const;

/**
 * Chooses the direction of Lion: the signs of a mean of the field [1].
 *
 * F is the negative of the direction so far. With m = 0 before the first step,
 *
 *     direction = -sign(beta1 m + (1 - beta1) F),    then    m <- beta2 m + (1 - beta2) F.
 *
 * The options `memoryShare` and `decay` are beta1 and beta2. The operator behind this one chooses the step size; [1]
 * takes a third to a tenth of that of Adam. For the weight decay of [1] put {@link weightDecay} behind it, as in
 * `chain(lion(), weightDecay({ weight: 1 }), gradientStep(1e-4))`.
 *
 * Every entry moves by the step size, or not at all where the mean is 0. If the loss is multiplied by a power of two
 * the directions keep all their bits. The field may be that of a game.
 *
 * State: m, n numbers, 0 after a restart. Cost: 6 n operations and a vector.
 *
 * [1] Chen et al.: Symbolic discovery of optimization algorithms. NeurIPS 2023, arXiv:2302.06675.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(lion(), gradientStep(0.1)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 75.6129 71.0302
 * @param options {@link LionOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function lion(options: LionOptions = {}): Update {
  const chosen = readOptions("lion", options, rules);
  return defineUpdate({
    name: "lion",
    refines: "direction",
    settings: {
      decay: settingOf(rules.decay, chosen.decay),
      memoryShare: settingOf(rules.memoryShare, chosen.memoryShare),
    },
    init: (first) => rowVector(first).fill(0),
    step(it, mean, { decay, memoryShare }) {
      const { from, sign } = incoming(it);
      const direction = rowVector(it);
      for (let i = 0; i < direction.length; i++) {
        const entry = sign * from[i]!;
        const average = mean[i]!;
        direction[i] = -Math.sign(memoryShare * average + (1 - memoryShare) * entry);
        mean[i] = decay * average + (1 - decay) * entry;
      }
      return { direction };
    },
  });
}
