import { defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";
import { unitOf } from "../../elementary/index.ts";
import { rootMeanSquare } from "../../linalg/adamPass.ts";
import { incoming, quotient } from "../support/entries/entrywise.ts";

/** Options of {@link rmsProp}. */
export interface RmsPropOptions {
  /** Factor beta by which the memory of the squared field fades per step, in [0, 1). Default 0.99. Steerable. */
  readonly squareDecay?: number;
  /** Number epsilon that keeps the divisor from 0, at least 0. Default 1e-8. Steerable. */
  readonly damping?: number;
  /**
   * Whether epsilon is added under the root, in the units of F^2, as Optax does, in place of beside it, in those of F.
   * Default false.
   */
  readonly dampingInside?: boolean;
  /** Whether the square of the field's mean is subtracted, so that the divisor measures its spread. Default false. */
  readonly centred?: boolean;
}

const rules = {
  squareDecay: { default: 0.99, min: 0, below: 1 },
  damping: { default: 1e-8, min: 0 },
  dampingInside: { default: false, oneOf: [true, false] },
  centred: { default: false, oneOf: [true, false] },
} as const;

/**
 * Chooses the direction of RMSprop: the field divided by its root mean square, entry by entry [1].
 *
 * F is the negative of the direction so far. With v = m = 0 before the first step and `o` for the product of entries,
 *
 *     v <- beta v + (1 - beta) F o F,    direction = -F / (sqrt(v) + epsilon),
 *
 * or -F / sqrt(v + epsilon) with `dampingInside`. With `centred`, v - m o m takes the place of v in the divisor, where
 * m <- beta m + (1 - beta) F [2]. Defaults are those of PyTorch. Neither mean is corrected for its start at 0, so the
 * first steps are long; {@link adam} corrects them.
 *
 * The operator behind this one chooses the step size. With {@link momentum} between the two, as in
 * `chain(rmsProp(), momentum(), gradientStep(0.001))`, the quotients get a memory, as with the option of PyTorch. The
 * field may be that of a game.
 *
 * If the loss and `damping` (inside: its square) are multiplied by the same power of two the directions keep all their
 * bits. No square overflows or underflows: the state holds sqrt(v). Where the divisor is 0 the quotient counts as 0.
 *
 * State: sqrt(v), and m with `centred`, n numbers each, begun anew at a restart. Cost: a division and a root per entry
 * (`centred`: two roots), and a vector.
 *
 * [1] Tieleman, Hinton: Lecture 6.5, RMSprop. Coursera: Neural networks for machine learning, 2012.
 * [2] Graves: Generating sequences with recurrent neural networks. 2013, arXiv:1308.0850.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(rmsProp(), gradientStep(0.01)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 75.6129 72.4692
 * @param options {@link RmsPropOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function rmsProp(options: RmsPropOptions = {}): Update {
  const { squareDecay, damping, dampingInside, centred } = readOptions("rmsProp", options, rules);
  return defineUpdate({
    name: "rmsProp",
    refines: "direction",
    settings: { squareDecay: settingOf(rules.squareDecay, squareDecay), damping: settingOf(rules.damping, damping) },
    init: (first) => ({
      root: rowVector(first).fill(0),
      ...(centred ? { mean: rowVector(first).fill(0) } : {}),
    }),
    step(it, { root, mean }, settings) {
      const { from, sign } = incoming(it);
      const direction = rowVector(it);
      const decay = settings.squareDecay;
      for (let i = 0; i < direction.length; i++) {
        const entry = sign * from[i]!;
        let size = rootMeanSquare(decay, root[i]!, entry);
        root[i] = size;
        if (mean !== undefined) {
          const average = decay * mean[i]! + (1 - decay) * entry;
          mean[i] = average;
          size = spread(size, Math.abs(average));
        }
        direction[i] = -quotient(entry, size, settings.damping, dampingInside);
      }
      return { direction };
    },
  });
}

/** sqrt(root^2 - mean^2), whose squares need not be numbers; rounding may make the mean the larger one. */
function spread(root: number, mean: number): number {
  if (!(mean < root)) return 0;
  const square = (root - mean) * (root + mean);
  if (square > 2 ** -900 && square < 2 ** 900) return Math.sqrt(square);
  // A power of two rounds nothing.
  const unit = unitOf(root);
  return unit * Math.sqrt(((root - mean) / unit) * ((root + mean) / unit));
}
