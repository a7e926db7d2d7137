import * as Plot from "@observablehq/plot";
import { marginals } from "../experiments/protocols/marginals.ts";
import { type Figure, missing } from "./figure.ts";
import { groupColors, type Panel, page } from "./page.ts";
import { samplingGroups } from "./samplingGroups.ts";

const about = {
  name: "eigenvector-bias",
  summary: "how often each eigenvector of the data is recovered by a critical point, by how starts were drawn",
  from: "dlae-sampling",
};

/** Draws how often each eigenvector of the data is recovered by the critical points found, one panel per group. */
export const eigenvectorBias: Figure = {
  ...about,
  async draw(source) {
    const found = await samplingGroups(source);
    if (found === undefined)
      throw missing(about, source, "searches on a deep linear autoencoder that record how their starts were drawn");
    const { groups, truth } = found;
    const panels = groups.map(({ scheme, variance, searches, sets }): Panel => {
      const counts = marginals(sets, truth.inputs).map((count, at) => ({
        name: at === truth.inputs ? "0" : String(at + 1),
        share: sets.length === 0 ? 0 : count / sets.length,
      }));
      return {
        title: `uniform ${scheme}, variance ${variance}: ${sets.length} of ${searches}`,
        height: 190,
        plot: {
          x: {
            label: "eigenvector",
            domain: counts.map(({ name }) => name),
            tickSize: 0,
            // All labels would overlap, so only every fourth, the first and the origin's are shown.
            tickFormat: (name: string) => (name === "1" || Number(name) % 4 === 0 ? name : ""),
          },
          y: { label: "share of critical points", domain: [0, 1], grid: true, ticks: 5, tickFormat: "%" },
          marks: [
            Plot.barY(counts, {
              x: "name",
              y: "share",
              fill: scheme === "height" ? groupColors[0]! : groupColors[1]!,
              insetLeft: 0.5,
              insetRight: 0.5,
            }),
            Plot.ruleY([0]),
          ],
        },
      };
    });
    return page({
      title: "Eigenvectors that critical points recover, by how starts were drawn",
      panels,
      caption: [
        "Eigenvectors are in the order of their eigenvalues, the largest first; 0 is the origin. Only critical ends count.",
      ],
    });
  },
};
