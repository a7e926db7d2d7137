import { concat } from "rxjs";
import { z } from "zod";
import { type Experiment, type ExperimentContext, experiment } from "../framework/definition.ts";
import { agreeMeaning, agreeText } from "../protocols/agreement.ts";
import {
  classOf,
  comparison,
  type DlaeEnd,
  describeStart,
  disagreement,
  dlaeShape,
  endOf,
  halfNoisy,
  onTrajectories,
} from "../protocols/dlaeProtocol.ts";
import { protocolSizes } from "../protocols/protocolSizes.ts";
import { criticalPointSearch } from "../protocols/search.ts";
import { fractionText, median } from "../protocols/statistics.ts";
import { criterionText, searchOptions, thresholdField, thresholdsOf } from "../protocols/thresholds.ts";
import { atTheEnd, searchName } from "../protocols/trajectory.ts";
import { summaries } from "./summaries.ts";

const sizes = protocolSizes({
  searches: { quick: 30, full: 100, meaning: "number of starts for Newton-MR" },
  iterations: { quick: 500, full: 500, meaning: "largest number of Newton steps of a search" },
  trajectories: { quick: 2, full: 5, meaning: "number of trajectories from which starts are drawn" },
  trajectorySteps: { quick: 10_000, full: 10_000, meaning: "gradient steps of a trajectory" },
});

/** Cutoffs on ||grad||^2. */
const cutoffs = [1e-4, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10] as const;

/**
 * Shows what a search finds if it stops too early: Morse index and loss at the first iterate below each cutoff on
 * ||grad||^2 are compared with those of the critical point that the same search reaches in the end.
 *
 * The starts are those of `dlae-methods`. A search that jumps from above a cutoff to below 1e-10 is not counted at that
 * cutoff, since it would not have stopped too early.
 *
 * @see [1] Frye et al., "Numerically recovering the critical points of a deep linear autoencoder", 2019,
 *   arXiv:1901.10603
 */
export const dlaeToleranceExperiment: Experiment = experiment({
  name: "dlae-tolerance",
  summary: summaries["dlae-tolerance"],
  options: z.object({
    ...sizes.shape,
    noise: z.number().positive().default(1e-2).describe("variance of the Gaussian added to half of the starts"),
    thresholds: thresholdField("thesis"),
    ...dlaeShape,
  }),
  run(options, context) {
    const thresholds = thresholdsOf(options.thresholds ?? "thesis");
    const chosen = { ...options, ...sizes.of(options) };
    const { searches, iterations, noise, returnedIterate } = chosen;
    const ends: DlaeEnd[] = [];
    return concat(
      onTrajectories(context, chosen, (problem, trajectories) => {
        const starts = halfNoisy(trajectories, { seed: context.seed, count: searches, variance: noise });
        return context.campaign(searches, (i) => {
          const start = starts[i]!;
          return criticalPointSearch(context, problem, start.point, {
            name: searchName(i, searches),
            iterations,
            ...searchOptions(thresholds),
            newton: { direction: { returnedIterate } },
            indexAt: cutoffs,
            description: { method: "newton-mr", start: describeStart(start) },
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

/** Errors of the searches if they had stopped at a cutoff. */
interface ToleranceRow {
  readonly cutoff: number;
  readonly evaluated: number;
  readonly wrongIndices: number;
  readonly largestIndexError: number;
  readonly medianLossError: number;
  readonly largestLossError: number;
  /** How many of the searches judge alike in all repetitions; empty without them. */
  readonly agree: string;
}

/** Errors of one search if it had stopped at a cutoff. */
interface EarlyStop {
  readonly index: number;
  readonly loss: number;
}

/**
 * Judges a search that ends below 1e-10 by its first iterate at or below the cutoff, unless that iterate is below 1e-10
 * already.
 */
function earlyStop(end: DlaeEnd, cutoff: number): EarlyStop | undefined {
  const crossing = end.course.crossings.get(cutoff);
  if (!end.critical || end.classIndex === undefined || crossing?.morseIndex === undefined) return undefined;
  if (crossing.squaredFieldNorm <= 1e-10 && cutoff > 1e-10) return undefined;
  const limit = end.value - (end.lossDifference ?? 0);
  return { index: Math.abs(crossing.morseIndex - end.classIndex), loss: Math.abs(crossing.value - limit) };
}

function toleranceTable(ends: readonly DlaeEnd[], wanted: readonly number[]): ToleranceRow[] {
  return wanted.map((cutoff) => {
    const early = ends.flatMap((end) => earlyStop(end, cutoff) ?? []);
    const losses = early.map(({ loss }) => loss);
    return {
      cutoff,
      evaluated: early.length,
      wrongIndices: early.filter(({ index }) => index > 0).length,
      largestIndexError: early.reduce((most, { index }) => Math.max(most, index), 0),
      medianLossError: median(losses),
      largestLossError: losses.reduce((most, loss) => Math.max(most, loss), 0),
      agree: agreeText(
        ends.filter((end) => earlyStop(end, cutoff) !== undefined),
        (end) => {
          const stop = earlyStop(end, cutoff);
          return stop === undefined ? undefined : stop.index > 0;
        },
      ),
    };
  });
}

function tell(context: ExperimentContext, ends: readonly DlaeEnd[], criterion: string): void {
  const critical = ends.filter((end) => end.critical);
  context.conclude(
    `ended at ${criterion}: ${fractionText(critical.length, ends.length)}${agreeText(ends, (end) => end.critical)}; ` +
      "at their first iterate at or below",
  );
  for (const row of toleranceTable(ends, cutoffs)) {
    const { cutoff, evaluated, wrongIndices, largestIndexError, medianLossError, largestLossError, agree } = row;
    if (evaluated === 0) {
      context.conclude(`  ${cutoff.toExponential(0)}: no iterate above 1e-10`);
      continue;
    }
    context.conclude(
      `  ${cutoff.toExponential(0)}: wrong index in ${fractionText(wrongIndices, evaluated)}, by up to ${largestIndexError}; ` +
        `loss off by ${medianLossError.toExponential(1)} in the median, by up to ${largestLossError.toExponential(1)}${agree}`,
    );
  }
  const { indices, loss } = disagreement(ends);
  context.conclude(
    `at the end of these searches: ${indices} wrong indices, losses right to ${loss.toExponential(1)}` +
      agreeText(ends, classOf),
  );
  for (const line of agreeMeaning(ends)) context.conclude(line);
}
