/** A chart of one quantity of the shown runs against the common x axis. */
import uPlot from "uplot";
import { button, color, h, setAttribute, setText } from "../dom.ts";
import { formatNumber, formatTick } from "../format.ts";
import { whyEmpty } from "../reading.ts";
import { letterOf, styleOf, swatch } from "../runStyle.ts";
import { drawMarks } from "./chartMarks.ts";
import {
  type Curve,
  curveOf,
  isPositive,
  newest,
  rowsToDraw,
  type ShownRun,
  type View,
  type XAxis,
  xName,
} from "./series.ts";
import { evenTicks, logTicks, padded } from "./ticks.ts";

export interface ChartSpec {
  readonly column: string;
  readonly title: string;
  /** Formula of the quantity. */
  readonly symbol: string;
  readonly meaning: string;
  /** Whether the y axis is logarithmic. `positive`: as long as all numbers are positive. */
  readonly logY: boolean | "positive";
  /** Whether the chart can be removed, because a person added it. */
  readonly removable: boolean;
}

interface ChartHandlers {
  zoom(range: { readonly min: number; readonly max: number } | undefined): void;
  logY(logY: boolean): void;
  remove(): void;
}

export interface Chart {
  readonly element: HTMLElement;
  /** Draws what changed since the last call. */
  update(view: View): void;
  /** Draws again after the colours changed. */
  restyle(): void;
  toggleY(): void;
  destroy(): void;
}

const height = 204;

