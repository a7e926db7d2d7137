import * as Plot from "@observablehq/plot";
import { described, type Figure, missing } from "./figure.ts";
import { logAxis } from "./logAxis.ts";
import { faint, type Panel, page } from "./page.ts";
import { coursesOf, thinned } from "./runs.ts";

const about = {
  name: "mode-progress",
  summary: "how much of each eigen-direction of the data a run has learnt: the vector column that modeProgress writes",
  from: "whitening --study modes, or runs with the measure modeProgress",
};

/** Directions, and points of a curve, that a panel shows. */
const [mostModes, mostPoints] = [8, 200];

interface Point {
  readonly step: number;
  readonly learnt: number;
  readonly mode: number;
}

/** Draws, for each run, one curve per direction: dark for the largest eigenvalue, light for the smallest. */
export const modeProgressFigure: Figure = {
  ...about,
  async draw(source) {
    const panels: Panel[] = [];
    for (const run of source.runs) {
      let shares: Float64Array | undefined;
      const { points: all } = await coursesOf(run, ({ step, vectors }) => {
        shares ??= vectors.modeShares;
        const learnt = vectors.modeProgress;
        return learnt === undefined || step === 0 ? undefined : { step, learnt };
      });
      if (all.length < 2) continue;
      const count = all[0]!.learnt.length;
      const shown = thinned(
        Array.from({ length: count }, (_, k) => k),
        mostModes,
      );
      const points = thinned(all, mostPoints);
      const curves = shown.map((mode) =>
        points.map(({ step, learnt }): Point => ({ step, learnt: learnt[mode]!, mode })),
      );
      const [first, last] = [points[0]!.step, points.at(-1)!.step];
      const label = (mode: number): string => {
        const share = shares?.[mode];
        return share === undefined ? `${mode + 1}` : `${mode + 1} (${Number((100 * share).toPrecision(2))} %)`;
      };
      const color = (mode: number): string =>
        shades[Math.round((mode / Math.max(1, count - 1)) * (shades.length - 1))]!;
      panels.push({
        title: String(described(run, "method") ?? run.name),
        width: 360,
        height: 260,
        plot: {
          marginRight: 64,
          x: logAxis("updates", first, last),
          y: { label: "learnt part", grid: true, domain: rangeOf(curves.flat()) },
          marks: [
            Plot.ruleY([1], { stroke: faint, strokeDasharray: "3 3" }),
            ...curves.map((curve, at) => Plot.line(curve, { x: "step", y: "learnt", stroke: color(shown[at]!) })),
            ...curves.map((curve, at) =>
              Plot.text([curve.at(-1)!], {
                ...{ x: "step", y: "learnt", text: ({ mode }: Point) => label(mode), textAnchor: "start", dx: 4 },
                ...{ fill: color(shown[at]!), fontSize: 9 },
              }),
            ),
          ],
        },
      });
    }
    if (panels.length === 0) throw missing(about, source, "runs with the column modeProgress");
    return page({
      title: "What is learnt of each eigen-direction of the data",
      panels,
      caption: [
        "0: as at the start; 1: learnt. Beside each curve the number of its direction, the largest eigenvalue first, and its share of the trace.",
      ],
    });
  },
};

/** From the largest eigenvalue to the smallest. */
const shades = ["#0b3c6f", "#1f6fb4", "#3f8f8f", "#2e8b57", "#7f9a3c", "#c79a1e", "#d9761a", "#c0392b"] as const;

/** A range that shows all curves, unless some leave what is sensible. */
function rangeOf(points: readonly Point[]): [number, number] {
  const values = points.map(({ learnt }) => learnt).filter(Number.isFinite);
  return [Math.max(-0.5, Math.min(0, ...values)), Math.min(1.5, Math.max(1.05, ...values))];
}
