import { defineUpdate, readOptions, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";

export interface FastOptimisticOptions {
  /** eta > 0; for monotone, L-Lipschitz F below 1 / (4 L). Steerable. */
  readonly stepSize: number;
  /** alpha > 2. Default 3. */
  readonly friction?: number;
}

const rules = {
  stepSize: requiredStepSize,
  friction: { default: 3, above: 2 },
} as const;

/**
 * Fast optimistic gradient descent-ascent [1], with a constraint in the form of [2]: ||F(z_k)|| = o(1 / k) of the last
 * iterate.
 *
 * With t = k / (k + alpha) and n in the normal cone of C at z (0 without a constraint), y_ the extrapolated point before:
 * y = z + t (z - z_) - eta (1 - t) (F(y_) + n),
 * z <- Pi_C(y - eta (1 + t) (F(y) - F(y_) - n)), and n becomes what the projection took away, over eta (1 + t).
 *
 * For monotone, L-Lipschitz F and eta < 1 / (4 L): ||F(z_k) + n_k|| = o(1 / k), the iterates converge. y may lie outside C.
 * k counts from the start or the last restart, where y_ = z. ([2]'s step is 2 eta here, as in [1].)
 *
 * Cost: one evaluation a step; the loop's own, at z, serves the rows and measures only. State: z_, F(y_), n.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(300), fastOptimistic({ stepSize: 0.24 })))
 * @throws {RangeError} ERR_OPTION_RANGE
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
      const target = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        target[i] = ahead[i]! - eta * (1 + t) * (field[i]! - state.field[i]! - state.normal[i]!);
      }
      let { normal } = state;
      if (constraint !== undefined) {
        const projected = new Float64Array(n);
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
  /** z_. */
  readonly point: Float64Array;
  /** F(y_). */
  readonly field: Float64Array;
  /** In the normal cone of C at z. */
  readonly normal: Float64Array;
  /** The step of the start. */
  readonly since: number;
}

function begin(point: Float64Array, field: Float64Array, since: number): State {
  return { point: point.slice(), field: field.slice(), normal: new Float64Array(point.length), since };
}
