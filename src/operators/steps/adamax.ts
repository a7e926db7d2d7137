import { defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";
import { incoming, quotient } from "../support/entries/entrywise.ts";

/** Options of {@link adamax}. All of them are settings that can be steered during a run. */
export interface AdamaxOptions {
  /** Factor beta1 by which the memory of the field fades per step, in [0, 1). Default 0.9 [1]. */
  readonly decay?: number;
  /** Factor beta2 by which the memory of the largest field fades per step, in [0, 1). Default 0.999 [1]. */
  readonly sizeDecay?: number;
  /** Number epsilon that is added to the size of each entry, in the units of F, at least 0. Default 1e-8. */
  readonly damping?: number;
}

const rules = {
  decay: { default: 0.9, min: 0, below: 1 },
  sizeDecay: { default: 0.999, min: 0, below: 1 },
  damping: { default: 1e-8, min: 0 },
} as const;

/**
 * Chooses the direction of AdaMax: the mean of the field divided by its largest entry so far, which fades ([1],
 * section 7.1).
 *
 * F is the negative of the direction so far. At the t-th step, with m = u = 0 before the first one,
 *
 *     m <- beta1 m + (1 - beta1) F,    u <- max(beta2 u, |F| + epsilon),    direction = -m / ((1 - beta1^t) u).
 *
 * The options `decay`, `sizeDecay` and `damping` are beta1, beta2 and epsilon. The operator behind this one chooses the
 * step size. The field may be that of a game. If the loss and `damping` are multiplied by the same power of two the
 * directions keep all their bits. Where u is 0 the quotient counts as 0.
 *
 * State: m, u and beta1^t, 2 n + 1 numbers, begun anew at a restart. Cost: a division per entry, and a vector.
 *
 * [1] Kingma, Ba: Adam: a method for stochastic optimization. ICLR 2015, arXiv:1412.6980.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(adamax(), gradientStep(0.1)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 75.6129 71.2590
 * @param options {@link AdamaxOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function adamax(options: AdamaxOptions = {}): Update {
  const chosen = readOptions("adamax", options, rules);
  return defineUpdate({
    name: "adamax",
    refines: "direction",
    settings: {
      decay: settingOf(rules.decay, chosen.decay),
      sizeDecay: settingOf(rules.sizeDecay, chosen.sizeDecay),
      damping: settingOf(rules.damping, chosen.damping),
    },
    init: (first) => ({ mean: rowVector(first).fill(0), largest: rowVector(first).fill(0), power: 1 }),
    step(it, state, { decay, sizeDecay, damping }) {
      const { mean, largest } = state;
      const { from, sign } = incoming(it);
      const direction = rowVector(it);
      state.power *= decay;
      for (let i = 0; i < direction.length; i++) {
        const entry = sign * from[i]!;
        const average = decay * mean[i]! + (1 - decay) * entry;
        const size = Math.max(sizeDecay * largest[i]!, Math.abs(entry) + damping);
        mean[i] = average;
        largest[i] = size;
        direction[i] = -quotient(average / (1 - state.power), size, 0, false);
      }
      return { direction };
    },
  });
}
