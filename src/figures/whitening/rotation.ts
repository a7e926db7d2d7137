import * as Plot from "@observablehq/plot";
import { described, type Figure, missing } from "../figure.ts";
import { logAxis } from "../logAxis.ts";
import { groupColors, page } from "../page.ts";
import { coursesOf } from "../runs.ts";

const about = {
  name: "whitening-rotation",
  summary: "which methods commute with rotations of the inputs: how far the outputs of two equal data sets differ",
  from: "whitening",
};

/** Differences below it are drawn here: the logarithm of 0 has no place. */
const floor = 1e-17;

/** Draws how far a network and its copy on rotated inputs, which have the same K, come apart. */
export const whiteningRotation: Figure = {
  ...about,
  async draw(source) {
    const curves: { readonly method: string; readonly points: readonly { step: number; difference: number }[] }[] = [];
    for (const run of source.runs) {
      if (described(run, "study") !== "rotation") continue;
      const { points } = await coursesOf(run, ({ step, columns }) => {
        const difference = columns.rotatedDiffers;
        return difference === undefined ? undefined : { step, difference: Math.max(floor, difference) };
      });
      if (points.length > 1) curves.push({ method: String(described(run, "method")), points });
    }
    if (curves.length === 0) throw missing(about, source, "runs of the study rotation");
    const values = curves.flatMap(({ points }) => points.map(({ difference }) => difference));
    const color = (at: number): string => groupColors[at % groupColors.length]!;
    return page({
      title: "Two data sets with the same K",
      legend: curves.map(({ method }, at) => ({ label: method, color: color(at), shape: "line" as const })),
      panels: [
        {
          title: "largest difference of a test output",
          width: 520,
          height: 300,
          plot: {
            marginLeft: 52,
            x: { label: "updates" },
            y: logAxis("difference", Math.min(...values), Math.max(...values), 8),
            marks: curves.map(({ points }, at) => Plot.line(points, { x: "step", y: "difference", stroke: color(at) })),
          },
        },
      ],
      caption: [
        "One copy of the network has inputs x, the other Q x with Q orthogonal, and its first layer begins as W Q'.",
      ],
    });
  },
};
