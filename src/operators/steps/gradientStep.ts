import { checkOption, defineUpdate, distance, type Proposal, settingOf, type Update } from "../../authoring/index.ts";
import { localStepSize } from "../support/localStepSize.ts";
import { told, type UnitsView } from "../support/toldUnits.ts";

const range = { above: 0 } as const;

/**
 * Takes steps of a fixed size, or of one that comes from the problem: z <- Pi_C(z + eta d), where d = -F unless an
 * earlier operator chose another direction.
 *
 * With a number: alone it is gradient descent on a loss. On a game it is simultaneous gradient descent-ascent, which
 * diverges on f(x, y) = xy for every eta: |z| grows by the factor sqrt(1 + eta^2) per step. With a constraint it is the
 * projection method. For mu-strongly monotone, L-Lipschitz F each step multiplies the squared distance to the solution
 * by at most 1 - 2 eta mu + eta^2 L^2. The setting is steerable as "gradientStep.stepSize".
 *
 * With `local` the first eta is 1 / (2 L), with a Lipschitz quotient L of F beside the start. Later ones are those of
 * gradient descent without descent [1]: eta <- min(sqrt(1 + theta) eta_, ||dz|| / (2 ||dF||)), where eta_ is the last
 * step size, theta the factor by which it had changed, and dz, dF what the last step changed. For a convex loss with
 * a locally Lipschitz gradient this converges. The steps do not depend on the units of the loss and of the parameters.
 * After a direction with `scaling` lengths are measured in its units, where there is no constraint.
 * Where eta leaves the range of float64 this is the last row (status "stagnated").
 *
 * Use {@link decayingStep} when the field is noisy, {@link extragradient} or {@link optimistic} when it is monotone but
 * not a gradient, and a line search ({@link backtrackGradientNorm}, {@link wolfeLineSearch}) after a Newton direction.
 *
 * Cost, with `local`: one evaluation at the first row. State, with `local`: z, F, eta and theta, 2 n + 2 numbers.
 *
 * @example
 * iterate(quartic(), [1, 2], chain(untilStep(2), gradientStep(0.05)))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 80.6500
 * // 1 46.3841
 * // 2 44.3603
 * @param stepSize eta > 0, or `local`. Default `local`
 * @throws {RangeError} ERR_OPTION_RANGE for a step size that is not positive
 * @see [1] Malitsky and Mishchenko, "Adaptive gradient descent without descent", ICML 2020, arXiv:1910.09529
 */
export function gradientStep(stepSize: number | "local" = "local"): Update {
  if (stepSize === "local") return localStep();
  checkOption("gradientStep", "stepSize", stepSize, range);
  return defineUpdate({
    name: "gradientStep",
    settings: { stepSize: settingOf(range, stepSize) },
    step: (_it, _state, settings) => ({ stepSize: settings.stepSize }),
  });
}

function localStep(): Update {
  return defineUpdate({
    name: "gradientStep",
    init: (_first, previous?: LocalState): LocalState => ({ eta: previous?.eta, theta: 1, last: undefined }),
    step(it, { eta: before, theta, last }) {
      const { point, at } = it;
      const view = at.problem.constraint === undefined ? told.get(at) : undefined;
      let eta = before ?? firstStepSize(it, view);
      let growth = 1;
      if (last !== undefined && before !== undefined) {
        const way =
          view === undefined ? distance(point, last.point) : distance(view.vector(point), view.vector(last.point));
        const change = view === undefined ? distance(at.field, last.field) : distance(view.field(at), view.field(last));
        // A point that has not moved gives no information about F.
        if (way > 0) eta = Math.min(Math.sqrt(1 + theta) * before, way / (2 * change));
        growth = eta / before;
      }
      // The unit of z / F may be out of range, which is an outcome.
      if (!(eta > 0 && eta < Number.POSITIVE_INFINITY)) return { stepSize: 0, next: it.at, status: "stagnated" };
      return { stepSize: eta, state: { eta, theta: growth, last: { point: point.slice(), field: at.field.slice() } } };
    },
  });
}

function firstStepSize({ at, evaluate }: Proposal, view: UnitsView | undefined): number {
  if (view === undefined) return localStepSize(at, evaluate);
  return localStepSize(view.evaluation(at), (there) => view.evaluation(evaluate(view.back(there))));
}

interface LocalState {
  /** Step size of the last step; undefined before the first one. */
  readonly eta: number | undefined;
  /** Factor by which the last step size differed from the one before it. */
  readonly theta: number;
  /** Where the last step began; undefined at the start and after a restart. */
  readonly last: { readonly point: Float64Array; readonly field: Float64Array } | undefined;
}
