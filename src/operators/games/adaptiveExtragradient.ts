import {
  defineUpdate,
  distance,
  type Evaluation,
  type Proposal,
  readOptions,
  type Update,
} from "../../authoring/index.ts";
import { localStepSize } from "../support/localStepSize.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { optionalStepSize } from "../support/rules.ts";

export interface AdaptiveExtragradientOptions {
  /** The first step size > 0. Default: half the inverse of a Lipschitz quotient near the start, at one evaluation. */
  readonly stepSize?: number;
  /** nu in (0, 1): eta is accepted when eta ||F(w) - F(z)|| <= nu ||w - z||. Default 0.9 [1]. */
  readonly contraction?: number;
  /** beta in (0, 1): a refused eta becomes at most beta eta. Default 0.7. */
  readonly shrink?: number;
  /** Factor by which eta may grow from step to step, >= 1. Default 1.2. */
  readonly growth?: number;
}

/** More refusals than this only happen where F is not Lipschitz, or not finite, near z. */
const maxTrials = 100;

const rules = {
  stepSize: optionalStepSize,
  contraction: { default: 0.9, above: 0, below: 1 },
  shrink: { default: 0.7, above: 0, below: 1 },
  growth: { default: 1.2, min: 1 },
} as const;

/**
 * Extragradient with the step size of the local Lipschitz constant, by Khobotov's rule in Marcotte's form [1, 2].
 *
 * w = Pi_C(z - eta F(z)); while eta ||F(w) - F(z)|| > nu ||w - z||: eta <- min(beta eta, nu ||w - z|| / ||F(w) - F(z)||)
 * and again. Then z <- Pi_C(z - eta F(w)). The next step begins with growth * eta.
 *
 * For monotone F that is Lipschitz on bounded sets the iterates converge, and eta never falls below about beta nu / L.
 * Where 100 trials are refused the run ends as stagnated. Columns: `trials`, points tried in this step.
 *
 * Cost: one evaluation a trial beside the loop's, usually one, and one more at the first row without `stepSize`. State: eta.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(100), adaptiveExtragradient()))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Khobotov, "Modification of the extra-gradient method for solving variational inequalities and certain optimization
 *   problems", 1987, doi:10.1016/0041-5553(87)90058-9
 * @see [2] Marcotte, "Application of Khobotov's algorithm to variational inequalities and network equilibrium problems",
 *   1991, doi:10.1080/03155986.1991.11732174
 */
export function adaptiveExtragradient(options: AdaptiveExtragradientOptions = {}): Update {
  const { stepSize, contraction, shrink, growth } = readOptions("adaptiveExtragradient", options, rules);
  return defineUpdate({
    name: "adaptiveExtragradient",
    columns: { trials: { meaning: "points that the step size rule evaluated" } },
    init: (_first, previous?: State): State => ({ eta: previous?.eta }),
    step(it, state) {
      const first = state.eta ?? stepSize ?? localStepSize(it);
      const found = search(it, first, contraction, shrink);
      if (found.ahead === undefined) {
        return { stepSize: 0, next: it.at, status: "stagnated", columns: { trials: found.trials } };
      }
      return {
        field: found.ahead.field,
        stepSize: found.eta,
        state: { eta: Math.min(growth * found.eta, Number.MAX_VALUE) },
        columns: { trials: found.trials },
      };
    },
  });
}

interface State {
  /** undefined: not chosen yet. */
  readonly eta: number | undefined;
}

function search(
  it: Proposal,
  first: number,
  contraction: number,
  shrink: number,
): { readonly eta: number; readonly ahead: Evaluation | undefined; readonly trials: number } {
  const { point, at } = it;
  let eta = first;
  for (let trials = 1; trials <= maxTrials; trials++) {
    const ahead = it.evaluate(projectedStep(at.problem, point, eta, at.field));
    const way = distance(ahead.point, point);
    const change = distance(ahead.field, at.field);
    if (eta * change <= contraction * way) return { eta, ahead, trials };
    const bound = (contraction * way) / change;
    eta = Math.min(shrink * eta, Number.isFinite(bound) && bound > 0 ? bound : Number.POSITIVE_INFINITY);
  }
  return { eta, ahead: undefined, trials: maxTrials };
}
