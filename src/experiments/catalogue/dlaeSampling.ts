import { concat } from "rxjs";
import { z } from "zod";
import { log2 } from "../../elementary/index.ts";
import { randomSource } from "../../random.ts";
import { type Experiment, type ExperimentContext, experiment } from "../framework/definition.ts";
import { agreeMeaning, agreeText } from "../protocols/agreement.ts";
import {
  classOf,
  comparison,
  type DlaeEnd,
  describeStart,
  dlaeShape,
  drawStarts,
  endOf,
  onTrajectories,
  type Scheme,
} from "../protocols/dlaeProtocol.ts";
import { marginals, publishedMarginals } from "../protocols/marginals.ts";
import { protocolSizes } from "../protocols/protocolSizes.ts";
import { criticalPointSearch } from "../protocols/search.ts";
import { bootstrap, entropy, estimateText, fractionText } from "../protocols/statistics.ts";
import { chosenThresholds, searchOptions, thresholdField } from "../protocols/thresholds.ts";
import { atTheEnd, searchName } from "../protocols/trajectory.ts";
import { summaries } from "./summaries.ts";

const sizes = protocolSizes({
  searches: { quick: 10, full: 50, meaning: "number of starts from each trajectory, for each scheme and variance" },
  iterations: { quick: 500, full: 500, meaning: "largest number of Newton steps of a search" },
  trajectories: { quick: 2, full: 3, meaning: "number of trajectories from which starts are drawn" },
  trajectorySteps: { quick: 10_000, full: 10_000, meaning: "gradient steps of a trajectory" },
});

/** Schemes and variances, with the entropies in bits that the figures of [1] show (read off to within 0.02). */
export const samplingCells: readonly {
  readonly scheme: Scheme;
  readonly variance: number;
  readonly published: number;
}[] = [
  { scheme: "height", variance: 0, published: 3.07 },
  { scheme: "height", variance: 1e-4, published: 3.1 },
  { scheme: "height", variance: 1e-2, published: 3.38 },
  { scheme: "height", variance: 1e-1, published: 2.96 },
  { scheme: "iteration", variance: 0, published: 2.22 },
  { scheme: "iteration", variance: 1e-2, published: 2.51 },
];

/**
 * Shows that the critical points that are found depend on how starts are drawn: uniformly in height or over iterations,
 * with and without noise.
 *
 * Each critical end is assigned to the set of eigenvectors of the data that its map recovers (by the point itself, in
 * any basis). The experiment reports the entropy of how often each eigenvector was recovered, where the origin counts
 * as one more. It is at most log2(inputs + 1). Intervals are bootstraps with 100 resamples of the searches, as in [1].
 *
 * @see [1] Frye et al., "Numerically recovering the critical points of a deep linear autoencoder", 2019,
 *   arXiv:1901.10603
 */
export const dlaeSamplingExperiment: Experiment = experiment({
  name: "dlae-sampling",
  summary: summaries["dlae-sampling"],
  options: z.object({ ...sizes.shape, thresholds: thresholdField("relative, full: thesis"), ...dlaeShape }),
  run(options, context) {
    const thresholds = chosenThresholds(options);
    const chosen = { ...options, ...sizes.of(options) };
    const { searches, iterations, returnedIterate } = chosen;
    const ends = samplingCells.map((): DlaeEnd[] => []);
    return concat(
      onTrajectories(context, chosen, (problem, trajectories) => {
        const all = samplingCells.flatMap(({ scheme, variance }, c) =>
          drawStarts(trajectories, { seed: context.seed, count: searches, scheme, variance }).map((start, i) => ({
            start,
            c,
            i,
          })),
        );
        return context.campaign(all.length, (number) => {
          const { start, c, i } = all[number]!;
          return criticalPointSearch(context, problem, start.point, {
            name: searchName(i, Math.max(2, searches * trajectories.length), `${start.scheme}-${start.variance}`),
            iterations,
            ...searchOptions(thresholds),
            newton: { direction: { returnedIterate } },
            description: { method: "newton-mr", start: describeStart(start) },
            compare(last, judgement, course, repetitions) {
              const end = endOf(problem, start, { last, judgement, course }, repetitions);
              ends[c]!.push(end);
              return comparison(end);
            },
          });
        });
      }),
      atTheEnd(context, () => tell(context, ends, chosen)),
    );
  },
});

function tell(
  context: ExperimentContext,
  ends: readonly (readonly DlaeEnd[])[],
  { inputs, hidden }: { readonly inputs: number; readonly hidden: number },
): void {
  context.conclude(
    `entropy in bits of which of the ${inputs} eigenvectors, or the origin, the critical points recover ` +
      `(at most ${log2(inputs + 1).toFixed(2)})`,
  );
  for (const [c, { scheme, variance, published }] of samplingCells.entries()) {
    const own = ends[c]!;
    const sets = own.flatMap(({ directions }) => (directions === undefined ? [] : [directions]));
    if (sets.length === 0) {
      context.conclude(`  ${scheme}, variance ${variance}: none of ${own.length} searches reached a critical point`);
      continue;
    }
    const random = randomSource(context.seed, "dlae-sampling", "bootstrap", c);
    const bits = bootstrap(sets, (sample) => entropy(marginals(sample, inputs)), random, 100);
    const top = sets.filter((set) => set.length === hidden && set.every((direction, at) => direction === at)).length;
    const origin = sets.filter((set) => set.length === 0).length;
    context.conclude(
      `  ${scheme}, variance ${variance}: ${estimateText(bits)}, published ${published}; ` +
        `critical ${fractionText(sets.length, own.length)}; ${origin} at the origin, ${top} at the global minimum` +
        agreeText(own, classOf),
    );
    const trajectories = [...new Set(own.map(({ start }) => start.trajectory))].sort((a, b) => a - b);
    const of = (counts: typeof marginals): string =>
      trajectories
        .map((trajectory) => {
          const ends = own.filter(({ start }) => start.trajectory === trajectory);
          const found = ends.flatMap(({ directions }) => (directions === undefined ? [] : [directions]));
          return found.length === 0 ? "none" : entropy(counts(found, inputs)).toFixed(2);
        })
        .join(", ");
    context.conclude(
      `    each trajectory alone, as the published figures show one: ${of(publishedMarginals)} by the published formula, ` +
        `which counts a set twice where none is the origin; ${of(marginals)} without that`,
    );
  }
  const pairs = ends[0]!.flatMap(({ directions }, i) => {
    const other = ends[1]![i]?.directions;
    return directions === undefined || other === undefined ? [] : [directions.join() === other.join()];
  });
  context.conclude(
    `with noise of variance ${samplingCells[1]!.variance} the search found the same critical point as without in ` +
      fractionText(pairs.filter((same) => same).length, pairs.length),
  );
  for (const line of agreeMeaning(ends.flat())) context.conclude(line);
}
