/** A chart of one quantity of the shown runs against the common x axis. */
import uPlot from "uplot";
import { button, h, setAttribute, setText } from "../dom.ts";
import { formatCount, formatNumber } from "../format.ts";
import { whyEmpty } from "../reading.ts";
import type { BoardChart } from "./boardChart.ts";
import { drawMarks } from "./chartMarks.ts";
import type { ColumnName } from "./columnNames.ts";
import { chartExport } from "./export/chartExport.ts";
import { makeExportMenu } from "./export/exportMenu.ts";
import { makeLegend, type Reading } from "./legend.ts";
import { alignedData, bandsOf, type Drawing, drawingOf, isEmpty, seriesOf, shapeOf } from "./lines.ts";
import type { ChartSpec } from "./mainCharts.ts";
import type { Frame } from "./pen.ts";
import { chartHeight, plotOptions } from "./plotOptions.ts";
import { isPositive, newest, rowsToDraw, stepAt, type View, xName, xShift } from "./series.ts";

interface ChartHandlers {
  zoom(range: { readonly min: number; readonly max: number } | undefined): void;
  logY(logY: boolean): void;
  remove(): void;
}

export interface Chart extends BoardChart {
  /** Names the chart anew, once a run has said what its column means. */
  rename(name: ColumnName): void;
  toggleY(): void;
}

export function makeChart(given: ChartSpec, handlers: ChartHandlers): Chart {
  let spec = given;
  let asked = spec.logY;
  let logY = spec.logY !== false;
  let plot: uPlot | undefined;
  let shape = "";
  let drawn = "";
  let view: View | undefined;
  let drawing: Drawing = { curves: [], lines: [] };

  const scaleButton = button(
    scaleName(logY),
    { class: "toggle", title: "switches the y axis between logarithmic and linear" },
    toggleY,
  );
  const area = h("div", { class: "plot", role: "img" });
  const empty = h("p", { class: "empty" }, "no rows yet");
  const legend = makeLegend();
  const exported = makeExportMenu(spec.title, () =>
    view === undefined || plot === undefined
      ? undefined
      : chartExport(spec, { view, drawing, logY, xRange: xRange(plot), readings: newestReadings() }),
  );
  const tools = h("div", { class: "card-tools" }, exported, scaleButton);
  if (spec.removable) {
    tools.append(button("×", { class: "toggle", "aria-label": `remove the chart ${spec.title}` }, handlers.remove));
  }
  const title = h("span", {});
  const symbol = h("span", { class: "symbol" });
  const internal = h("code", { class: "internal" });
  const heading = h("div", { class: "heading" }, h("h2", {}, title, " ", symbol), internal);
  const element = h(
    "section",
    { class: "card chart", "data-column": spec.column, tabindex: 0 },
    h("header", {}, heading, tools),
    area,
    empty,
    legend.element,
  );
  rename({ internal: given.column, ...given });
  element.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowLeft" ? -1 : 1;
    if (!event.shiftKey || !/^Arrow(Left|Right)$/.test(event.key) || plot === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    moveCursor(plot, by);
  });
  const observer = new ResizeObserver(() => plot?.setSize({ width: area.clientWidth, height: chartHeight }));
  observer.observe(area);

  function rename(name: ColumnName): void {
    spec = { ...spec, ...name };
    setText(title, name.title);
    setText(symbol, name.symbol);
    setText(internal, name.internal);
    setAttribute(heading, "title", name.meaning);
    setAttribute(element, "aria-label", name.title);
  }
  function toggleY(): void {
    logY = !logY;
    asked = logY;
    handlers.logY(logY);
    if (view !== undefined) update(view);
  }

  function update(next: View): void {
    view = next;
    const { runs, axis, zoom, smoothing } = next;
    if (asked === "positive") logY = runs.every(({ data }) => isPositive(data, spec.column));
    setText(scaleButton, scaleName(logY));
    setText(empty, whyEmpty(runs.map(({ data }) => data)));
    const versions = runs.map((run) => {
      const seeds = run.seeds?.map(({ data, live }) => `${data.version} ${data.lastStep} ${live}`).join();
      return `${run.name}=${run.slot}.${run.data.version}.${run.detail?.version ?? ""}.${run.live}.${seeds ?? ""}`;
    });
    const key = [logY, axis.quantity, axis.log, zoom?.min, zoom?.max, smoothing, ...versions].join(" ");
    if (key === drawn) return;
    drawn = key;
    drawing = drawingOf(next, spec.column, logY);
    empty.hidden = !isEmpty(drawing);
    area.hidden = !empty.hidden;
    if (area.hidden) return;
    const names = runs.map((run) => `${run.name}=${run.seeds?.length ?? 0}`);
    const nextShape = [logY, axis.quantity, axis.log, shapeOf(drawing), ...names].join(" ");
    if (shape !== nextShape) {
      plot?.destroy();
      plot = undefined;
      shape = nextShape;
      legend.show(runs);
    }
    const data = alignedData(drawing, uPlot.join);
    if (plot === undefined) plot = makePlot(next, data);
    else plot.setData(data, false);
    plot.batch(() => {
      const [min, max] = zoom === undefined ? wholeRange(data[0] as number[], axis.log) : [zoom.min, zoom.max];
      plot!.setScale("x", { min, max });
    });
    showValues();
    setAttribute(area, "aria-label", described(next));
  }

  function makePlot({ axis }: View, data: uPlot.AlignedData): uPlot {
    const options = plotOptions(area.clientWidth, axis, logY, seriesOf(drawing), bandsOf(drawing), {
      zoom: handlers.zoom,
      cursor: showValues,
      drawn: (self) => view !== undefined && drawMarks(frameOf(self), view, drawing.curves),
    });
    return new uPlot(options, data, area);
  }

  /** Shows the values at the cursor, or the newest ones without a cursor. */
  function showValues(): void {
    if (view === undefined || plot === undefined) return;
    const index = plot.cursor.idx;
    if (index === null || index === undefined) legend.update("", newestReadings(), drawing.curves);
    else legend.update(placeAt(view, plot.data[0][index]!), readingsAt(plot.data, index), drawing.curves);
  }
  function newestReadings(): Reading[] {
    return (view?.runs ?? []).map((run, index) => {
      if (run.seeds === undefined || run.seeds.length < 2) return { value: newest(rowsToDraw(run), spec.column) };
      return { value: drawing.curves[index]?.ys.findLast((y) => typeof y === "number") };
    });
  }
  function readingsAt(data: uPlot.AlignedData, index: number): Reading[] {
    const at = (place: number): number | undefined => {
      const column = data[place + 1];
      if (place < 0 || column === undefined) return undefined;
      let row = index;
      while (row > 0 && column[row] === undefined) row--;
      return column[row] ?? Number.NaN;
    };
    return (view?.runs ?? []).map((_, run) => {
      const place = (kind: string): number => drawing.lines.findIndex((line) => line.run === run && line.kind === kind);
      const [main, raw, lower, upper] = [place("main"), place("raw"), place("lower"), place("upper")];
      if (upper >= 0) return { value: at(main), between: [at(lower)!, at(upper)!] };
      return raw >= 0 ? { value: at(raw), smooth: at(main) } : { value: at(main) };
    });
  }

  function described({ runs, axis }: View): string {
    const parts = runs.map((run) => {
      const value = newest(run.data, spec.column);
      return `${run.name}: ${formatNumber(value)} at step ${run.data.lastStep ?? 0}`;
    });
    return `${spec.title} against ${xName(axis)}; ${parts.join("; ")}`;
  }

  return {
    element,
    rename,
    update,
    toggleY,
    restyle: () => plot?.redraw(false, true),
    destroy() {
      observer.disconnect();
      plot?.destroy();
      element.remove();
    },
  };
}

