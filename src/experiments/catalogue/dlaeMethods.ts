import { concat } from "rxjs";
import { z } from "zod";
import { dampedNewton } from "../../operators/newton/dampedNewton.ts";
import { minimizeGradientNorm } from "../../operators/newton/minimizeGradientNorm.ts";
import { newtonMR } from "../../operators/newton/newtonMR.ts";
import { chain } from "../../streams/chain.ts";
import type { Update } from "../../streams/types.ts";
import { type Experiment, type ExperimentContext, experiment } from "../framework/definition.ts";
import {
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
import { fractionText, mannWhitney, median } from "../protocols/statistics.ts";
import { atTheEnd, searchName } from "../protocols/trajectory.ts";

const sizes = protocolSizes({
  searches: { quick: 20, full: 100, meaning: "starts of Newton-MR and damped Newton" },
  gradientSearches: { quick: 4, full: 60, meaning: "of these, starts of gradient-norm minimisation" },
  iterations: { quick: 500, full: 500, meaning: "Newton steps of a search at most" },
  gradientIterations: { quick: 5000, full: 25_000, meaning: "steps of gradient-norm minimisation at most" },
  trajectories: { quick: 2, full: 5, meaning: "trajectories from which starts are drawn" },
  trajectorySteps: { quick: 10_000, full: 10_000, meaning: "gradient steps of a trajectory" },
});

interface Finder {
  readonly name: string;
  readonly update: Update;
  readonly searches: number;
  readonly iterations: number;
  /** Every how many steps the file keeps a point. */
  readonly points: "all" | number;
  readonly published: string;
}

const cutoff = 1e-10;

/**
 * Newton-MR, damped Newton and gradient-norm minimisation on a deep linear autoencoder, from the same starts.
 *
 * The protocol of [1]: half of the starts as drawn uniformly in height, half with Gaussian noise of variance 1e-2; success is
 * ||grad||^2 < 1e-10. Says of each method in how many searches it succeeded, how many of these have another Morse index than their
 * analytic class and how far their losses are, and when the cutoff was crossed, with Mann and Whitney's test between methods.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const dlaeMethodsExperiment: Experiment = experiment({
  name: "dlae-methods",
  summary: "three finders of critical points compared on a deep linear autoencoder, where all of them are known",
  options: z.object({
    ...sizes.shape,
    noise: z.number().positive().default(1e-2).describe("variance of the Gaussian added to half of the starts"),
    dampedStep: z.number().positive().default(1).describe("step size of damped Newton ([1]: 0.1 or 1)"),
    ...dlaeShape,
  }),
  run(options, context) {
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
            finder: finder.update,
            points: finder.points,
            description: { method: finder.name, start: describeStart(start) },
            compare(last, _, course) {
              const end = endOf(problem, last, start, course);
              ends[f]!.push(end);
              return { ...comparison(end), "first below": course.crossings.get(cutoff)?.step };
            },
          });
        });
      }),
      atTheEnd(context, () => tell(context, finders, ends)),
    );
  },
});

function findersOf(sizes: {
  readonly searches: number;
  readonly gradientSearches: number;
  readonly iterations: number;
  readonly gradientIterations: number;
  readonly dampedStep: number;
}): readonly Finder[] {
  const { searches, gradientSearches, iterations, gradientIterations, dampedStep } = sizes;
  const newton = { searches, iterations, points: "all" } as const;
  return [
    { name: "newton-mr", update: chain(newtonMR()), ...newton, published: "80 % of 100" },
    {
      name: "damped-newton",
      update: chain(dampedNewton({ stepSize: dampedStep })),
      ...newton,
      published: "45 % of 100",
    },
    {
      name: "gradient-norm",
      update: minimizeGradientNorm(),
      searches: gradientSearches,
      iterations: gradientIterations,
      points: 100,
      published: "35 % of 60",
    },
  ];
}

function tell(context: ExperimentContext, finders: readonly Finder[], ends: readonly (readonly DlaeEnd[])[]): void {
  const firsts = ends.map((own) => own.flatMap(({ course }) => course.crossings.get(cutoff)?.step ?? []));
  for (const [f, { name, published }] of finders.entries()) {
    const own = ends[f]!;
    const successes = own.filter(({ critical }) => critical);
    const { indices, loss } = disagreement(own);
    const seconds = own.reduce((sum, end) => sum + end.seconds, 0);
    context.conclude(
      `${name}: |grad|^2 below ${cutoff} in ${fractionText(successes.length, own.length)}, published ${published}; among these ` +
        `${indices} with another Morse index than their class, losses within ${loss.toExponential(1)} of it; ` +
        `${new Set(successes.map(({ directions }) => directions?.join())).size} different classes`,
    );
    if (successes.length === 0) continue;
    const products = median(successes.map((end) => end.products));
    context.conclude(
      `  crossed at step ${median(firsts[f]!)} in the median (${Math.min(...firsts[f]!)} to ${Math.max(...firsts[f]!)}); ` +
        `${products} Hessian-vector products to the end in the median; ${(seconds / successes.length).toFixed(2)} s of all searches a success`,
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
      `  steps to the cutoff, ${finders[a]!.name} and ${finders[b]!.name}: p = ${p.toPrecision(2)} (Mann-Whitney U)`,
    );
  }
}
