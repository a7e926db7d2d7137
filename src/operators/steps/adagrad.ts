import { defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";
import { hypotenuse } from "../../linalg/vector.ts";
import { incoming, quotient } from "../support/entries/entrywise.ts";

/** Options of {@link adagrad}. */
export interface AdagradOptions {
  /** Number epsilon that keeps the divisor from 0, at least 0. Default 1e-10, as in PyTorch. Steerable. */
  readonly damping?: number;
  /**
   * Whether epsilon is added under the root, in the units of F^2, as Optax does, in place of beside it, in those of F.
   * Default false.
   */
  readonly dampingInside?: boolean;
  /** Sum of squares before the first step, at least 0, in the units of F^2. Default 0, as in PyTorch. */
  readonly initial?: number;
}

const rules = {
  damping: { default: 1e-10, min: 0 },
  dampingInside: { default: false, oneOf: [true, false] },
  initial: { default: 0, min: 0 },
} as const;

/**
 * Chooses the direction of Adagrad: the field divided, entry by entry, by the root of the sum of its squares so far
 * [1].
 *
 * F is the negative of the direction so far. With s = `initial` before the first step and `o` for the product of
 * entries,
 *
 *     s <- s + F o F,    direction = -F / (sqrt(s) + epsilon),    or    -F / sqrt(s + epsilon)    with `dampingInside`.
 *
 * The operator behind this one chooses the step size. Steps shrink like 1 / sqrt(k), which suits convex losses and
 * sparse fields; {@link rmsProp} forgets. The field may be that of a game.
 *
 * If the loss and `damping` are multiplied by the same power of two (`initial`, and `damping` inside, by its square)
 * the directions keep all their bits. No square overflows or underflows: the state holds sqrt(s). Where the divisor is
 * 0 the quotient counts as 0.
 *
 * State: sqrt(s), n numbers, begun anew at a restart. Cost: a division and a root per entry, and a vector.
 *
 * [1] Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and stochastic optimization. Journal of
 * Machine Learning Research 12, 2011.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(adagrad(), gradientStep(0.1)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 75.6129 72.4775
 * @param options {@link AdagradOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function adagrad(options: AdagradOptions = {}): Update {
  const { damping, dampingInside, initial } = readOptions("adagrad", options, rules);
  return defineUpdate({
    name: "adagrad",
    refines: "direction",
    settings: { damping: settingOf(rules.damping, damping) },
    init: (first) => rowVector(first).fill(Math.sqrt(initial)),
    step(it, root, settings) {
      const { from, sign } = incoming(it);
      const direction = rowVector(it);
      for (let i = 0; i < direction.length; i++) {
        const entry = from[i]!;
        const size = hypotenuse(root[i]!, entry);
        root[i] = size;
        direction[i] = -sign * quotient(entry, size, settings.damping, dampingInside);
      }
      return { direction };
    },
  });
}
