import {
  defineUpdate,
  failure,
  norm,
  type PlayerPlace,
  type Problem,
  playersOf,
  readOptions,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link alternatingDescentAscent}. */
export interface AlternatingDescentAscentOptions {
  /** Step size eta > 0. Steerable. */
  readonly stepSize: number;
  /**
   * Momentum beta in (-1, 1) of each player's own steps; negative values help in bilinear games [2]. Default 0.
   * Steerable.
   */
  readonly decay?: number;
}

const rules = {
  stepSize: requiredStepSize,
  decay: { default: 0, above: -1, below: 1 },
} as const;

/**
 * Steps by alternating projected gradient descent-ascent [1]: the players move one after the other, and each sees the
 * moves made before its own.
 *
 * For player i in the order of the blocks, where w holds the moves made so far: v_i <- beta v_i - F_i(w), w_i <- w_i +
 * eta v_i, then w <- Pi_C(w).
 *
 * On f(x, y) = xy with beta = 0 the multiplier has modulus 1 for eta < 2: the iterates stay on bounded cycles that
 * conserve x^2 + y^2 - eta x y, and do not converge. With beta in (-1, 0) and a small step the method converges
 * linearly on bilinear games [2]. For mu-strongly monotone, L-Lipschitz F it converges linearly for steps of order
 * mu / L^2 at most.
 *
 * C must be a product of the players' sets. Where a projection moves the other players too, the run ends with an error.
 *
 * Use {@link gradientStep} when the players are to move at the same time, {@link extragradient} or {@link optimistic}
 * when the last iterate is to converge on monotone games, {@link symplecticAdjustment} or {@link consensus} on smooth
 * games without a constraint when products with J are affordable.
 *
 * Cost: players - 1 evaluations per step in addition to the loop's. State: v, n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(40), alternatingDescentAscent({ stepSize: 0.5, decay: -0.3 })))
 *   .pipe(filter((it) => it.step % 20 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(6)));
 * // 0 2.000000
 * // 20 0.333142
 * // 40 0.117487
 * @param options {@link AlternatingDescentAscentOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream ERR_LENGTH for blocks that leave
 *   coordinates out
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, where C binds the players' strategies together
 * @see [1] Zhang and Yu, "Convergence of gradient methods on bilinear zero-sum games", 2020, arXiv:1908.05699
 * @see [2] Gidel et al., "Negative momentum for improved game dynamics", 2019, arXiv:1807.04740
 */
export function alternatingDescentAscent(options: AlternatingDescentAscentOptions): Update {
  const { stepSize, decay } = readOptions("alternatingDescentAscent", options, rules);
  return defineUpdate({
    name: "alternatingDescentAscent",
    settings: { stepSize: settingOf(rules.stepSize, stepSize), decay: settingOf(rules.decay, decay) },
    init: (first) => new Float64Array(first.point.length),
    step(it, before, settings) {
      const eta = settings.stepSize;
      const { problem } = it.at;
      checkCovered(problem);
      const velocity = before.slice();
      let at = it.at;
      const moved = scratchVector(it);
      moved.set(it.point);
      for (const [turn, player] of playersOf(problem).entries()) {
        if (turn > 0) at = it.evaluate(moved);
        for (const { offset, size } of player.blocks) {
          for (let i = offset; i < offset + size; i++) {
            velocity[i] = settings.decay * velocity[i]! - at.field[i]!;
            moved[i] = moved[i]! + eta * velocity[i]!;
          }
        }
        projectOwn(problem, moved, at.point, player);
      }
      return { ...moveTo(it, moved, eta), state: velocity };
    },
  });
}

/** Checks that the blocks cover all coordinates: one outside every block would never move. */
function checkCovered(problem: Problem): void {
  const covered = problem.blocks.reduce((sum, { size }) => sum + size, 0);
  if (covered === problem.dimension) return;
  throw failure(
    "ERR_LENGTH",
    `alternatingDescentAscent: expected blocks of ${problem.dimension} numbers together, got ${covered}; the problem is ${problem.name}`,
  );
}

/** Projects the player's move and checks that, from a point of C, the others' strategies stay where they are. */
function projectOwn(problem: Problem, moved: Float64Array, before: Float64Array, player: PlayerPlace): void {
  const { constraint } = problem;
  if (constraint === undefined) return;
  constraint.project(moved, moved);
  const size = norm(moved) + norm(before);
  const owns = (i: number): boolean => player.blocks.some(({ offset, size }) => i >= offset && i < offset + size);
  for (let i = 0; i < moved.length; i++) {
    if (Math.abs(moved[i]! - before[i]!) <= 1e-8 * size || owns(i) || constraint.distance(before) > 1e-10 * size)
      continue;
    throw failure(
      "ERR_UNSUPPORTED",
      `alternatingDescentAscent: expected a product of the players' strategy sets, got ${constraint.name}, which binds them together; use gradientStep`,
    );
  }
}
