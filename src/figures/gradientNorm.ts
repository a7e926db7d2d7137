import * as Plot from "@observablehq/plot";
import { described, type Figure, missing, type RecordedRun } from "./figure.ts";
import { logAxis } from "./logAxis.ts";
import { outcomeColors, type Panel, page } from "./page.ts";
import { coursesOf, methodOf, outcomeOf, thinned } from "./runs.ts";

interface Point {
  readonly run: string;
  readonly step: number;
  readonly squaredFieldNorm: number;
  readonly outcome: string;
}

/** Largest number of points of a line. */
const pointsOfLine = 90;
/** Smallest value drawn, as a share of the largest or of 1 if that is larger; 0 and values below it are drawn there. */
const lowestShare = 1e-32;
/** Largest number of searches drawn per method and outcome; more lines would hide each other. */
const linesOfOutcome = 25;

const about = {
  name: "gradient-norm",
  summary: "squared gradient norm per iteration, coloured by where the search ended; one panel per method",
  from: "dlae-methods, dlae-tolerance or any other searches",
};

/** Draws how ||grad||^2 falls along searches, one panel per method. */
export const gradientNorm: Figure = {
  ...about,
  async draw(source) {
    const byMethod = new Map<string, Point[][]>();
    const criteria = new Set<number | undefined>();
    let top = 0;
    for (const run of source.runs) {
      const { points, last } = await coursesOf(run, ({ step, squaredFieldNorm }) => ({ step, squaredFieldNorm }));
      if (last === undefined || last.status === "running" || last.columns.morseIndex === undefined) continue;
      const outcome = outcomeOf(last);
      criteria.add(criterionOf(run));
      const line = thinned(points, pointsOfLine)
        .filter(({ squaredFieldNorm }) => Number.isFinite(squaredFieldNorm))
        .map((point) => ({ run: run.name, ...point, outcome }));
      for (const { squaredFieldNorm } of line) top = Math.max(top, squaredFieldNorm);
      const lines = byMethod.get(methodOf(run)) ?? [];
      lines.push(line);
      byMethod.set(methodOf(run), lines);
    }
    if (byMethod.size === 0) throw missing(about, source, "searches that ended");
    // Where no threshold in the units of the loss is drawn, the axis fits the numbers in whatever units they are.
    const [criterion] = criteria.size === 1 ? criteria : [undefined];
    if (criterion !== undefined) top = Math.max(1, top);
    const lowest = lowestShare * Math.min(1, top > 0 ? top : 1);
    const outcomes = new Set<string>();
    const panels = [...byMethod].map(([method, lines]): Panel => {
      const counts = new Map<string, number>();
      const drawn = lines.filter((line) => {
        const outcome = line[0]?.outcome ?? "";
        const count = (counts.get(outcome) ?? 0) + 1;
        counts.set(outcome, count);
        outcomes.add(outcome);
        return count <= linesOfOutcome;
      });
      // Searches that end at a critical point come last, so that they are on top.
      drawn.sort((a, b) => rank(a[0]?.outcome) - rank(b[0]?.outcome));
      const points = drawn.flat().map((point) => ({
        ...point,
        squaredFieldNorm: Math.max(lowest, point.squaredFieldNorm),
      }));
      return {
        title: byMethod.size === 1 ? `${lines.length} searches` : `${method}, ${lines.length} searches`,
        width: byMethod.size === 1 ? 560 : 330,
        height: 260,
        plot: {
          x: { label: "iteration", nice: true },
          y: logAxis(
            "squared gradient norm",
            lowest,
            points.reduce(
              (most, { squaredFieldNorm }) => Math.max(most, squaredFieldNorm),
              criterion === undefined ? lowest : 1,
            ),
            8,
          ),
          marginLeft: 48,
          marks: [
            Plot.ruleY(criterion === undefined ? [] : [criterion], { stroke: "#c0392b", strokeDasharray: "4,3" }),
            Plot.line(points, {
              x: "step",
              y: "squaredFieldNorm",
              z: "run",
              stroke: ({ outcome }: Point) => outcomeColors[outcome] ?? "black",
              strokeOpacity: 0.55,
              strokeWidth: 1,
            }),
          ],
        },
      };
    });
    return page({
      title: "Squared gradient norm along the searches",
      legend: [...outcomes].map((label) => ({ label, color: outcomeColors[label] ?? "black", shape: "line" as const })),
      panels,
      caption: [
        `${criterion === undefined ? "Critical points are those whose relative gradient is at most 1e-6." : `Dashed: ${criterion}, below which a point counts as critical.`}${[...byMethod.values()].some((lines) => lines.length > linesOfOutcome) ? ` At most ${linesOfOutcome} searches of a method and outcome are drawn.` : ""}`,
      ],
    });
  },
};

/** Largest ||grad||^2 of a critical point, if the search judged by that; runs without thresholds are older and did. */
function criterionOf(run: RecordedRun): number | undefined {
  if (described(run, "thresholds") === undefined) return 1e-10;
  const given = described(run, "thresholds", "squaredFieldNorm");
  return typeof given === "number" ? given : undefined;
}

const rank = (outcome: string | undefined): number => (outcome === "critical point" ? 1 : 0);
