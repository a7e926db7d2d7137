import { concat } from "rxjs";
import { z } from "zod";
import { hypotenuse } from "../../linalg/vector.ts";
import { quartic } from "../../problems/quartic.ts";
import { type Experiment, type ExperimentContext, experiment } from "../framework/definition.ts";
import { agreeMeaning, agreeText, type Repeated } from "../protocols/agreement.ts";
import { criticalPointSearch, type SearchEnd } from "../protocols/search.ts";
import { fractionText } from "../protocols/statistics.ts";
import { atTheEnd } from "../protocols/trajectory.ts";
import { summaries } from "./summaries.ts";

/** Settings with which [1] ran Newton-MR on the quartic. */
const newton = {
  direction: { maxIterations: 2, relativeTolerance: 1e-10, maxNorm: 1e2 },
  search: { stepSize: 1, shrink: 0.9, sufficientDecrease: 0.1, pureStep: 0.1 },
} as const;

/**
 * Runs Newton-MR on a quartic with a critical point, (-3, 0), and a gradient-flat point, (sqrt 2, 0), that catches it.
 *
 * @see [1] Frye, "Finding critical and gradient-flat points of deep neural network loss functions", dissertation,
 *   University of California, Berkeley, 2020
 */
export const quarticExperiment: Experiment = experiment({
  name: "quartic",
  summary: summaries.quartic,
  options: z.object({
    start: z.array(z.number()).length(2).default([2.5, 0.5]).describe("start x,y of the search"),
    grid: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(0)
      .describe("number k of a grid of k x k starts on [-4, 4]^2, which replaces the one start"),
    iterations: z.number().int().positive().default(50).describe("largest number of Newton steps of a search"),
  }),
  run({ start, grid, iterations }, context) {
    const problem = quartic();
    const starts = grid === 0 ? [start] : gridOf(grid);
    const digits = String(starts.length).length;
    const ends: End[] = [];
    const searches = context.campaign(starts.length, (i) => {
      const from = starts[i]!;
      const name = starts.length === 1 ? "search" : `search-${String(i + 1).padStart(digits, "0")}`;
      return criticalPointSearch(context, problem, from, {
        name,
        iterations,
        newton,
        description: { start: [...from] },
        compare(last, judgement, course, repetitions) {
          const end = endOf({ last, judgement, course }, repetitions);
          ends.push(end);
          return { x: end.x, y: end.y };
        },
      });
    });
    return concat(
      searches,
      atTheEnd(context, () => tell(context, ends)),
    );
  },
});

interface End extends Repeated<End> {
  readonly x: number;
  readonly y: number;
  readonly everFlat: boolean;
}

function endOf({ last, course }: SearchEnd, repetitions: readonly SearchEnd[] = []): End {
  const [x = Number.NaN, y = Number.NaN] = last.point ?? [];
  return { x, y, everFlat: course.flatRows > 0, repetitions: repetitions.map((end) => endOf(end)) };
}

function tell(context: ExperimentContext, ends: readonly End[]): void {
  // The finding of a single search needs no conclusion.
  if (ends.length < 2) return;
  const isNear = (end: End, x: number): boolean => hypotenuse(end.x - x, end.y) < 0.1;
  const near = (x: number): readonly End[] => ends.filter((end) => isNear(end, x));
  const caught = near(Math.SQRT2);
  context.conclude(
    `${fractionText(near(-3).length, ends.length)} ended within 0.1 of the critical point (-3, 0), ` +
      `${fractionText(caught.length, ends.length)} within 0.1 of the gradient-flat point (sqrt 2, 0); of the latter, ` +
      `${caught.filter(({ everFlat }) => everFlat).length} had r > 0.9 and r_H < 5e-4 at some step` +
      agreeText(ends, (end) => (isNear(end, -3) ? "critical" : isNear(end, Math.SQRT2) ? "flat" : "neither")),
  );
  for (const line of agreeMeaning(ends)) context.conclude(line);
}

/** Makes a grid of k x k points on [-4, 4]^2, corners included; for k = 1 the centre. */
function gridOf(k: number): number[][] {
  const at = (i: number): number => (k === 1 ? 0 : -4 + (8 * i) / (k - 1));
  return Array.from({ length: k * k }, (_, i) => [at(i % k), at(Math.floor(i / k))]);
}
