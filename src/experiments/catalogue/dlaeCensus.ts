import { concat } from "rxjs";
import { z } from "zod";
import { type Experiment, type ExperimentContext, experiment } from "../framework/definition.ts";
import { comparison, describeStart, dlaeShape, endOf, onTrajectories, startsFrom } from "../protocols/dlaeProtocol.ts";
import { largestSize } from "../protocols/protocolSizes.ts";
import { criticalPointSearch } from "../protocols/search.ts";
import { fractionText } from "../protocols/statistics.ts";
import { searchOptions, thresholdField, thresholdsOf } from "../protocols/thresholds.ts";
import { atTheEnd, searchName } from "../protocols/trajectory.ts";
import { samplingCells } from "./dlaeSampling.ts";
import { summaries } from "./summaries.ts";

/** Names of the samplers: a scheme, and the variance of the noise. Search i belongs to sampler i modulo their number. */
export const samplerNames: readonly string[] = samplingCells.map(({ scheme, variance }) => `${scheme} ${variance}`);

/**
 * Counts the classes of critical points that Newton-MR finds on a deep linear autoencoder, where all of them are known,
 * by how the starts are drawn: the schemes and variances of [1], in turns.
 *
 * Search i is a function of i, the options and the seed, and nothing is kept of a search but its end. So the experiment
 * suits `fluxion campaign`, with any number of searches.
 *
 * @see [1] Frye et al., "Numerically recovering the critical points of a deep linear autoencoder", 2019,
 *   arXiv:1901.10603
 */
export const dlaeCensusExperiment: Experiment = experiment({
  name: "dlae-census",
  summary: summaries["dlae-census"],
  options: z.object({
    searches: z.number().int().positive().max(largestSize).default(60).describe("number of searches"),
    iterations: z.number().int().positive().default(500).describe("largest number of Newton steps of a search"),
    trajectories: z.number().int().positive().default(3).describe("number of trajectories from which starts are drawn"),
    trajectorySteps: z.number().int().positive().default(10_000).describe("gradient steps of a trajectory"),
    thresholds: thresholdField("relative"),
    ...dlaeShape,
  }),
  run(options, context) {
    const thresholds = thresholdsOf(options.thresholds ?? "relative");
    const { searches, iterations, returnedIterate } = options;
    const found = samplerNames.map(() => ({ searches: 0, critical: 0, classes: new Set<string>() }));
    let classes = 0;
    return concat(
      onTrajectories(context, options, (problem, trajectories) => {
        classes = problem.criticalPoints().count;
        const samplers = samplingCells.map(({ scheme, variance }) =>
          startsFrom(trajectories, { seed: context.seed, scheme, variance }),
        );
        return context.campaign(searches, (i) => {
          const cell = i % samplers.length;
          const start = samplers[cell]!(Math.floor(i / samplers.length));
          const own = found[cell]!;
          return criticalPointSearch(context, problem, start.point, {
            name: searchName(i, searches),
            iterations,
            ...searchOptions(thresholds),
            newton: { direction: { returnedIterate } },
            description: { start: describeStart(start) },
            compare(last, judgement, course) {
              const end = endOf(problem, start, { last, judgement, course });
              own.searches++;
              if (end.critical) own.critical++;
              if (end.directions !== undefined) own.classes.add(end.directions.join());
              return { sampler: samplerNames[cell]!, trajectory: start.trajectory, ...comparison(end) };
            },
          });
        });
      }),
      atTheEnd(context, () => tell(context, found, classes)),
    );
  },
});

interface Found {
  readonly searches: number;
  readonly critical: number;
  readonly classes: ReadonlySet<string>;
}

function tell(context: ExperimentContext, found: readonly Found[], classes: number): void {
  const all = new Set(found.flatMap((own) => [...own.classes]));
  context.conclude(`${all.size} of ${classes} classes of critical points were found`);
  for (const [cell, own] of found.entries()) {
    if (own.searches === 0) continue;
    context.conclude(
      `  ${samplerNames[cell]}: ${own.classes.size} classes in ${own.searches} searches; ` +
        `critical ${fractionText(own.critical, own.searches)}`,
    );
  }
}
