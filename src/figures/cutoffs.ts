import * as Plot from "@observablehq/plot";
import { type Figure, missing } from "./figure.ts";
import { groundTruth } from "./groundTruth.ts";
import { faint, outcomeColors, type Panel, page } from "./page.ts";
import { pointCloud } from "./pointCloud.ts";
import { coursesOf, outcomeOf } from "./runs.ts";

/** A search at its first iterate at or below a cutoff, where it would have stopped. */
interface Stop {
  /** Cutoff on ||F||^2; infinity stands for the end of the search. */
  readonly cutoff: number;
  readonly index: number;
  readonly value: number;
  /** Morse index of the class of the critical point at the end of the search; undefined if the end is not critical. */
  readonly trueIndex: number | undefined;
}

const cutoffs = [1e-4, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10] as const;

const about = {
  name: "cutoffs",
  summary: "loss against index at the first iterate below each cutoff, as if the searches had stopped there",
  from: "dlae-tolerance",
};

/** Draws loss against index as searches would find them if they stopped at larger tolerances. */
export const cutoffPanels: Figure = {
  ...about,
  async draw(source) {
    const stops: Stop[] = [];
    let truth: ReturnType<typeof groundTruth>;
    for (const run of source.runs) {
      const found = new Map<number, { readonly index: number; readonly value: number }>();
      const { last } = await coursesOf(run, ({ squaredFieldNorm, value, columns }) => {
        for (const cutoff of cutoffs) {
          if (squaredFieldNorm > cutoff || found.has(cutoff) || columns.morseIndex === undefined) continue;
          found.set(cutoff, { index: columns.morseIndex, value });
        }
      });
      if (last === undefined || last.columns.morseIndex === undefined) continue;
      truth ??= groundTruth(run);
      const match =
        outcomeOf(last) === "critical point" && last.point !== undefined ? truth?.classes.match(last.point) : undefined;
      const trueIndex = match?.class.morseIndex;
      for (const [cutoff, stop] of found) stops.push({ cutoff, ...stop, trueIndex });
      stops.push({ cutoff: Number.POSITIVE_INFINITY, index: last.columns.morseIndex, value: last.value, trueIndex });
    }
    if (truth === undefined || stops.length === 0) {
      throw missing(about, source, "searches on a deep linear autoencoder with Morse indices along the search");
    }
    const { all, dimension } = truth;
    const panels = [Number.POSITIVE_INFINITY, 1e-4, 1e-6, 1e-8, 1e-9, 1e-10].map((cutoff): Panel => {
      const own = stops.filter((stop) => stop.cutoff === cutoff);
      const judged = own.filter(({ trueIndex }) => trueIndex !== undefined);
      const wrong = judged.filter(({ index, trueIndex }) => index !== trueIndex).length;
      const counted = Number.isFinite(cutoff)
        ? `first at or below ${cutoff.toExponential(0)}: ${wrong} of ${judged.length} wrong`
        : `no cutoff: ends of all ${own.length}`;
      return {
        title: counted,
        height: 230,
        plot: {
          x: { label: "fraction of negative eigenvalues", domain: [0, 0.55] },
          y: { label: "loss", grid: true, domain: [4.5, Math.max(...all.map(({ loss }) => loss)) + 0.3] },
          marks: [
            pointCloud(
              all,
              ({ morseIndex }) => morseIndex / dimension,
              ({ loss }) => loss,
            ),
            Plot.dot(own, {
              x: ({ index }: Stop) => index / dimension,
              y: "value",
              r: 2.8,
              fill: colorOf,
              stroke: "white",
              strokeWidth: 0.5,
            }),
          ],
        },
      };
    });
    return page({
      title: "Loss and index of searches stopped at a tolerance on the squared gradient norm",
      legend: [
        { label: `all ${all.length} classes of critical points`, color: faint },
        { label: "index of the end of the search", color: right },
        { label: "another index", color: wrongColor },
        { label: "end is not a critical point", color: never },
      ],
      panels,
      caption: [
        "Each panel counts the searches that end at a critical point, each by its first iterate at or below the cutoff.",
        "A search is wrong if its index at this iterate differs from that of the critical point at its end.",
      ],
    });
  },
};

const right = outcomeColors["critical point"]!;
const wrongColor = "#c0392b";
const never = outcomeColors["gradient-flat region"]!;

function colorOf({ index, trueIndex }: Stop): string {
  if (trueIndex === undefined) return never;
  return index === trueIndex ? right : wrongColor;
}
