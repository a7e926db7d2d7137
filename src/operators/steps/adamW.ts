import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { adamState, adamStep } from "../support/entries/adamStep.ts";

/** Options of {@link adamW}. All of them are settings that can be steered during a run. */
export interface AdamWOptions {
  /** Factor beta1 by which the memory of the field fades per step, in [0, 1). Default 0.9 [1]. */
  readonly decay?: number;
  /** Factor beta2 by which the memory of the squared field fades per step, in [0, 1). Default 0.999 [1]. */
  readonly squareDecay?: number;
  /**
   * Number epsilon that is added to each entry's root mean square, in the units of F, at least 0. Default 1e-8 [1].
   */
  readonly damping?: number;
  /** Factor lambda of the pull towards z = 0, at least 0; 0 gives Adam. Default 0.01, as in PyTorch's AdamW. */
  readonly weightDecay?: number;
}

const rules = {
  decay: { default: 0.9, min: 0, below: 1 },
  squareDecay: { default: 0.999, min: 0, below: 1 },
  damping: { default: 1e-8, min: 0 },
  weightDecay: { default: 0.01, min: 0 },
} as const;

/**
 * Chooses the direction of AdamW: the mean of the field divided by its root mean square, entry by entry, and a pull
 * towards zero that enters neither of the two means [1, 2].
 *
 * F is the negative of the direction so far: the field itself, unless an earlier operator chose another direction. At
 * the t-th step, with m = v = 0 before the first one and `o` for the product of entries,
 *
 *     m <- beta1 m + (1 - beta1) F          mHat = m / (1 - beta1^t)
 *     v <- beta2 v + (1 - beta2) F o F      vHat = v / (1 - beta2^t)
 *     direction = -(mHat / (sqrt(vHat) + epsilon) + lambda z).
 *
 * The options `decay`, `squareDecay`, `damping` and `weightDecay` are beta1, beta2, epsilon and lambda. If a decay is
 * steered during the run, beta^t is the product of its values so far.
 *
 * The operator behind this one chooses the step size eta of z <- z + eta direction: `gradientStep(0.001)` gives that of
 * [1], and `decayingStep` a schedule, which scales the pull too. The lambda of [2] is eta times `weightDecay`.
 *
 * The field may be a gradient or that of a game. With a pull the run comes to rest where F does not vanish, so set
 * `weightDecay: 0` to search for critical points or equilibria.
 *
 * Entries of F far above `damping` move by about eta, whatever the scale of the loss is. Entries far below it move by
 * eta F / epsilon, so a loss times 2^-500 hardly moves with the default. If the loss and `damping` are multiplied by
 * the same power of two, the directions keep all their bits. With `damping: 0` it is enough to multiply the loss. No
 * square overflows or underflows, since the state holds sqrt(v) in place of v. Where sqrt(vHat) + epsilon is 0, the
 * quotient counts as 0: an entry whose field was always zero follows the pull alone.
 *
 * The state is m, sqrt(v) and both powers. It begins anew at a restart.
 *
 * Cost: about 15 operations, a division and a square root per entry, and two vectors of memory.
 *
 * [1] Kingma, Ba: Adam: a method for stochastic optimization. ICLR 2015, arXiv:1412.6980.
 * [2] Loshchilov, Hutter: Decoupled weight decay regularization. ICLR 2019, arXiv:1711.05101.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(adamW(), gradientStep(0.1)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 75.5213 70.8866
 * @param options {@link AdamWOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function adamW(options: AdamWOptions = {}): Update {
  const chosen = readOptions("adamW", options, rules);
  return defineUpdate({
    name: "adamW",
    refines: "direction",
    settings: {
      decay: settingOf(rules.decay, chosen.decay),
      squareDecay: settingOf(rules.squareDecay, chosen.squareDecay),
      damping: settingOf(rules.damping, chosen.damping),
      weightDecay: settingOf(rules.weightDecay, chosen.weightDecay),
    },
    init: adamState,
    step: (it, state, settings) => ({ direction: adamStep(it, state, settings, settings.weightDecay).direction }),
  });
}
