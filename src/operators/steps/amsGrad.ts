import { defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";
import { rootMeanSquare } from "../../linalg/adamPass.ts";
import { adamState } from "../support/entries/adamStep.ts";
import { incoming, quotient } from "../support/entries/entrywise.ts";

/** Options of {@link amsGrad}. The numbers are settings that can be steered during a run. */
export interface AmsGradOptions {
  /** Factor beta1 by which the memory of the field fades per step, in [0, 1). Default 0.9 [1]. */
  readonly decay?: number;
  /** Factor beta2 by which the memory of the squared field fades per step, in [0, 1). Default 0.999. */
  readonly squareDecay?: number;
  /** Number epsilon that is added to the largest root mean square, in the units of F, at least 0. Default 1e-8. */
  readonly damping?: number;
  /**
   * Mean of squares whose largest value is kept: the `uncorrected` one, as in [1] and PyTorch, which corrects the
   * maximum by the present factor, or the `corrected` one, as in Optax. Default `uncorrected`.
   */
  readonly largest?: "uncorrected" | "corrected";
}

const rules = {
  decay: { default: 0.9, min: 0, below: 1 },
  squareDecay: { default: 0.999, min: 0, below: 1 },
  damping: { default: 1e-8, min: 0 },
  largest: { default: "uncorrected", oneOf: ["uncorrected", "corrected"] },
} as const;

/**
 * Chooses the direction of AMSGrad: that of Adam, whose divisor never falls [1].
 *
 * F is the negative of the direction so far. At the t-th step, with m = v = w = 0 before the first one and `o` for the
 * product of entries,
 *
 *     m <- beta1 m + (1 - beta1) F          mHat = m / (1 - beta1^t)
 *     v <- beta2 v + (1 - beta2) F o F      w <- max(w, v), wHat = w / (1 - beta2^t)
 *     direction = -mHat / (sqrt(wHat) + epsilon),
 *
 * and with `largest: "corrected"` wHat <- max(wHat, v / (1 - beta2^t)). The operator behind this one chooses the step
 * size; {@link weightDecay} behind it pulls towards 0. The field may be that of a game.
 *
 * If the loss and `damping` are multiplied by the same power of two the directions keep all their bits. No square
 * overflows or underflows: the state holds roots. Where the divisor is 0 the quotient counts as 0.
 *
 * State: m, sqrt(v), sqrt(w) and both powers, 3 n + 2 numbers, begun anew at a restart. Cost: a division and a root per
 * entry, and a vector.
 *
 * [1] Reddi, Kale, Kumar: On the convergence of Adam and beyond. ICLR 2018, arXiv:1904.09237.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(amsGrad(), gradientStep(0.1)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 75.6129 71.0468
 * @param options {@link AmsGradOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function amsGrad(options: AmsGradOptions = {}): Update {
  const chosen = readOptions("amsGrad", options, rules);
  return defineUpdate({
    name: "amsGrad",
    refines: "direction",
    settings: {
      decay: settingOf(rules.decay, chosen.decay),
      squareDecay: settingOf(rules.squareDecay, chosen.squareDecay),
      damping: settingOf(rules.damping, chosen.damping),
    },
    init: (first) => ({ ...adamState(first), largest: rowVector(first).fill(0) }),
    step(it, state, { decay, squareDecay, damping }) {
      const { mean, root, largest } = state;
      const { from, sign } = incoming(it);
      const direction = rowVector(it);
      state.power *= decay;
      state.squarePower *= squareDecay;
      const rootShare = Math.sqrt(1 - state.squarePower);
      const [early, late] = chosen.largest === "corrected" ? [rootShare, 1] : [1, rootShare];
      for (let i = 0; i < direction.length; i++) {
        const entry = sign * from[i]!;
        const average = decay * mean[i]! + (1 - decay) * entry;
        const size = rootMeanSquare(squareDecay, root[i]!, entry);
        const most = Math.max(largest[i]!, size / early);
        mean[i] = average;
        root[i] = size;
        largest[i] = most;
        direction[i] = -quotient(average / (1 - state.power), most / late, damping, false);
      }
      return { direction };
    },
  });
}
