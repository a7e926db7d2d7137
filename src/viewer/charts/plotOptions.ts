/** How uPlot draws a chart: scales, axes, and what the pointer does. */
import type uPlot from "uplot";
import { color } from "../dom.ts";
import { formatTick } from "../format.ts";
import { type XAxis, xName } from "./series.ts";
import { evenTicks, logTicks, padded } from "./ticks.ts";

export const chartHeight = 204;

interface PlotHandlers {
  zoom(range: { readonly min: number; readonly max: number } | undefined): void;
  cursor(): void;
  /** Draws over the curves. */
  drawn(plot: uPlot): void;
}

export function plotOptions(
  width: number,
  axis: XAxis,
  logY: boolean,
  series: uPlot.Series[],
  bands: uPlot.Band[],
  handlers: PlotHandlers,
): uPlot.Options {
  const axisStyle = {
    stroke: () => color("--text-soft"),
    grid: { stroke: () => color("--grid"), width: 1 },
    ticks: { stroke: () => color("--grid"), width: 1, size: 4 },
    font: "11px system-ui, sans-serif",
  };
  const pixels = (self: uPlot, side: "width" | "height"): number => self.bbox[side] / devicePixelRatio;
  const logSplits: Partial<uPlot.Axis> = {
    splits: (self, _index, min, max) => logTicks(min, max, pixels(self, "height"), 26),
    filter: (_self, ticks) => ticks,
  };
  return {
    width: Math.max(100, width),
    height: chartHeight,
    legend: { show: false },
    padding: [14, 14, 0, 0],
    scales: {
      // By default, uPlot lets a logarithmic axis end at powers of ten.
      x: { time: false, distr: axis.log ? 3 : 1, range: (_self, min, max) => [min, max] },
      y: { distr: logY ? 3 : 1, range: (_self, min, max) => yRange(min, max, logY) },
    },
    axes: [
      {
        ...axisStyle,
        splits: (self, _index, min, max) => xTicks(axis, min, max, pixels(self, "width")),
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
    series: [{}, ...series],
    bands,
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
          const { left, width: wide } = self.select;
          if (wide < 4) return;
          handlers.zoom({ min: self.posToVal(left, "x"), max: self.posToVal(left + wide, "x") });
          self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [() => handlers.cursor()],
      draw: [handlers.drawn],
    },
  };
}

/** Returns the ticks of an x axis of so many pixels. No row lies between two steps or two evaluations. */
export function xTicks({ log, quantity }: XAxis, min: number, max: number, pixels: number): number[] {
  const ticks = log ? logTicks(min, max, pixels, 46) : evenTicks(min, max, pixels / 60);
  return quantity === "seconds" ? ticks : ticks.filter(Number.isInteger);
}

/** Returns the range of the numbers within the x axis, with some room around them. */
export function yRange(min: number | null, max: number | null, log: boolean): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return log ? [0.1, 10] : [-1, 1];
  return padded(min, max, log);
}
