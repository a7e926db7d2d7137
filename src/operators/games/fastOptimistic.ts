import { defineUpdate, readOptions, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link fastOptimistic}. */
export interface FastOptimisticOptions {
  /** Step size eta > 0, below 1 / (4 L) for monotone, L-Lipschitz F. Steerable. */
  readonly stepSize: number;
  /** Friction alpha > 2. Default 3. */
  readonly friction?: number;
}

const rules = {
  stepSize: requiredStepSize,
  friction: { default: 3, above: 2 },
} as const;

/**
 * Steps by fast optimistic gradient descent-ascent [1], with a constraint in the form of [2]: ||F(z_k)|| of the last
 * iterate is o(1 / k).
 *
 * With t = k / (k + alpha), the last extrapolated point y_, and n in the normal cone of C at z
 * (0 without a constraint):
 * - y = z + t (z - z_) - eta (1 - t) (F(y_) + n),
 * - z <- Pi_C(y - eta (1 + t) (F(y) - F(y_) - n)),
 * - n becomes what the projection took away, divided by eta (1 + t).
 *
 * For monotone, L-Lipschitz F and eta < 1 / (4 L), ||F(z_k) + n_k|| is o(1 / k) and the iterates converge. The point y
 * may lie outside C. k counts from the start or from the last restart, where y_ = z. (The step of [2] is 2 eta here, as
 * in [1].)
 *
 * Use {@link extraAnchoredGradient} when longer steps are worth a second evaluation, {@link optimistic} or
 * {@link popov} when F is strongly monotone, where they converge linearly.
 *
 * Cost: one evaluation per step; the loop's own evaluation, at z, serves only the rows and measures. State: z_, F(y_)
 * and n, 3 n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(200), fastOptimistic({ stepSize: 0.24 })))
 *   .pipe(filter((it) => it.step % 100 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 100 9.35e-5
 * // 200 1.19e-5
 * @param options {@link FastOptimisticOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Bot, Csetnek and Nguyen, "Fast optimistic gradient descent ascent (OGDA) method in continuous and discrete
 *   time", 2023, arXiv:2203.10947
 * @see [2] Sedlmayer, Nguyen and Bot, "A fast optimistic method for monotone variational inequalities", 2023 (ICML)
 */
export function fastOptimistic(options: FastOptimisticOptions): Update {
  const { stepSize, friction } = readOptions("fastOptimistic", options, rules);
  return defineUpdate({
    name: "fastOptimistic",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first): State => begin(first.point, first.at.field, first.step),
    step(it, state, settings) {
      const eta = settings.stepSize;
      const { point, at } = it;
      const { constraint } = at.problem;
      const n = point.length;
      const k = it.step - state.since + 1;
      const t = k / (k + friction);
      const ahead = scratchVector(it);
      for (let i = 0; i < n; i++) {
        ahead[i] = point[i]! + t * (point[i]! - state.point[i]!) - eta * (1 - t) * (state.field[i]! + state.normal[i]!);
      }
      const field = new Float64Array(n);
      it.fieldAt(ahead, field);
      const target = scratchVector(it);
      for (let i = 0; i < n; i++) {
        target[i] = ahead[i]! - eta * (1 + t) * (field[i]! - state.field[i]! - state.normal[i]!);
      }
      let { normal } = state;
      if (constraint !== undefined) {
        const projected = scratchVector(it);
        constraint.project(target, projected);
        normal = new Float64Array(n);
        for (let i = 0; i < n; i++) normal[i] = (target[i]! - projected[i]!) / (eta * (1 + t));
        target.set(projected);
      }
      return {
        ...moveTo(it, target, eta),
        state: { point: point.slice(), field, normal, since: state.since },
      };
    },
  });
}

interface State {
  /** The last point z_. */
  readonly point: Float64Array;
  /** The field F(y_) at the last extrapolated point. */
  readonly field: Float64Array;
  /** Element n of the normal cone of C at z. */
  readonly normal: Float64Array;
  /** Step at which k began. */
  readonly since: number;
}

function begin(point: Float64Array, field: Float64Array, since: number): State {
  return { point: point.slice(), field: field.slice(), normal: new Float64Array(point.length), since };
}
