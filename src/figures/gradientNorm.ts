import * as Plot from "@observablehq/plot";
import { type Figure, missing } from "./figure.ts";
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
/** Smallest value drawn; 0 and values below it are drawn there. */
const lowest = 1e-32;
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
    for (const run of source.runs) {
      const { points, last } = await coursesOf(run, ({ step, squaredFieldNorm }) => ({ step, squaredFieldNorm }));
      if (last === undefined || last.status === "running" || last.columns.morseIndex === undefined) continue;
      const outcome = outcomeOf(last);
      const line = thinned(points, pointsOfLine)
        .filter(({ squaredFieldNorm }) => Number.isFinite(squaredFieldNorm))
        .map(({ step, squaredFieldNorm }) => ({
          run: run.name,
          step,
          squaredFieldNorm: Math.max(lowest, squaredFieldNorm),
          outcome,
        }));
      const lines = byMethod.get(methodOf(run)) ?? [];
      lines.push(line);
      byMethod.set(methodOf(run), lines);
    }
    if (byMethod.size === 0) throw missing(about, source, "searches that ended");
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
      const points = drawn.flat();
      return {
        title: byMethod.size === 1 ? `${lines.length} searches` : `${method}, ${lines.length} searches`,
        width: byMethod.size === 1 ? 560 : 330,
        height: 260,
        plot: {
          x: { label: "iteration", nice: true },
          y: logAxis(
            "squared gradient norm",
            lowest,
            Math.max(
              1,
              points.reduce((most, { squaredFieldNorm }) => Math.max(most, squaredFieldNorm), 0),
            ),
            8,
          ),
          marginLeft: 48,
          marks: [
            Plot.ruleY([1e-10], { stroke: "#c0392b", strokeDasharray: "4,3" }),
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
        `Dashed: 1e-10, below which a point counts as critical.${[...byMethod.values()].some((lines) => lines.length > linesOfOutcome) ? ` At most ${linesOfOutcome} searches of a method and outcome are drawn.` : ""}`,
      ],
    });
  },
};

const rank = (outcome: string | undefined): number => (outcome === "critical point" ? 1 : 0);
