/** Draws the courses of several runs in one picture, as SVG. */
import * as Plot from "@observablehq/plot";
import { failure } from "../../errors.ts";
import { logAxis } from "../../figures/logAxis.ts";
import { groupColors, page } from "../../figures/page.ts";
import type { Curve } from "./series.ts";

/** Lines are told apart by colour, then by dashes, also without colour. */
const dashes = ["", "6 3", "2 2", "8 3 2 3"];

/** Runs that the legend names; more are drawn alike. */
const mostNamed = groupColors.length * dashes.length;

/** @throws ERR_FIGURE if no run has a value that can be drawn */
export function overlay(
  curves: readonly (Pick<Curve, "points"> & { readonly label: string })[],
  column: string,
  x: string,
  linear: boolean,
): string {
  const values = curves.flatMap(({ points }) => points.map(([, y]) => y));
  if (values.length === 0) throw failure("ERR_FIGURE", `compare: no run has a finite value in the column "${column}"`);
  const [low, high] = values.reduce(([a, b], y) => [Math.min(a, y), Math.max(b, y)], [values[0]!, values[0]!]);
  const log = !linear && low > 0;
  const named = curves.length <= mostNamed;
  const color = (i: number): string => groupColors[named ? i % groupColors.length : 0]!;
  const marks = curves.map(({ points }, i) =>
    Plot.line(points, {
      x: ([at]: Curve["points"][number]) => at,
      y: ([, value]: Curve["points"][number]) => value,
      stroke: color(i),
      strokeOpacity: named ? 1 : 0.3,
      strokeDasharray: named ? dashes[Math.floor(i / groupColors.length)]! : "",
    }),
  );
  const y = log ? logAxis(column, low, high > low ? high : 2 * low, 8) : { label: column, grid: true };
  return page({
    title: `${column} of ${curves.length} runs`,
    legend: named ? curves.map(({ label }, i) => ({ label, color: color(i), shape: "line" as const })) : [],
    panels: [{ width: 720, height: 420, plot: { marginLeft: 60, x: { label: x }, y, marks } }],
  });
}
