import { concat } from "rxjs";
import { z } from "zod";
import type { Row } from "../arrow/row.ts";
import { gradientStep } from "../operators/gradientStep.ts";
import type { Judgement } from "../operators/judgeEnd.ts";
import { type DeepLinearAutoencoder, deepLinearAutoencoder } from "../problems/deepLinearAutoencoder.ts";
import { method } from "../streams/combinators.ts";
import { uniformHeight } from "../streams/samplers.ts";
import { untilStep } from "../streams/untilStep.ts";
import { type Experiment, type ExperimentContext, experiment, type Finding } from "./definition.ts";
import { criticalPointSearch } from "./search.ts";
import { atTheEnd, searchName, withTrajectory } from "./trajectory.ts";

/** Losses agree within this, relative to 1: the settings of [1] end at 1e-30, where rounding is far below it. */
const lossAgrees = 1e-8;

/**
 * Critical points of a linear autoencoder, found by Newton-MR and compared with all that there are.
 *
 * Gradient descent leaves a trajectory; starts are drawn from it uniformly in height; each is a search with the settings of [1]
 * (which are Newton-MR's defaults here). Every end point is matched with its analytic class in loss and Morse index.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const dlae: Experiment = experiment({
  name: "dlae",
  summary: "a deep linear autoencoder, whose critical points are all known: Newton-MR finds them from 20 starts",
  options: z.object({
    searches: z.number().int().positive().default(20).describe("starts drawn from the trajectory"),
    iterations: z.number().int().positive().default(500).describe("Newton steps of a search at most"),
    noise: z.number().min(0).default(0).describe("variance of the Gaussian added to each start"),
    inputs: z.number().int().positive().default(16).describe("numbers a sample"),
    hidden: z.number().int().positive().default(4).describe("width of the hidden layer"),
    samples: z.number().int().positive().default(10_000).describe("Gaussian samples with variances 1 to inputs"),
    trajectorySteps: z.number().int().positive().default(2000).describe("gradient steps"),
    stepSize: z.number().positive().default(0.05).describe("of the gradient steps"),
  }),
  run(options, context) {
    const { searches, iterations, noise, inputs, hidden, samples, trajectorySteps, stepSize } = options;
    const { seed } = context;
    const problem = deepLinearAutoencoder({ inputs, hidden, samples, seed });
    const ends: End[] = [];
    const start = problem.initialPoint(seed);
    const update = method(untilStep(trajectorySteps), gradientStep(stepSize));
    return concat(
      withTrajectory(context, problem, { start, update }, (trajectory) => {
        const starts = uniformHeight(trajectory, { count: searches, seed, variance: noise });
        return context.campaign(searches, (i) => {
          const { point, step, value } = starts[i]!;
          return criticalPointSearch(context, problem, point, {
            name: searchName(i, searches),
            iterations,
            description: { start: { step, value } },
            compare: (last, judgement) => compare(problem, last, judgement, ends),
          });
        });
      }),
      atTheEnd(context, () => tell(context, ends, searches)),
    );
  },
});

interface End {
  readonly squaredNorm: number;
  readonly critical: boolean;
  readonly matches: boolean;
}

/** The class of critical points that an end point belongs to; only critical end points belong to one. */
function compare(
  problem: DeepLinearAutoencoder,
  last: Row,
  { verdict }: Judgement,
  ends: End[],
): NonNullable<Finding["numbers"]> {
  const critical = verdict === "critical point";
  const end = { squaredNorm: last.squaredNorm, critical };
  if (!critical || last.point === undefined) {
    ends.push({ ...end, matches: false });
    return {};
  }
  const { class: nearest, lossDifference } = problem.match(last.point);
  const sameIndex = nearest.morseIndex === last.columns.morseIndex;
  ends.push({ ...end, matches: sameIndex && Math.abs(lossDifference) <= lossAgrees });
  return {
    class: `{${nearest.directions.map((i) => i + 1).join(",")}}`,
    "loss - class": lossDifference,
    "class index": nearest.morseIndex,
  };
}

function tell(context: ExperimentContext, ends: readonly End[], searches: number): void {
  const critical = ends.filter((end) => end.critical);
  const far = critical.filter(({ squaredNorm }) => squaredNorm < 1e-20);
  const matching = critical.filter(({ matches }) => matches);
  context.conclude(
    `${critical.length} of ${searches} searches reached a critical point (|grad|^2 <= 1e-10), ${far.length} of them below 1e-20; ` +
      `${matching.length} match an analytic class in loss (within ${lossAgrees}) and in Morse index`,
  );
}
