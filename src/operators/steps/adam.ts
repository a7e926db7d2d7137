import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { adamState, adamStep } from "../support/entries/adamStep.ts";
import { quotient } from "../support/entries/entrywise.ts";

/** Options of {@link adam}. The numbers are settings that can be steered during a run. */
export interface AdamOptions {
  /** Factor beta1 by which the memory of the field fades per step, in [0, 1). Default 0.9 [1]. */
  readonly decay?: number;
  /** Factor beta2 by which the memory of the squared field fades per step, in [0, 1). Default 0.999 [1]. */
  readonly squareDecay?: number;
  /** Number epsilon that is added to each entry's root mean square, in the units of F, at least 0. Default 1e-8 [1]. */
  readonly damping?: number;
  /** Whether the mean looks one step ahead, as in Nadam [2]. Default false. */
  readonly nesterov?: boolean;
}

const rules = {
  decay: { default: 0.9, min: 0, below: 1 },
  squareDecay: { default: 0.999, min: 0, below: 1 },
  damping: { default: 1e-8, min: 0 },
  nesterov: { default: false, oneOf: [true, false] },
} as const;

/**
 * Chooses the direction of Adam: the mean of the field divided by its root mean square, entry by entry [1].
 *
 * It is {@link adamW} without its pull towards zero, with the same bits. F is the negative of the direction so far. At
 * the t-th step, with m = v = 0 before the first one and `o` for the product of entries,
 *
 *     m <- beta1 m + (1 - beta1) F          mHat = m / (1 - beta1^t)
 *     v <- beta2 v + (1 - beta2) F o F      vHat = v / (1 - beta2^t)
 *     direction = -mHat / (sqrt(vHat) + epsilon).
 *
 * With `nesterov`, mHat = beta1 m / (1 - beta1^(t+1)) + (1 - beta1) F / (1 - beta1^t), as in Optax. If a decay is
 * steered, its powers are products of its values so far.
 *
 * The operator behind this one chooses the step size. {@link weightDecay} before it pulls as a term of the loss does,
 * and behind it as in AdamW. The field may be that of a game. If the loss and `damping` are multiplied by the same
 * power of two the directions keep all their bits, and no square overflows or underflows: the state holds sqrt(v).
 * Where the divisor is 0 the quotient counts as 0.
 *
 * State: m, sqrt(v) and both powers, 2 n + 2 numbers, begun anew at a restart. Cost: a division and a root per entry,
 * and a vector.
 *
 * [1] Kingma, Ba: Adam: a method for stochastic optimization. ICLR 2015, arXiv:1412.6980.
 * [2] Dozat: Incorporating Nesterov momentum into Adam. ICLR 2016 workshop.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(adam(), gradientStep(0.1)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 75.6129 71.0468
 * @param options {@link AdamOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function adam(options: AdamOptions = {}): Update {
  const chosen = readOptions("adam", options, rules);
  return defineUpdate({
    name: "adam",
    refines: "direction",
    settings: {
      decay: settingOf(rules.decay, chosen.decay),
      squareDecay: settingOf(rules.squareDecay, chosen.squareDecay),
      damping: settingOf(rules.damping, chosen.damping),
    },
    init: adamState,
    step(it, state, settings) {
      const { direction, from, fresh, share, rootShare } = adamStep(it, state, settings, 0);
      if (!chosen.nesterov) return { direction };
      const { mean, root } = state;
      const ahead = settings.decay / (1 - state.power * settings.decay);
      for (let i = 0; i < direction.length; i++) {
        const looking = ahead * mean[i]! + (fresh / share) * from[i]!;
        direction[i] = quotient(looking, root[i]! / rootShare, settings.damping, false);
      }
      return { direction };
    },
  });
}
