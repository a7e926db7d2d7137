import * as Plot from "@observablehq/plot";
import { samplingCells } from "../experiments/catalogue/dlaeSampling.ts";
import { marginals } from "../experiments/protocols/marginals.ts";
import { bootstrap, entropy } from "../experiments/protocols/statistics.ts";
import { randomSource } from "../random.ts";
import { type Figure, missing } from "./figure.ts";
import { faint, groupColors, ink, page } from "./page.ts";
import { samplingGroups } from "./samplingGroups.ts";

/** Entropy of one group in bits, with its 95 % interval. */
interface Entry {
  readonly label: string;
  readonly scheme: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly published: number | undefined;
}

const about = {
  name: "entropies",
  summary: "entropy of the eigenvectors that critical points recover, by how starts were drawn",
  from: "dlae-sampling",
};

/** Draws how diverse the critical points found are, one line per group. */
export const entropies: Figure = {
  ...about,
  async draw(source) {
    const found = await samplingGroups(source);
    if (found === undefined)
      throw missing(about, source, "searches on a deep linear autoencoder that record how their starts were drawn");
    const { inputs } = found.truth;
    const entries = found.groups
      .filter(({ sets }) => sets.length > 0)
      .map(({ scheme, variance, sets }, at): Entry => {
        const bits = bootstrap(
          sets,
          (sample) => entropy(marginals(sample, inputs)),
          randomSource(0, "figure", "entropies", at),
          1000,
        );
        return {
          label: `${scheme}, ${variance === 0 ? "no noise" : `variance ${variance}`}`,
          scheme,
          ...bits,
          published: samplingCells.find((cell) => cell.scheme === scheme && cell.variance === variance)?.published,
        };
      });
    const most = Math.log2(inputs + 1);
    const color = ({ scheme }: Entry): string => (scheme === "height" ? groupColors[0]! : groupColors[1]!);
    return page({
      title: "Entropy of the critical points found, by how starts were drawn",
      legend: [
        { label: "uniform in height", color: groupColors[0]! },
        { label: "uniform over iterations", color: groupColors[1]! },
        { label: "published", color: faint, shape: "ring" },
      ],
      panels: [
        {
          width: 560,
          height: 70 + 30 * entries.length,
          plot: {
            marginLeft: 150,
            x: { label: "bits", domain: [1.5, Math.ceil(10 * most) / 10], grid: true },
            y: { label: null, domain: entries.map(({ label }) => label), tickSize: 0 },
            marks: [
              Plot.ruleX([most], { stroke: ink, strokeDasharray: "4,3" }),
              Plot.ruleY(entries, { y: "label", x1: "low", x2: "high", stroke: color, strokeWidth: 2 }),
              Plot.dot(entries, { y: "label", x: "value", r: 5, fill: color }),
              Plot.dot(
                entries.filter(({ published }) => published !== undefined),
                { y: "label", x: "published", r: 5, stroke: faint, strokeWidth: 1.6 },
              ),
            ],
          },
        },
      ],
      caption: [
        `Dashed: log2(${inputs + 1}), the largest possible entropy. Bars: 95 % intervals by 1000 bootstraps over the searches.`,
      ],
    });
  },
};
