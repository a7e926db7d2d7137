/** A chart as a drawing and as a table, for files. */
import type { ChartSpec } from "../mainCharts.ts";
import { rowsToDraw, stepsBetween, xQuantities, xShift } from "../series.ts";
import { csvOf, type Exported, fileName } from "./exportMenu.ts";
import { type Picture, paintChart, pictureHeight } from "./paintChart.ts";

const width = 720;

export function chartExport(spec: ChartSpec, parts: Omit<Picture, "title">): Exported {
  const title = spec.symbol === "" ? spec.title : `${spec.title}  ${spec.symbol}`;
  const height = pictureHeight(parts.view.runs.length);
  const names = parts.view.runs.map(({ name }) => name);
  return {
    file: fileName(spec.column, ...names.slice(0, 3), ...(names.length > 3 ? [`and-${names.length - 3}-more`] : [])),
    title: `${title}; ${names.join(", ")}`,
    width,
    height,
    paint: (pen) => paintChart(pen, { title, ...parts }, width, height),
    csv: () => csvOf(...tableOf(spec.column, parts)),
  };
}

type Cells = (string | number | undefined)[];

/**
 * One line for each row within the x axis that the page holds, with every quantity of the x axis; for a band, one for
 * each of its places, with the quartiles.
 */
function tableOf(column: string, { view, drawing, xRange }: Omit<Picture, "title">): [string[], Cells[]] {
  const banded = view.runs.some(({ seeds = [] }) => seeds.length > 1);
  const smooth = view.smoothing > 0;
  const quantity = view.axis.quantity;
  const header = banded
    ? ["run", "seeds", quantity, "median", "lower quartile", "upper quartile"]
    : ["run", ...xQuantities, column, ...(smooth ? [`${column} smoothed`] : [])];
  const rows = view.runs.flatMap((run, index): Cells[] => {
    const of = (kind: string) => drawing.lines.find((line) => line.run === index && line.kind === kind);
    const main = of("main");
    const shift = xShift(view.axis);
    if (banded) {
      const [lower, upper] = [of("lower"), of("upper")];
      return (main?.xs ?? []).map((x, row) => {
        const numbers = [main, lower, upper].map((line) => line?.ys[row] ?? undefined);
        return [run.name, run.seeds?.length ?? 1, x - shift, ...numbers];
      });
    }
    const data = rowsToDraw(run);
    const [from, to] = stepsBetween(data, view.axis, xRange[0], xRange[1]);
    const trend = new Map(main?.xs.map((x, row) => [x, main.ys[row] ?? undefined]));
    const cells: Cells[] = [];
    for (let row = 0; row < data.length; row++) {
      const step = data.at("step", row)!;
      if (step < from || step > to) continue;
      const counters = xQuantities.map((name) => data.at(name, row));
      const x = (data.at(quantity, row) ?? 0) + shift;
      cells.push([run.name, ...counters, data.at(column, row), ...(smooth ? [trend.get(x)] : [])]);
    }
    return cells;
  });
  return [header, rows];
}
