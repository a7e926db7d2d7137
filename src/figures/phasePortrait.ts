import * as Plot from "@observablehq/plot";
import { type Figure, missing } from "./figure.ts";
import { groupColors, ink, page } from "./page.ts";
import { fieldArrows, planarField } from "./planarField.ts";
import { type PlanePath, type PlanePoint, planePaths, squareAround } from "./planePaths.ts";

const runsNamed = groupColors.length;

const about = {
  name: "phase-portrait",
  summary: "paths of runs in the plane of two variables, over the field: cycles of a game, searches on the quartic",
  from: "bilinear, forsaken, dirac-gan, quartic or any problem in the plane",
};

/** Draws the paths of all runs in one plane, also if they belong to several experiments in one directory. */
export const phasePortrait: Figure = {
  ...about,
  async draw(source) {
    const paths = await planePaths(source);
    if (paths.length === 0) throw missing(about, source, "runs of a problem with two variables");
    const box = squareAround(paths);
    const few = paths.length <= runsNamed;
    const color = (path: PlanePath): string => (few ? groupColors[paths.indexOf(path)]! : groupColors[0]!);
    const problem = planarField(source);
    const last = (path: PlanePath): PlanePoint => path.points.at(-1)!;
    const inside = ({ x, y }: PlanePoint): boolean => x >= box.x[0] && x <= box.x[1] && y >= box.y[0] && y <= box.y[1];
    return page({
      title: "Paths in the plane",
      legend: [
        ...(few ? paths.map((path) => ({ label: path.name, color: color(path), shape: "line" as const })) : []),
        { label: "start", color: ink, shape: "ring" },
        { label: "end", color: ink },
      ],
      panels: [
        {
          width: 520,
          height: 520,
          plot: {
            // The margins leave a square, so that angles are true.
            marginLeft: 45,
            marginRight: 20,
            marginTop: 24,
            marginBottom: 41,
            x: { label: "first variable", domain: box.x },
            y: { label: "second variable", domain: box.y },
            marks: [
              ...(problem === undefined ? [Plot.gridX(), Plot.gridY()] : [fieldArrows(problem, box)]),
              Plot.frame({ strokeOpacity: 0.3 }),
              ...paths.map((path) =>
                Plot.line(path.points, {
                  x: "x",
                  y: "y",
                  stroke: color(path),
                  strokeWidth: few ? 1.4 : 1.2,
                  strokeOpacity: few ? 0.9 : 0.5,
                  clip: true,
                }),
              ),
              ...(few ? paths : []).map((path) =>
                Plot.line(path.average, {
                  x: "x",
                  y: "y",
                  stroke: color(path),
                  strokeWidth: 1.2,
                  strokeDasharray: "3 2.5",
                  clip: true,
                }),
              ),
              Plot.dot(
                paths.map(({ points: [first] }) => first!),
                { x: "x", y: "y", r: few ? 4 : 2, stroke: ink, strokeWidth: 1.2 },
              ),
              Plot.dot(
                paths.filter((path) => inside(last(path))),
                {
                  x: (path: PlanePath) => last(path).x,
                  y: (path: PlanePath) => last(path).y,
                  r: few ? 4.5 : 2.5,
                  fill: color,
                  stroke: "white",
                },
              ),
            ],
          },
        },
      ],
      caption: [
        ...(few && paths.some(({ average }) => average.length > 0) ? ["Dashed: the average of the iterates."] : []),
        ...(problem === undefined ? [] : ["Arrows: direction of −F, in which a simultaneous gradient step goes."]),
      ],
    });
  },
};