export function makeChart(spec: ChartSpec, handlers: ChartHandlers): Chart {
  let asked = spec.logY;
  let logY = spec.logY !== false;
  let plot: uPlot | undefined;
  let shape = "";
  let drawn = "";
  let view: View | undefined;
  let curves: readonly Curve[] = [];

  const scaleButton = button(
    scaleName(logY),
    { class: "toggle", title: "switches the y axis between logarithmic and linear" },
    toggleY,
  );
  const area = h("div", { class: "plot", role: "img" });
  const empty = h("p", { class: "empty" }, "no rows yet");
  const legend = h("ul", { class: "legend" });
  const tools = h("div", { class: "card-tools" }, scaleButton);
  if (spec.removable) {
    tools.append(button("×", { class: "toggle", "aria-label": `remove the chart ${spec.title}` }, handlers.remove));
  }
  const element = h(
    "section",
    { class: "card chart", "data-column": spec.column, tabindex: 0, "aria-label": spec.title },
    h(
      "header",
      {},
      h("h2", { title: spec.meaning }, spec.title, " ", h("span", { class: "symbol" }, spec.symbol)),
      tools,
    ),
    area,
    empty,
    legend,
  );
  const observer = new ResizeObserver(() => plot?.setSize({ width: area.clientWidth, height }));
  observer.observe(area);

  function toggleY(): void {
    logY = !logY;
    asked = logY;
    handlers.logY(logY);
    if (view !== undefined) update(view);
  }

  function update(next: View): void {
    view = next;
    const { runs, axis, zoom } = next;
    if (asked === "positive") logY = runs.every(({ data }) => isPositive(data, spec.column));
    setText(scaleButton, scaleName(logY));
    setText(empty, whyEmpty(runs.map(({ data }) => data)));
    const nextShape = [logY, axis.quantity, axis.log, runs.map((run) => `${run.name}=${run.slot}`)].join(" ");
    const versions = runs.map((run) => `${run.data.version}.${run.detail?.version ?? ""}.${run.live}`);
    const key = [nextShape, versions, zoom?.min, zoom?.max].join(" ");
    if (key === drawn) return;
    drawn = key;
    curves = runs.map((run) => curveOf(run, spec.column, next, logY));
    const isEmpty = curves.every(
      ({ ys, marks }) => marks.length === 0 && !ys.some((value) => typeof value === "number"),
    );
    empty.hidden = !isEmpty;
    area.hidden = isEmpty;
    if (isEmpty) return;
    if (shape !== nextShape) {
      plot?.destroy();
      plot = undefined;
      shape = nextShape;
      makeLegend(runs);
    }
    const data = aligned(curves);
    if (plot === undefined) plot = new uPlot(optionsFor(runs, axis), data, area);
    else plot.setData(data, false);
    plot.batch(() => {
      const [min, max] = zoom === undefined ? wholeRange(data[0] as number[], axis.log) : [zoom.min, zoom.max];
      plot!.setScale("x", { min, max });
    });
    showValues();
    setAttribute(area, "aria-label", described(runs));
  }

  function optionsFor(runs: readonly ShownRun[], axis: XAxis): uPlot.Options {
    const axisStyle = {
      stroke: () => color("--text-soft"),
      grid: { stroke: () => color("--grid"), width: 1 },
      ticks: { stroke: () => color("--grid"), width: 1, size: 4 },
      font: "11px system-ui, sans-serif",
    };
    const pixels = (self: uPlot, side: "width" | "height"): number => self.bbox[side] / devicePixelRatio;
    // No row lies between two steps.
    const isTick = (tick: number): boolean => axis.quantity !== "step" || Number.isInteger(tick);
    const xTicks = (self: uPlot, min: number, max: number): number[] => {
      const room = pixels(self, "width");
      return (axis.log ? logTicks(min, max, room, 46) : evenTicks(min, max, room / 60)).filter(isTick);
    };
    const logSplits: Partial<uPlot.Axis> = {
      splits: (self, _index, min, max) => logTicks(min, max, pixels(self, "height"), 26),
      filter: (_self, ticks) => ticks,
    };
    return {
      width: Math.max(100, area.clientWidth),
      height,
      legend: { show: false },
      padding: [14, 14, 0, 0],
      scales: {
        // By default, uPlot lets a logarithmic axis end at powers of ten.
        x: { time: false, distr: axis.log ? 3 : 1, range: (_self, min, max) => [min, max] },
        y: { distr: logY ? 3 : 1, range: yRange },
      },
      axes: [
        {
          ...axisStyle,
          splits: (self, _index, min, max) => xTicks(self, min, max),
          filter: (_self, ticks) => ticks,
          size: 24,
          label: xName(axis),
          labelSize: 16,
          labelGap: 0,
          labelFont: "11px system-ui, sans-serif",
          values: (_self, ticks) => ticks.map(formatTick),
        },
        { ...axisStyle, ...(logY ? logSplits : {}), size: 62, values: (_self, ticks) => ticks.map(formatTick) },
      ],
      series: [
        {},
        ...runs.map(({ name, slot }): uPlot.Series => {
          const { dash } = styleOf(slot);
          return {
            label: name,
            stroke: () => styleOf(slot).stroke,
            // The canvas counts in device pixels.
            dash: dash.map((length) => length * devicePixelRatio),
            width: 1.75,
            points: { size: 5, fill: () => styleOf(slot).stroke },
          };
        }),
      ],
      cursor: {
        drag: { x: true, y: false, setScale: false },
        sync: { key: "steps", scales: ["x", null] },
        bind: {
          dblclick: () => () => {
            handlers.zoom(undefined);
            return null;
          },
        },
      },
      hooks: {
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < 4) return;
            handlers.zoom({ min: self.posToVal(left, "x"), max: self.posToVal(left + width, "x") });
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        setCursor: [() => showValues()],
        draw: [(self) => view !== undefined && drawMarks(self, view, curves)],
      },
    };
  }

  /** Returns the range of the numbers within the x axis, with some room around them. */
  function yRange(_self: uPlot, min: number | null, max: number | null): [number, number] {
    if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max))
      return logY ? [0.1, 10] : [-1, 1];
    return padded(min, max, logY);
  }

  function makeLegend(runs: readonly ShownRun[]): void {
    legend.replaceChildren(
      ...runs.map(({ name, slot }) =>
        h(
          "li",
          { class: "curve" },
          swatch(slot),
          ...(runs.length > 1 ? [h("b", {}, letterOf(slot))] : []),
          h("span", { class: "run-name" }, name),
          h("output", {}),
          h("span", { class: "failures" }),
        ),
      ),
    );
  }

  /** Shows the values at the cursor, or the newest ones without a cursor. */
  function showValues(): void {
    if (view === undefined || plot === undefined) return;
    const index = plot.cursor.idx;
    view.runs.forEach((run, place) => {
      const item = legend.children[place];
      const curve = curves[place];
      if (item === undefined || curve === undefined) return;
      const column = plot!.data[place + 1];
      let value = newest(rowsToDraw(run), spec.column);
      if (index !== null && index !== undefined && column !== undefined) {
        let at = index;
        while (at > 0 && column[at] === undefined) at--;
        value = column[at] ?? Number.NaN;
      }
      setText(item.querySelector("output")!, formatNumber(value));
      const failures = curve.marks.filter(({ kind }) => kind === "nan").length;
      setText(item.querySelector(".failures")!, failures === 0 ? "" : `× ${failures} NaN`);
    });
  }

  function described(runs: readonly ShownRun[]): string {
    const parts = runs.map((run) => {
      const value = newest(run.data, spec.column);
      return `${run.name}: ${formatNumber(value)} at step ${run.data.lastStep ?? 0}`;
    });
    return `${spec.title} against ${view === undefined ? "step" : xName(view.axis)}; ${parts.join("; ")}`;
  }

  return {
    element,
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

/** Joins all curves over the union of their x values. */
function aligned(curves: readonly Curve[]): uPlot.AlignedData {
  const tables = curves.map(({ xs, ys }): uPlot.AlignedData => [xs, ys as (number | null)[]]);
  return tables.length === 1 ? tables[0]! : uPlot.join(tables);
}

function wholeRange(xs: readonly number[], log: boolean): readonly [number, number] {
  const [min, max] = [xs[0] ?? 1, xs.at(-1) ?? 1];
  if (max > min) return [min, max];
  return log ? [min, min * 10] : [min, min + 1];
}
