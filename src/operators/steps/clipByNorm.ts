import { defineUpdate, norm, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";

/** Options of {@link clipByNorm}. */
export interface ClipByNormOptions {
  /**
   * Bound of the direction's Euclidean norm, positive; it can be steered. There is no default: [1] proposes 0.5 to 10
   * times the average norm of the field along a run.
   */
  readonly maxNorm: number;
}

const rules = { maxNorm: { required: true, above: 0 } } as const;

/**
 * Shortens the direction d to a Euclidean norm of at most c = `maxNorm` [1]:
 *
 *     d <- min(1, c / ||d||) d,
 *
 * up to rounding. A direction that is short enough stays the same array. The squares in ||d|| neither overflow nor
 * underflow. In a game the norm is that of all players' directions together.
 *
 * Before an operator with a memory it clips what enters the memory, as in `chain(clipByNorm({ maxNorm: 1 }), adamW(),
 * gradientStep(0.001))`. Behind that operator it clips the direction of the step.
 *
 * The column `clipFactor` holds min(1, c / ||d||). Since two operators cannot write one column, a chain takes one
 * `clipByNorm`. The cell is empty on a last row, where no step is chosen, and for a direction that is not finite, which
 * passes unchanged.
 *
 * Cost: 2 n operations; where it clips, another 5 n and a vector.
 *
 * [1] Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks. ICML 2013, arXiv:1211.5063.
 *
 * @example
 * const update = chain(untilStep(2), clipByNorm({ maxNorm: 10 }), gradientStep(0.1));
 * iterate(quartic(), [1, 2], update)
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4), it.columns.clipFactor?.toFixed(4)));
 * // 0 80.6500 0.2042
 * // 1 51.8583 0.6984
 * // 2 44.4783 undefined
 * @param options {@link ClipByNormOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, also for a missing `maxNorm`; ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function clipByNorm(options: ClipByNormOptions): Update {
  const chosen = readOptions("clipByNorm", options, rules);
  return defineUpdate({
    name: "clipByNorm",
    refines: "direction",
    columns: { clipFactor: { meaning: "factor by which the direction was multiplied, 1 if it was short enough" } },
    settings: { maxNorm: settingOf(rules.maxNorm, chosen.maxNorm) },
    step(it, _, { maxNorm }) {
      const { direction } = it;
      if (norm(direction) <= maxNorm) return { columns: { clipFactor: 1 } };
      let largest = 0;
      for (let i = 0; i < direction.length; i++) largest = Math.max(largest, Math.abs(direction[i]!));
      if (!Number.isFinite(largest)) return undefined;
      // Divided by its largest entry, d has a norm in [1, sqrt(n)], also where ||d|| itself exceeds all numbers.
      const clipped = rowVector(it);
      for (let i = 0; i < clipped.length; i++) clipped[i] = direction[i]! / largest;
      const factor = maxNorm / norm(clipped);
      for (let i = 0; i < clipped.length; i++) clipped[i] = clipped[i]! * factor;
      return { direction: clipped, columns: { clipFactor: factor / largest } };
    },
  });
}
