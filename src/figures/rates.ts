import * as Plot from "@observablehq/plot";
import { type Figure, missing } from "./figure.ts";
import { groupColors, page } from "./page.ts";
import { coursesOf, thinned } from "./runs.ts";

interface Point {
  readonly run: string;
  readonly step: number;
  readonly norm: number;
}

const pointsOfLine = 400;
const runsNamed = groupColors.length;

const about = {
  name: "rates",
  summary:
    "||F|| per iteration: on a logarithmic axis, where linear convergence is a line, and on two, where a power of k is",
  from: "bilinear or any other runs",
};

/** How fast the field vanishes. */
export const rates: Figure = {
  ...about,
  async draw(source) {
    const lines: (readonly Point[])[] = [];
    for (const run of source.runs) {
      const { points } = await coursesOf(run, ({ step, squaredNorm }): Point | undefined =>
        squaredNorm > 0 && Number.isFinite(squaredNorm)
          ? { run: run.name, step, norm: Math.sqrt(squaredNorm) }
          : undefined,
      );
      if (points.length > 1) lines.push(thinned(points, pointsOfLine));
    }
    if (lines.length === 0) throw missing(about, source, "runs of two rows or more");
    const names = lines.map(([first]) => first!.run);
    const few = names.length <= runsNamed;
    const points = lines.flat();
    const stroke = ({ run }: Point): string => (few ? groupColors[names.indexOf(run)]! : groupColors[0]!);
    const y = { type: "log", label: "||F||", grid: true, ticks: 6, tickFormat: "~g" } as const;
    const marks = (shown: readonly Point[]): Plot.Markish[] => [
      Plot.line(shown, { x: "step", y: "norm", z: "run", stroke, strokeWidth: 1.3, strokeOpacity: few ? 1 : 0.4 }),
    ];
    return page({
      title: "How fast the field vanishes",
      legend: few ? names.map((label, at) => ({ label, color: groupColors[at]!, shape: "line" as const })) : [],
      panels: [
        { width: 360, height: 280, plot: { marginLeft: 48, x: { label: "iteration k" }, y, marks: marks(points) } },
        {
          width: 360,
          height: 280,
          plot: {
            marginLeft: 48,
            x: { type: "log", label: "iteration k", ticks: 4, tickFormat: "~g" },
            y,
            marks: marks(points.filter(({ step }) => step > 0)),
          },
        },
      ],
    });
  },
};
