import {
  defineUpdate,
  distance,
  type Evaluation,
  type Proposal,
  readOptions,
  scratchVector,
  type Update,
} from "../../authoring/index.ts";
import { localStepSize } from "../support/localStepSize.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { optionalStepSize } from "../support/rules.ts";

/** Options of {@link adaptiveExtragradient}. */
export interface AdaptiveExtragradientOptions {
  /**
   * First step size, > 0. Default: half the inverse of a Lipschitz quotient near the start, which costs one evaluation.
   */
  readonly stepSize?: number;
  /** Bound nu in (0, 1): eta is accepted when eta ||F(w) - F(z)|| <= nu ||w - z||. Default 0.9 [1]. */
  readonly contraction?: number;
  /** Factor beta in (0, 1): a refused eta becomes at most beta eta. Default 0.7. */
  readonly shrink?: number;
  /** Factor, >= 1, by which eta may grow from step to step. Default 1.2. */
  readonly growth?: number;
}

/** Trials of one step. More refusals occur only where F is not Lipschitz, or not finite, near z. */
const maxTrials = 100;

const rules = {
  stepSize: optionalStepSize,
  contraction: { default: 0.9, above: 0, below: 1 },
  shrink: { default: 0.7, above: 0, below: 1 },
  growth: { default: 1.2, min: 1 },
} as const;

/**
 * Steps by extragradient with a step size from the local Lipschitz constant, by Khobotov's rule in Marcotte's form
 * [1, 2].
 *
 * With w = Pi_C(z - eta F(z)): while eta ||F(w) - F(z)|| > nu ||w - z||, eta becomes min(beta eta, nu
 * ||w - z|| / ||F(w) - F(z)||) and w is computed again. Then z <- Pi_C(z - eta F(w)). The next step begins with growth
 * * eta.
 *
 * For a monotone F that is Lipschitz on bounded sets the iterates converge, and eta stays above about beta nu / L.
 * Where 100 trials are refused the run ends as stagnated. Column: `trials`, the number of points tried in this step.
 *
 * Use {@link extragradient} when the Lipschitz constant is known, {@link adaptiveGoldenRatio} when evaluations are
 * expensive, {@link restarts} around this operator on bilinear and matrix games.
 *
 * Cost: one evaluation per trial in addition to the loop's, usually one trial; without `stepSize` one more evaluation
 * at the first row. State: eta.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(20), adaptiveExtragradient()))
 *   .pipe(filter((it) => it.step % 10 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 10 1.80e-1
 * // 20 1.36e-2
 * @param options {@link AdaptiveExtragradientOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Khobotov, "Modification of the extra-gradient method for solving variational inequalities and certain
 *   optimization problems", 1987, doi:10.1016/0041-5553(87)90058-9
 * @see [2] Marcotte, "Application of Khobotov's algorithm to variational inequalities and network equilibrium
 *   problems", 1991, doi:10.1080/03155986.1991.11732174
 */
export function adaptiveExtragradient(options: AdaptiveExtragradientOptions = {}): Update {
  const { stepSize, contraction, shrink, growth } = readOptions("adaptiveExtragradient", options, rules);
  return defineUpdate({
    name: "adaptiveExtragradient",
    columns: { trials: { meaning: "points that the step size rule evaluated" } },
    init: (_first, previous?: State): State => ({ eta: previous?.eta }),
    step(it, state) {
      const first = state.eta ?? stepSize ?? localStepSize(it.at, it.evaluate);
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
  /** First step size to try; undefined before the first step. */
  readonly eta: number | undefined;
}

function search(
  it: Proposal,
  first: number,
  contraction: number,
  shrink: number,
): { readonly eta: number; readonly ahead: Evaluation | undefined; readonly trials: number } {
  const { point, at } = it;
  const trial = scratchVector(it);
  let eta = first;
  for (let trials = 1; trials <= maxTrials; trials++) {
    const ahead = it.evaluate(projectedStep(at.problem, point, eta, at.field, trial));
    const way = distance(ahead.point, point);
    const change = distance(ahead.field, at.field);
    if (eta * change <= contraction * way) return { eta, ahead, trials };
    const bound = (contraction * way) / change;
    eta = Math.min(shrink * eta, Number.isFinite(bound) && bound > 0 ? bound : Number.POSITIVE_INFINITY);
  }
  return { eta, ahead: undefined, trials: maxTrials };
}
