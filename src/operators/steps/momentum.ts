import {
  addScaled,
  defineUpdate,
  oppositeOfDirection,
  readOptions,
  rowVector,
  rowVectorOver,
  scaledMinus,
  settingOf,
  type Update,
} from "../../authoring/index.ts";

/** Options of {@link momentum}. */
export interface MomentumOptions {
  /** Decay beta in [-1, 1]; negative values help in some games. Default 0.9 [1]. Steerable. */
  readonly decay?: number;
}

const rules = { decay: { default: 0.9, min: -1, max: 1 } } as const;

/**
 * Adds heavy-ball momentum [1]: the direction becomes v <- beta v + d, where d is the direction chosen before
 * (-F if there is none).
 *
 * With `gradientStep(eta)` after it the step is z <- z + eta v, with v_0 = 0.
 *
 * Use momentum when F is a gradient, {@link optimistic} when it is a game's field, on which momentum with a positive
 * decay does not help.
 *
 * State: v, n numbers. Cost: 2 n operations per step.
 *
 * @example
 * iterate(quartic(), [1, 2], chain(untilStep(2), momentum({ decay: 0.9 }), gradientStep(0.02)))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 80.6500
 * // 1 52.1523
 * // 2 45.2979
 * @param options {@link MomentumOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a decay outside [-1, 1]
 * @see [1] Polyak, "Some methods of speeding up the convergence of iteration methods", 1964,
 *   doi:10.1016/0041-5553(64)90137-5
 */
export function momentum(options: MomentumOptions = {}): Update {
  const { decay } = readOptions("momentum", options, rules);
  return defineUpdate({
    name: "momentum",
    refines: "direction",
    settings: { decay: settingOf(rules.decay, decay) },
    init: (first) => rowVector(first).fill(0),
    step(it, velocity, settings) {
      const next = rowVectorOver(it, velocity);
      const opposite = oppositeOfDirection(it);
      if (opposite === undefined) addScaled(it.direction, settings.decay, velocity, next);
      else scaledMinus(settings.decay, velocity, opposite, next);
      return { state: next, direction: next };
    },
  });
}
