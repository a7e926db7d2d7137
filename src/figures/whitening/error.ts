import * as Plot from "@observablehq/plot";
import type { ArmResult } from "../../experiments/protocols/comparison/compareArms.ts";
import { type Figure, missing } from "../figure.ts";
import { logAxis } from "../logAxis.ts";
import { faint, groupColors, ink, type Panel, page } from "../page.ts";
import { type Comparison, comparisonsOf, studyTitles, titleOf } from "./comparisons.ts";

const about = {
  name: "whitening-error",
  summary: "test error against the number of training rows, raw and whitened, with d and the rank marked",
  from: "whitening",
};

const drawn: readonly string[] = ["arms", "network-arms", "network-kinds"];

interface Point {
  readonly n: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
}

/** Draws the test error of each arm at the best-validation stop and at the end of training. */
export const whiteningError: Figure = {
  ...about,
  async draw(source) {
    const all = await comparisonsOf(source, (study) => drawn.includes(study));
    if (all.length === 0) throw missing(about, source, "runs of the studies arms or kinds that have ended");
    const arms = [...new Set(all.flatMap(({ results }) => results.map(({ arm }) => arm)))];
    const color = (arm: string): string => groupColors[arms.indexOf(arm) % groupColors.length]!;
    const rows = [...new Set(all.map(({ study }) => study))].map((study): readonly Panel[] => {
      const cells = all.filter((cell) => cell.study === study);
      return [panel(cells, "stop", arms, color), panel(cells, "end", arms, color)];
    });
    const refused = all.flatMap(({ study, n, results }) =>
      results.flatMap((result) =>
        result.refused === undefined
          ? []
          : [`Not shown: ${studyTitles[study]}, n = ${n}, ${titleOf(result.arm)}: ${result.refused}.`],
      ),
    );
    const draws = all.map((cell) => cell.draws);
    return page({
      title: "What whitening costs",
      legend: [
        ...arms.map((arm) => ({ label: titleOf(arm), color: color(arm), shape: "line" as const })),
        { label: "n = d; dashed: mean rank of the training rows", color: faint, shape: "line" as const },
      ],
      panels: rows,
      caption: [
        `Means over ${[...new Set(draws)].join(" or ")} draws, with 95 % intervals by Student's t.`,
        ...refused,
      ],
    });
  },
};

function panel(
  cells: readonly Comparison[],
  at: "stop" | "end",
  arms: readonly string[],
  color: (arm: string) => string,
): Panel {
  const [first, last] = [cells[0]!, cells.at(-1)!];
  const [low, high] = first.n === last.n ? [first.n / 2, first.n * 2] : [first.n, last.n];
  const pointsOf = (arm: string): Point[] =>
    cells.flatMap(({ n, results }) => {
      const own = results.find((result) => result.arm === arm);
      return own === undefined || own.refused !== undefined ? [] : [pointOf(n, own, at)];
    });
  const { d, study } = first;
  const numbers = cells.map(({ n }) => n);
  const ranks = cells.flatMap(({ n, rank }) => (rank !== undefined && n >= d ? [rank] : []));
  const marked = [...(ranks.length === 0 ? [] : [{ x: ranks[0]!, dashed: true }]), { x: d, dashed: false }].filter(
    ({ x }) => x >= low && x <= high,
  );
  return {
    title: `${studyTitles[study]}, ${at === "stop" ? "at the best-validation stop" : "at the end of training"}`,
    width: 400,
    height: 280,
    plot: {
      x: { ...logAxis("training rows n", low, high), axis: null, grid: false },
      y: { label: "test error", grid: true, zero: true },
      marks: [
        // With a function for the words of ticks, a logarithmic axis would leave out those of 61 and 610.
        Plot.gridX(numbers),
        Plot.axisX(numbers, { text: numbers.map(String), label: "training rows n", labelOffset: 36 }),
        ...marked.map(({ x, dashed }) =>
          Plot.ruleX([x], { stroke: dashed ? faint : ink, ...(dashed ? { strokeDasharray: "3 3" } : {}) }),
        ),
        ...arms.flatMap((arm) => [
          Plot.ruleX(pointsOf(arm), { x: "n", y1: "low", y2: "high", stroke: color(arm), strokeOpacity: 0.5 }),
          Plot.line(pointsOf(arm), { x: "n", y: "score", stroke: color(arm) }),
          Plot.dot(pointsOf(arm), { x: "n", y: "score", fill: color(arm), r: 2.5 }),
        ]),
      ],
    },
  };
}

function pointOf(n: number, result: ArmResult, at: "stop" | "end"): Point {
  const { mean, half } = result[at];
  const width = Number.isFinite(half) ? half : 0;
  return { n, score: mean, low: Math.max(0, mean - width), high: mean + width };
}
