/** A heat map over time: all entries of a vector column, such as the eigenvalues, or of a family of columns. */
import { button, h, setAttribute, setText } from "../../dom.ts";
import { formatCount, formatNumber } from "../../format.ts";
import { letterOf } from "../../runStyle.ts";
import type { BoardChart } from "../boardChart.ts";
import { nameOfColumn } from "../columnNames.ts";
import { csvOf, fileName, makeExportMenu } from "../export/exportMenu.ts";
import { blankCanvas } from "../plane.ts";
import { rowsToDraw, type ShownRun, type View } from "../series.ts";
import { type HeatCells, type HeatLines, heatCells, heatLines } from "./heatCells.ts";
import { type HeatScale, heatScale } from "./heatScale.ts";
import { heatFrame, paintHeat } from "./paintHeat.ts";

/** What the name of a heat map's column ends with among the charts. */
export const heatSuffix = ".*";
const height = 226;
/** Greatest number of bins: more would be thinner than eyes can tell. */
const binsMost = 400;

/** @param column vector column, or what the names of a family's columns have before the first dot */
export function makeHeatMap(column: string, removable: boolean, remove: () => void): BoardChart {
  const canvas = h("canvas", { role: "img" });
  const plot = h("div", { class: "plot" }, canvas);
  const title = h("span", {});
  const heading = h(
    "div",
    { class: "heading" },
    h("h2", {}, title, " ", h("span", { class: "symbol" }, "over time")),
    h("code", { class: "internal" }, column),
  );
  const chooser = h("select", { class: "coordinate", "aria-label": `run of the heat map of ${column}` });
  const reading = h("output", { class: "hint", "aria-live": "polite" });
  const saved = makeExportMenu(column, () => exported());
  const tools = h("div", { class: "card-tools" }, chooser, saved);
  if (removable)
    tools.append(button("×", { class: "toggle", "aria-label": `remove the heat map of ${column}` }, remove));
  const element = h(
    "section",
    { class: "card chart heat", "data-column": `${column}${heatSuffix}`, tabindex: 0 },
    h("header", {}, heading, tools),
    plot,
    reading,
  );
  let view: View | undefined;
  let chosen: string | undefined;
  let cells: HeatCells | undefined;
  let scale: HeatScale | undefined;
  let marked: { readonly bin: number; readonly entry: number } | undefined;
  let lines: HeatLines = { columns: [], names: [] };
  let drawn = "";
  const observer = new ResizeObserver(() => draw());
  observer.observe(plot);

  const hasLines = (of: ShownRun): boolean => heatLines(of, column).columns.length > 0;
  const run = (): ShownRun | undefined => {
    const runs = view?.runs.filter(hasLines) ?? [];
    return runs.find(({ name }) => name === chosen) ?? runs[0];
  };
  function draw(): void {
    const of = run();
    const width = plot.clientWidth;
    if (view === undefined || of === undefined || width === 0) return;
    lines = heatLines(of, column);
    cells = heatCells(of, lines.columns, view, Math.min(binsMost, width / 2));
    const context = blankCanvas(canvas, width, height);
    if (cells === undefined) return;
    scale = heatScale(cells.values);
    paint(context, width, height);
    setAttribute(canvas, "aria-label", described(of, cells));
    showReading();
  }
  function paint(pen: Parameters<typeof paintHeat>[0], width: number, tall: number, withMark = true): void {
    if (cells === undefined || scale === undefined || view === undefined) return;
    const picture = { cells, scale, axis: view.axis, names: lines.names, marked: withMark ? marked : undefined };
    paintHeat(pen, picture, heatFrame(width, tall, lines.names));
  }
  function showReading(): void {
    const signs = scale?.signed === true ? "a line parts negative from other entries" : "";
    if (marked === undefined || cells === undefined) {
      setText(reading, signs);
      return;
    }
    const { bin, entry } = marked;
    const value = cells.values[bin * cells.entries + entry];
    setText(reading, `step ${formatCount(cells.steps[bin])}, ${lines.names[entry]}: ${formatNumber(value)}`);
  }
  function mark(bin: number, entry: number): void {
    if (cells === undefined) return;
    const inside = bin >= 0 && bin < cells.bins && entry >= 0 && entry < cells.entries && cells.rows[bin]! >= 0;
    const next = inside ? { bin, entry } : undefined;
    // A pointer that moves within a cell costs nothing.
    if (next?.bin === marked?.bin && next?.entry === marked?.entry) return;
    marked = next;
    draw();
  }
  canvas.addEventListener("mousemove", ({ offsetX, offsetY }) => {
    if (cells === undefined) return;
    const { left, top, width, height: tall } = heatFrame(plot.clientWidth, height, lines.names);
    const bin = Math.floor(((offsetX - left) / width) * cells.bins);
    mark(bin, Math.floor((1 - (offsetY - top) / tall) * cells.entries));
  });
  canvas.addEventListener("mouseleave", () => mark(-1, -1));
  element.addEventListener("keydown", (event) => {
    if (!event.shiftKey || cells === undefined || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
    const { bin, entry } = marked ?? { bin: cells.bins, entry: 0 };
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key] ?? 0;
    const right = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
    // The cursor goes from row to row, over as many bins as show the same one.
    let next = Math.min(bin + right, cells.bins - 1);
    while (right !== 0 && next > 0 && next < cells.bins - 1 && cells.rows[next] === cells.rows[bin]) next += right;
    if (cells.rows[next]! < 0) next = Math.min(bin, cells.bins - 1);
    mark(Math.max(0, next), Math.min(cells.entries - 1, Math.max(0, entry + up)));
  });
  chooser.addEventListener("change", () => {
    chosen = chooser.value;
    marked = undefined;
    draw();
  });

  function exported() {
    const of = run();
    if (of === undefined || cells === undefined) return undefined;
    const [width, tall] = [720, 360];
    return {
      file: fileName(column, of.name),
      title: `${title.textContent} over time; ${of.name}`,
      width,
      height: tall,
      paint: (pen: Parameters<typeof paintHeat>[0]) => paint(pen, width, tall, false),
      csv: () => csvOf(...tableOf(of, lines)),
    };
  }
  return {
    element,
    update(next) {
      view = next;
      const of = run();
      element.hidden = of === undefined;
      if (of === undefined) return;
      const name = nameOfColumn(next.runs, column);
      setText(title, name.title);
      setAttribute(heading, "title", name.meaning);
      setAttribute(element, "aria-label", `${name.title} over time`);
      const runs = next.runs.filter(hasLines);
      chooser.hidden = runs.length < 2;
      const offers = runs.map((offered) => `${letterOf(offered.slot)} ${offered.name}`).join("\n");
      if (chooser.dataset.offers !== offers) {
        chooser.dataset.offers = offers;
        chooser.replaceChildren(
          ...runs.map((offered) => h("option", { value: offered.name }, `${letterOf(offered.slot)} ${offered.name}`)),
        );
      }
      chooser.value = of.name;
      const { axis, zoom } = next;
      const key = [of.name, of.data.version, of.detail?.version, axis.quantity, axis.log, zoom?.min, zoom?.max].join(
        " ",
      );
      if (key === drawn) return;
      drawn = key;
      marked = undefined;
      draw();
    },
    restyle: draw,
    destroy() {
      observer.disconnect();
      element.remove();
    },
  };
}

function described({ name }: ShownRun, { entries, values, bins }: HeatCells): string {
  const last = Array.from(values.subarray((bins - 1) * entries)).filter((value) => !Number.isNaN(value));
  if (last.length === 0) return `heat map of ${name}`;
  const negative = last.filter((value) => value < 0).length;
  const range = `from ${formatNumber(Math.min(...last))} to ${formatNumber(Math.max(...last))}`;
  return `heat map of ${name}: ${entries} entries, at last ${range}, ${negative} of them negative`;
}

function tableOf(run: ShownRun, { columns, names }: HeatLines): [string[], (number | string | undefined)[][]] {
  const data = rowsToDraw(run);
  const rows: (number | string | undefined)[][] = [];
  for (let row = 0; row < data.length; row++) {
    const entries = columns.map((column) => data.at(column, row));
    if (entries.some((value) => value !== undefined)) rows.push([run.name, data.at("step", row), ...entries]);
  }
  return [["run", "step", ...names], rows];
}
