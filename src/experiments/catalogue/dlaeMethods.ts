import { concat } from "rxjs";
import { z } from "zod";
import { dampedNewton } from "../../operators/newton/dampedNewton.ts";
import { minimizeGradientNorm } from "../../operators/newton/minimizeGradientNorm.ts";
import { newtonMR } from "../../operators/newton/newtonMR.ts";
import { chain } from "../../streams/chain.ts";
import type { Update } from "../../streams/types.ts";
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
import { paperSolver, withPaperSolver } from "../protocols/paperSettings.ts";
import { protocolSizes } from "../protocols/protocolSizes.ts";
import { criticalPointSearch } from "../protocols/search.ts";
import { fractionText, mannWhitney, median } from "../protocols/statistics.ts";
import { chosenThresholds, criterionText, searchOptions, thresholdField } from "../protocols/thresholds.ts";
import { atTheEnd, searchName } from "../protocols/trajectory.ts";
import { summaries } from "./summaries.ts";

const sizes = protocolSizes({
  searches: { quick: 20, full: 100, meaning: "number of starts for Newton-MR and for damped Newton" },
  gradientSearches: { quick: 4, full: 60, meaning: "number of these starts for gradient-norm minimisation" },
  iterations: { quick: 500, full: 500, meaning: "largest number of Newton steps of a search" },
  gradientIterations: { quick: 5000, full: 25_000, meaning: "largest number of steps of gradient-norm minimisation" },
  trajectories: { quick: 2, full: 5, meaning: "number of trajectories from which starts are drawn" },
  trajectorySteps: { quick: 10_000, full: 10_000, meaning: "gradient steps of a trajectory" },
});

interface Finder {
  readonly name: string;
  readonly update: Update;
  readonly searches: number;
  readonly iterations: number;
  /** Points that the file keeps: all, or one every so many steps. */
  readonly points: "all" | number;
  readonly published: string;
}

const cutoff = 1e-10;

/**
 * Compares Newton-MR, damped Newton and gradient-norm minimisation on a deep linear autoencoder, from the same starts.
 *
 * The protocol is that of [1]: half of the starts are used as drawn uniformly in height, half have Gaussian noise of
 * variance 1e-2; a search succeeds if ||grad||^2 < 1e-10. For each method the experiment reports how many searches
 * succeeded, how many of these have a Morse index that differs from that of their analytic class, how far their losses
 * are from it, and at which step they crossed the cutoff, with Mann and Whitney's test between methods.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const dlaeMethodsExperiment: Experiment = experiment({
  name: "dlae-methods",
  summary: summaries["dlae-methods"],
  options: z.object({
    ...sizes.shape,
    noise: z.number().positive().default(1e-2).describe("variance of the Gaussian noise added to half of the starts"),
    dampedStep: z.number().positive().default(1).describe("step size of damped Newton (published: 0.1 or 1)"),
    thresholds: thresholdField("relative, full: thesis"),
    ...dlaeShape,
  }),
  run(options, context) {
    const thresholds = chosenThresholds(options);
    const chosen = { ...options, ...sizes.of(options) };
    const finders = findersOf(chosen);
    const ends = finders.map((): DlaeEnd[] => []);
    return concat(
      onTrajectories(context, chosen, (problem, trajectories) => {
        const starts = halfNoisy(trajectories, {
          seed: context.seed,
          count: Math.max(chosen.searches, chosen.gradientSearches),
          variance: chosen.noise,
        });
        const all = finders.flatMap((finder, f) =>
          Array.from({ length: finder.searches }, (_, i) => ({ finder, f, i })),
        );
        return context.campaign(all.length, (number) => {
          const { finder, f, i } = all[number]!;
          const start = starts[i]!;
          return criticalPointSearch(context, problem, start.point, {
            name: searchName(i, Math.max(2, finder.searches), finder.name),
            iterations: finder.iterations,
            ...searchOptions(thresholds),
            finder: finder.update,
            points: finder.points,
            description: { method: finder.name, start: describeStart(start) },
            compare(last, judgement, course, repetitions) {
              const end = endOf(problem, start, { last, judgement, course }, repetitions);
              ends[f]!.push(end);
              return { ...comparison(end), "first below": course.crossings.get(cutoff)?.step };
            },
          });
        });
      }),
      atTheEnd(context, () => tell(context, finders, ends, criterionText(thresholds))),
    );
  },
});

function findersOf(sizes: {
  readonly searches: number;
  readonly gradientSearches: number;
  readonly iterations: number;
  readonly gradientIterations: number;
  readonly dampedStep: number;
  readonly returnedIterate: "passed" | "last";
}): readonly Finder[] {
  const { searches, gradientSearches, iterations, gradientIterations, dampedStep, returnedIterate } = sizes;
  const newton = { searches, iterations, points: "all" } as const;
  return [
    {
      name: "newton-mr",
      update: chain(newtonMR(withPaperSolver({ direction: { returnedIterate } }))),
      ...newton,
      published: "80 % of 100",
    },
    {
      name: "damped-newton",
      update: chain(dampedNewton({ ...paperSolver, stepSize: dampedStep })),
      ...newton,
      published: "45 % of 100",
    },
    {
      name: "gradient-norm",
      update: minimizeGradientNorm({ direction: { scale: "none" } }),
      searches: gradientSearches,
      iterations: gradientIterations,
      points: 100,
      published: "35 % of 60",
    },
  ];
}

function tell(
  context: ExperimentContext,
  finders: readonly Finder[],
  ends: readonly (readonly DlaeEnd[])[],
  criterion: string,
): void {
  const firsts = ends.map((own) => own.flatMap(({ course }) => course.crossings.get(cutoff)?.step ?? []));
  for (const [f, { name, published }] of finders.entries()) {
    const own = ends[f]!;
    const successes = own.filter(({ critical }) => critical);
    const { indices, loss } = disagreement(own);
    const seconds = own.reduce((sum, end) => sum + end.seconds, 0);
    context.conclude(
      `${name}: ${criterion} in ${fractionText(successes.length, own.length)}, published ${published}` +
        `${agreeText(own, ({ critical }) => critical)}; ` +
        `${indices} of these have a Morse index that differs from their class, losses are within ` +
        `${loss.toExponential(1)} of it; ` +
        `${new Set(successes.map(classOf)).size} different classes${agreeText(own, classOf)}`,
    );
    if (successes.length === 0) continue;
    const products = median(successes.map((end) => end.products));
    context.conclude(
      `  median step of crossing ${median(firsts[f]!)} (${Math.min(...firsts[f]!)} to ${Math.max(...firsts[f]!)}); ` +
        `median of ${products} Hessian-vector products to the end; ` +
        `${(seconds / successes.length).toFixed(2)} s per success, failed searches included`,
    );
  }
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const p = mannWhitney(firsts[a]!, firsts[b]!);
    if (Number.isNaN(p)) continue;
    context.conclude(
      `  steps to the cutoff, ${finders[a]!.name} against ${finders[b]!.name}: p = ${p.toPrecision(2)} (Mann-Whitney U)`,
    );
  }
  for (const line of agreeMeaning(ends.flat())) context.conclude(line);
}
