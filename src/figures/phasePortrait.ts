import * as Plot from "@observablehq/plot";
import { type Figure, missing } from "./figure.ts";
import { groupColors, ink, page } from "./page.ts";
import { coursesOf, thinned } from "./runs.ts";

interface Point {
  readonly run: string;
  readonly x: number;
  readonly y: number;
}

const pointsOfLine = 600;
const runsNamed = groupColors.length;

const about = {
  name: "phase-portrait",
  summary: "the paths of runs with two variables in their plane: spirals of a game, searches on the quartic",
  from: "bilinear, quartic or any problem in the plane",
};

/** Paths in the plane; a directory of several experiments shows all of theirs. */
export const phasePortrait: Figure = {
  ...about,
  async draw(source) {
    const paths: (readonly Point[])[] = [];
    for (const run of source.runs) {
      const { points } = await coursesOf(run, ({ point }): Point | undefined => {
        const [x, y] = point ?? [];
        const finite = Number.isFinite(x) && Number.isFinite(y);
        return point?.length === 2 && finite ? { run: run.name, x: x!, y: y! } : undefined;
      });
      if (points.length > 0) paths.push(thinned(points, pointsOfLine));
    }
    if (paths.length === 0) throw missing(about, source, "runs of a problem with two variables");
    const names = paths.map(([first]) => first!.run);
    const few = names.length <= runsNamed;
    const color = ({ run }: Point): string => (few ? groupColors[names.indexOf(run)]! : groupColors[0]!);
    const points = paths.flat();
    const ends = paths.map((path) => path.at(-1)!);
    return page({
      title: "Paths in the plane",
      legend: [
        ...(few ? names.map((label, at) => ({ label, color: groupColors[at]!, shape: "line" as const })) : []),
        { label: "start", color: ink, shape: "ring" },
        { label: "end", color: ink },
      ],
      panels: [
        {
          width: 480,
          height: 460,
          plot: {
            // One unit is as long in both directions, so that angles are seen as they are.
            aspectRatio: 1,
            x: { label: "first variable", nice: true, grid: true },
            y: { label: "second variable", nice: true, grid: true },
            marks: [
              Plot.line(points, {
                x: "x",
                y: "y",
                z: "run",
                stroke: color,
                strokeWidth: 1.2,
                strokeOpacity: few ? 1 : 0.5,
              }),
              Plot.dot(
                paths.map(([first]) => first!),
                { x: "x", y: "y", r: few ? 4 : 2, stroke: ink, strokeWidth: 1.2 },
              ),
              Plot.dot(ends, { x: "x", y: "y", r: few ? 4 : 2.5, fill: color, stroke: "white" }),
            ],
          },
        },
      ],
    });
  },
};
