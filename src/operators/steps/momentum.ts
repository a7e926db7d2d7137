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
  /** Whether the step looks ahead as Nesterov's does [2]. Default false: a heavy ball. */
  readonly nesterov?: boolean;
}

const rules = {
  decay: { default: 0.9, min: -1, max: 1 },
  nesterov: { default: false, oneOf: [true, false] },
} as const;

/**
 * Adds momentum: heavy-ball momentum [1], or with `nesterov` that of Nesterov [2].
 *
 * With the direction d chosen before (-F if there is none) and v = 0 before the first step,
 *
 *     v <- beta v + d,    direction = v,    or    d + beta v    with `nesterov`.
 *
 * With `gradientStep(eta)` after it the step is z <- z + eta direction. The second form is Nesterov's method in the
 * variable that looks ahead, as in PyTorch and Optax. If d is multiplied by a power of two the directions are too.
 *
 * Use momentum when F is a gradient, {@link optimistic} when it is a game's field, on which momentum with a positive
 * decay does not help.
 *
 * State: v, n numbers. Cost: 2 n operations per step, twice that and a vector with `nesterov`.
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
 * @see [2] Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", 2013
 */
export function momentum(options: MomentumOptions = {}): Update {
  const { decay, nesterov } = readOptions("momentum", options, rules);
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
      if (!nesterov) return { state: next, direction: next };
      const direction = rowVector(it);
      addScaled(it.direction, settings.decay, next, direction);
      return { state: next, direction };
    },
  });
}
