import * as Plot from "@observablehq/plot";
import { type Figure, missing } from "./figure.ts";
import { groundTruth } from "./groundTruth.ts";
import { faint, outcomeColors, type Panel, page } from "./page.ts";
import { pointCloud } from "./pointCloud.ts";
import { endsOf, methodOf, type RunEnd } from "./runs.ts";

const about = {
  name: "loss-index",
  summary: "loss against Morse index of the points found, over all critical points if they are known",
  from: "dlae-methods, mnist-autoencoder or other searches",
};

/** Draws where searches ended, as loss against Morse index, one panel per method. */
export const lossIndex: Figure = {
  ...about,
  async draw(source) {
    const ends = (await endsOf(source)).filter(
      ({ last }) => last.columns.morseIndex !== undefined && Number.isFinite(last.value),
    );
    if (ends.length === 0) throw missing(about, source, "searches whose Morse index was measured at the end");
    const truth = groundTruth(ends[0]!.run);
    const n = ends[0]!.last.point?.length;
    const methods = [...new Set(ends.map(({ run }) => methodOf(run)))];
    const panels = methods.map((method): Panel => {
      const own = ends.filter(({ run }) => methodOf(run) === method);
      const critical = own.filter(({ outcome }) => outcome === "critical point").length;
      return {
        title: `${methods.length === 1 ? "" : `${method}: `}${critical} critical of ${own.length}`,
        width: methods.length === 1 ? 440 : 310,
        height: methods.length === 1 ? 320 : 260,
        plot: {
          x: { label: "fraction of negative eigenvalues", nice: true },
          y: { label: "loss", nice: true, grid: true },
          marks: [
            pointCloud(
              truth?.all ?? [],
              ({ morseIndex }) => morseIndex / truth!.dimension,
              ({ loss }) => loss,
            ),
            endsMark(own, n ?? truth?.dimension ?? 1, false),
            endsMark(own, n ?? truth?.dimension ?? 1, true),
          ],
        },
      };
    });
    const outcomes = [...new Set(ends.map(({ outcome }) => outcome))];
    return page({
      title: "Loss and Morse index where the searches ended",
      legend: [
        ...(truth === undefined
          ? []
          : [{ label: `all ${truth.all.length} classes of critical points`, color: faint } as const]),
        ...outcomes.map((label) => ({
          label,
          color: outcomeColors[label] ?? "black",
          shape: label === "critical point" ? ("dot" as const) : ("ring" as const),
        })),
      ],
      panels,
    });
  },
};

/** Draws ends: dots for critical points, rings for all others. */
function endsMark(ends: readonly RunEnd[], n: number, critical: boolean): Plot.Dot {
  const own = ends.filter(({ outcome }) => (outcome === "critical point") === critical);
  const color = ({ outcome }: RunEnd): string => outcomeColors[outcome] ?? "black";
  return Plot.dot(own, {
    x: ({ last }: RunEnd) => (last.columns.morseIndex ?? Number.NaN) / n,
    y: ({ last }: RunEnd) => last.value,
    r: 3.2,
    ...(critical ? { fill: color, stroke: "white", strokeWidth: 0.6 } : { stroke: color, strokeWidth: 1.4 }),
  });
}
