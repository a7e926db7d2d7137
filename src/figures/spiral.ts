import * as Plot from "@observablehq/plot";
import { described, type Figure, type FigureSource, missing } from "./figure.ts";
import { groupColors, ink, type Panel, page } from "./page.ts";
import { fieldArrows, planarField } from "./planarField.ts";
import { type Box, type PlanePath, planePaths, squareAround } from "./planePaths.ts";

const [lastColor, averageColor] = [groupColors[0]!, groupColors[1]!];
const panelWidth = 270;
const panelsOfRow = 3;

const about = {
  name: "spiral",
  summary: "path of each method and of its average in the plane, over the field, with the factor per step",
  from: "bilinear, dirac-gan, forsaken or any game in the plane",
};

/** Draws one panel per run, with the path of its iterates and of their average over the field. */
export const spiral: Figure = {
  ...about,
  async draw(source) {
    const paths = await planePaths(source);
    if (paths.length === 0) throw missing(about, source, "runs of a problem with two variables");
    const box = squareAround(paths);
    const panels = paths.map((path) => panelOf(path, box, source));
    const rows = Array.from({ length: Math.ceil(panels.length / rowOf(panels.length)) }, (_, row) =>
      panels.slice(row * rowOf(panels.length), (row + 1) * rowOf(panels.length)),
    );
    return page({
      title: "Paths of the methods",
      legend: [
        { label: "iterates", color: lastColor, shape: "line" },
        { label: "their average", color: averageColor, shape: "line" },
        { label: "start", color: ink, shape: "ring" },
        { label: "end", color: lastColor },
        { label: "end of the average", color: averageColor },
      ],
      panels: rows,
      caption: captionOf(paths, source),
    });
  },
};

function rowOf(count: number): number {
  return count === 4 ? 2 : panelsOfRow;
}

function panelOf({ name, points, average }: PlanePath, box: Box, source: FigureSource): Panel {
  const problem = planarField(source);
  const within = <T extends { readonly x: number; readonly y: number }>(point: T | undefined): readonly T[] =>
    point !== undefined && point.x >= box.x[0] && point.x <= box.x[1] && point.y >= box.y[0] && point.y <= box.y[1]
      ? [point]
      : [];
  const line = (data: PlanePath["points"], stroke: string, strokeWidth: number): Plot.Line =>
    Plot.line(data, { x: "x", y: "y", stroke, strokeWidth, clip: true });
  return {
    title: name,
    // The margins leave a square, so that angles are true.
    width: panelWidth,
    height: panelWidth,
    plot: {
      marginLeft: 34,
      marginRight: 8,
      marginTop: 12,
      marginBottom: 30,
      x: { label: null, domain: box.x, ticks: 4 },
      y: { label: null, domain: box.y, ticks: 4 },
      marks: [
        ...(problem === undefined ? [Plot.gridX(), Plot.gridY()] : [fieldArrows(problem, box, 11)]),
        Plot.frame({ strokeOpacity: 0.3 }),
        line(points, lastColor, 1.1),
        line(average, averageColor, 1.8),
        Plot.dot(within(points[0]), { x: "x", y: "y", r: 4, stroke: ink, strokeWidth: 1.3 }),
        Plot.dot(within(points.at(-1)), { x: "x", y: "y", r: 4, fill: lastColor, stroke: "white" }),
        Plot.dot(within(average.at(-1)), { x: "x", y: "y", r: 4, fill: averageColor, stroke: "white" }),
      ],
    },
  };
}

/**
 * Writes for each run the factor by which a step multiplies the distance in the long run, and the factor of theory. It
 * leaves out runs for which theory predicts none, such as all runs of a problem that is not linear.
 */
function captionOf(paths: readonly PlanePath[], source: FigureSource): readonly string[] {
  const lines = paths.flatMap(({ name, points, steps }) => {
    const run = source.runs.find((one) => one.name === name)!;
    const factor = described(run, "theory", "factor");
    // The factor is measured over the second half of the run, where the start no longer matters.
    const half = points.length >> 1;
    const [middle, last] = [points[half]!, points.at(-1)!];
    const [from, to] = [Math.hypot(middle.x, middle.y), Math.hypot(last.x, last.y)];
    if (typeof factor !== "number" || steps !== points.length - 1 || half === 0 || !(from > 0 && to > 0)) return [];
    const measured = (to / from) ** (1 / (steps - half));
    const eta = Number(described(run, "stepSize"));
    return [
      `${name}, eta = ${eta.toPrecision(3)}: |z| times ${measured.toFixed(4)} per step; theory ${factor.toFixed(4)}`,
    ];
  });
  return [
    ...lines,
    ...(planarField(source) === undefined
      ? []
      : ["Arrows: direction of −F, in which a simultaneous gradient step goes."]),
  ];
}
