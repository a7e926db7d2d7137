import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";

export interface MomentumOptions {
  /** beta, in [0, 1]; negative momentum, which helps in some games, down to -1. Default 0.9 [1]. Steerable. */
  readonly decay?: number;
}

const rules = { decay: { default: 0.9, min: -1, max: 1 } } as const;

/**
 * Heavy-ball momentum: the direction becomes v <- beta v + d, d being the direction chosen before (else -F).
 *
 * With `gradientStep(eta)` after it this is z <- z + eta v, v_0 = 0. State: v, n numbers. Cost: 2 n operations a step.
 *
 * @example chain(momentum({ decay: 0.9 }), gradientStep(0.1))
 * @throws {RangeError} ERR_OPTION_RANGE for a decay outside [-1, 1]
 * @see [1] Polyak, "Some methods of speeding up the convergence of iteration methods", 1964, doi:10.1016/0041-5553(64)90137-5
 */
export function momentum(options: MomentumOptions = {}): Update {
  const { decay } = readOptions("momentum", options, rules);
  return defineUpdate({
    name: "momentum",
    refines: "direction",
    settings: { decay: settingOf(rules.decay, decay) },
    init: (first) => new Float64Array(first.point.length),
    step(it, velocity, settings) {
      const { direction } = it;
      const next = new Float64Array(direction.length);
      for (let i = 0; i < next.length; i++) next[i] = settings.decay * velocity[i]! + direction[i]!;
      return { state: next, direction: next };
    },
  });
}