function scaleName(log: boolean): string {
  return `y: ${log ? "log" : "linear"}`;
}

function xRange(plot: uPlot): readonly [number, number] {
  return [plot.scales.x?.min ?? 0, plot.scales.x?.max ?? 1];
}

function frameOf(plot: uPlot): Frame {
  const { left, top, width, height } = plot.bbox;
  return {
    pen: plot.ctx,
    unit: devicePixelRatio,
    left,
    top,
    width,
    height,
    xRange: xRange(plot),
    x: (value) => plot.valToPos(value, "x", true),
    y: (value) => plot.valToPos(value, "y", true),
  };
}

/** Moves the cursor by rows that are a pixel or more apart; all charts follow. It begins at the newest row. */
function moveCursor(plot: uPlot, by: -1 | 1): void {
  const xs = plot.data[0];
  const pixel = (index: number): number => plot.valToPos(xs[index]!, "x");
  const now = plot.cursor.idx ?? undefined;
  let next = now === undefined ? xs.length - 1 : now + by;
  while (now !== undefined && xs[next + by] !== undefined && Math.abs(pixel(next) - pixel(now)) < 1) next += by;
  if (xs[next] === undefined) return;
  // uPlot's types do not know the last argument, which lets the other charts follow.
  const setCursor = plot.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void;
  setCursor({ left: pixel(next), top: plot.over.clientHeight / 2 }, true, true);
}

/** Says where on the x axis the cursor is, and at which step. */
function placeAt({ runs, axis }: View, x: number): string {
  const step = axis.quantity === "step" ? x - xShift(axis) : stepAt(runs[0], axis, x);
  const of = step === undefined ? "" : `step ${formatCount(step)}`;
  return axis.quantity === "step"
    ? of
    : [`${formatNumber(x)} ${xName(axis)}`, of].filter((part) => part !== "").join(", ");
}

function wholeRange(xs: readonly number[], log: boolean): readonly [number, number] {
  const [min, max] = [xs[0] ?? 1, xs.at(-1) ?? 1];
  if (max > min) return [min, max];
  return log ? [min, min * 10] : [min, min + 1];
}
