import * as Plot from "@observablehq/plot";
import { type Figure, missing } from "../figure.ts";
import { logAxis } from "../logAxis.ts";
import { faint, groupColors, ink, type Panel, page } from "../page.ts";
import { comparisonsOf, studyTitles, titleOf } from "./comparisons.ts";

const about = {
  name: "whitening-speed",
  summary: "training speed against generalisation: test error and updates to the stated loss, each arm a point",
  from: "whitening",
};

interface Point {
  readonly arm: string;
  readonly updates: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
}

/** Draws each arm by how fast it learns and how well it generalises. */
export const whiteningSpeed: Figure = {
  ...about,
  async draw(source) {
    const all = await comparisonsOf(source, (study) => study in studyTitles);
    const arms = [...new Set(all.flatMap(({ results }) => results.map(({ arm }) => titleOf(arm))))];
    const named = arms.filter((arm) => !/^(lambda|kfac) /.test(arm));
    const color = ({ arm }: Point): string =>
      named.includes(arm) ? groupColors[named.indexOf(arm) % groupColors.length]! : ink;
    const panels = all.flatMap(({ study, n, d, results }): readonly Panel[] => {
      const points = results.flatMap(({ arm, refused, stop, updatesToLoss }): Point[] => {
        if (refused !== undefined || !Number.isFinite(updatesToLoss)) return [];
        const half = Number.isFinite(stop.half) ? stop.half : 0;
        const updates = Math.max(1, updatesToLoss);
        return [{ arm: titleOf(arm), updates, score: stop.mean, low: stop.mean - half, high: stop.mean + half }];
      });
      if (points.length === 0) return [];
      const most = Math.max(10, ...points.map(({ updates }) => updates));
      return [
        {
          title: `${studyTitles[study]}, n = ${n} (d = ${d})`,
          height: 240,
          plot: {
            x: logAxis("updates to the stated training loss", 1, 1.5 * most),
            y: { label: "test error at the best stop", grid: true },
            marks: [
              Plot.ruleX(points, { x: "updates", y1: "low", y2: "high", stroke: color, strokeOpacity: 0.4 }),
              Plot.dot(points, { x: "updates", y: "score", fill: color, r: 3 }),
              Plot.text(points, {
                x: "updates",
                y: "score",
                text: ({ arm }: Point) =>
                  /^lambda (.*)$/.exec(arm)?.[1] ?? (arm.startsWith("kfac ") ? arm.replace("kfac", "K-FAC") : ""),
                textAnchor: "start",
                dx: 6,
                fill: faint,
                fontSize: 9,
              }),
            ],
          },
        },
      ];
    });
    if (panels.length === 0) throw missing(about, source, "runs of the studies arms or lambda that have ended");
    return page({
      title: "Training speed against generalisation",
      legend: [
        ...named.map((arm, at) => ({ label: arm, color: groupColors[at % groupColors.length]! })),
        ...(named.length === arms.length ? [] : [{ label: "update of the lambda beside it", color: ink }]),
      ],
      panels,
      caption: ["Below and to the left is better. Means with 95 % intervals; medians of updates."],
    });
  },
};
