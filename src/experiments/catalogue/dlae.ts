import { concat } from "rxjs";
import { z } from "zod";
import { type Experiment, type ExperimentContext, experiment } from "../framework/definition.ts";
import { agreeMeaning, agreeText } from "../protocols/agreement.ts";
import {
  classOf,
  comparison,
  type DlaeEnd,
  describeStart,
  dlaeShape,
  endOf,
  lossAgrees,
  onTrajectories,
  startsFrom,
} from "../protocols/dlaeProtocol.ts";
import { largestSize } from "../protocols/protocolSizes.ts";
import { criticalPointSearch } from "../protocols/search.ts";
import { criterionText, searchOptions, thresholdField, thresholdsOf } from "../protocols/thresholds.ts";
import { atTheEnd, searchName } from "../protocols/trajectory.ts";
import { summaries } from "./summaries.ts";

/**
 * Searches for critical points of a deep linear autoencoder by Newton-MR, and compares them with the known ones.
 *
 * Gradient descent makes a trajectory, and starts are drawn from it uniformly in height. From each start a search runs
 * with the settings of [1], which are Newton-MR's defaults here. Every end point is matched with its analytic class by
 * loss and Morse index.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const dlaeExperiment: Experiment = experiment({
  name: "dlae",
  summary: summaries.dlae,
  options: z.object({
    searches: z
      .number()
      .int()
      .positive()
      .max(largestSize)
      .default(20)
      .describe("number of starts drawn from the trajectory"),
    iterations: z.number().int().positive().default(500).describe("largest number of Newton steps of a search"),
    noise: z.number().min(0).default(0).describe("variance of the Gaussian noise added to each start"),
    trajectorySteps: z.number().int().positive().default(10_000).describe("gradient steps of the trajectory"),
    thresholds: thresholdField("relative"),
    ...dlaeShape,
  }),
  run(options, context) {
    const thresholds = thresholdsOf(options.thresholds ?? "relative");
    const { searches, iterations, noise: variance, returnedIterate } = options;
    const ends: DlaeEnd[] = [];
    return concat(
      onTrajectories(context, { ...options, trajectories: 1 }, (problem, trajectories) => {
        const startOf = startsFrom(trajectories, { seed: context.seed, scheme: "height", variance });
        return context.campaign(searches, (i) => {
          const start = startOf(i);
          return criticalPointSearch(context, problem, start.point, {
            name: searchName(i, searches),
            iterations,
            ...searchOptions(thresholds),
            newton: { direction: { returnedIterate } },
            description: { start: describeStart(start) },
            compare(last, judgement, course, repetitions) {
              const end = endOf(problem, start, { last, judgement, course }, repetitions);
              ends.push(end);
              return comparison(end);
            },
          });
        });
      }),
      atTheEnd(context, () => tell(context, ends, criterionText(thresholds))),
    );
  },
});

function tell(context: ExperimentContext, ends: readonly DlaeEnd[], criterion: string): void {
  const critical = ends.filter((end) => end.critical);
  const far = critical.filter(({ squaredFieldNorm }) => squaredFieldNorm < 1e-20);
  const matching = critical.filter(
    ({ morseIndex, classIndex, lossDifference }) =>
      morseIndex === classIndex && Math.abs(lossDifference ?? Number.NaN) <= lossAgrees,
  );
  context.conclude(
    `${critical.length} of ${ends.length} searches reached a critical point (${criterion}), ` +
      `${far.length} of them with |grad|^2 below 1e-20; ` +
      `${matching.length} match an analytic class in loss (within ${lossAgrees}) and in Morse index` +
      agreeText(ends, classOf),
  );
  for (const line of agreeMeaning(ends)) context.conclude(line);
}
