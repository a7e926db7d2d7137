/** Draws a whole chart, with title, axes and legend, for a file. On the page uPlot draws the curves. */
import { color } from "../../dom.ts";
import { formatNumber, formatTick } from "../../format.ts";
import { letterOf, styleOf } from "../../runStyle.ts";
import { drawMarks } from "../chartMarks.ts";
import type { Reading } from "../legend.ts";
import { bandAlpha, type Drawing, faint, type Line } from "../lines.ts";
import type { Frame, Pen } from "../pen.ts";
import { xTicks, yRange } from "../plotOptions.ts";
import { type View, xName } from "../series.ts";
import { evenTicks, logTicks } from "../ticks.ts";

export interface Picture {
  readonly title: string;
  readonly view: View;
  readonly drawing: Drawing;
  readonly logY: boolean;
  readonly xRange: readonly [min: number, max: number];
  /** Newest numbers of the runs. */
  readonly readings: readonly Reading[];
}

const font = "system-ui, sans-serif";
const margin = { left: 66, right: 16, top: 44, bottom: 44 };
const legendLine = 18;

/** Height of the picture of a chart with so many runs, in pixels. */
export function pictureHeight(runs: number): number {
  return 320 + legendLine * runs;
}

export function paintChart(pen: Pen, picture: Picture, width: number, height: number): void {
  const { title, view, drawing, readings } = picture;
  const bottom = margin.bottom + legendLine * view.runs.length;
  const inner = { left: margin.left, top: margin.top, width: width - margin.left - margin.right };
  const frame = frameOver(pen, { ...inner, height: height - margin.top - bottom }, picture);
  pen.fillStyle = color("--text");
  pen.font = `600 14px ${font}`;
  pen.textAlign = "left";
  pen.fillText(title, 14, 22);
  drawAxes(frame, picture);
  pen.save();
  pen.beginPath();
  pen.rect(frame.left, frame.top, frame.width, frame.height);
  pen.clip();
  drawing.lines.forEach((line, index) => {
    const lower = drawing.lines[index + 1];
    if (line.kind === "upper" && lower !== undefined) drawBand(frame, line, lower);
    else if (line.kind === "raw" || line.kind === "main") drawLine(frame, line);
  });
  pen.restore();
  drawMarks(frame, view, drawing.curves);
  pen.font = `11px ${font}`;
  pen.textAlign = "center";
  pen.fillStyle = color("--text-soft");
  pen.fillText(xName(view.axis), frame.left + frame.width / 2, frame.top + frame.height + 32);
  view.runs.forEach(({ name, slot, seeds = [] }, index) => {
    const { stroke, dash } = styleOf(slot);
    const y = height - 10 - legendLine * (view.runs.length - 1 - index);
    pen.strokeStyle = stroke;
    pen.lineWidth = 1.75;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(margin.left, y - 4);
    pen.lineTo(margin.left + 30, y - 4);
    pen.stroke();
    pen.setLineDash([]);
    pen.textAlign = "left";
    pen.fillStyle = color("--text");
    const letter = view.runs.length > 1 ? `${letterOf(slot)}  ` : "";
    const of = seeds.length > 1 ? `, median of ${seeds.length} runs` : "";
    pen.fillText(`${letter}${name}${of}   ${formatNumber(readings[index]?.value)}`, margin.left + 38, y);
  });
}

function frameOver(
  pen: Pen,
  place: Pick<Frame, "left" | "top" | "width" | "height">,
  { drawing, logY, xRange, view }: Picture,
): Frame & { readonly yRange: readonly [number, number] } {
  const [low, high] = extremes(drawing.lines, xRange);
  const range = yRange(low, high, logY);
  const scale = (log: boolean, [min, max]: readonly [number, number]): ((value: number) => number) => {
    const into = log ? Math.log : (value: number) => value;
    const [from, to] = [into(min), into(max)];
    return (value) => (into(value) - from) / (to - from);
  };
  const [x, y] = [scale(view.axis.log, xRange), scale(logY, range)];
  return {
    pen,
    unit: 1,
    ...place,
    xRange,
    yRange: range,
    x: (value) => place.left + place.width * x(value),
    y: (value) => place.top + place.height * (1 - y(value)),
  };
}

function extremes(
  lines: readonly Line[],
  [min, max]: readonly [number, number],
): readonly [number | null, number | null] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { xs, ys } of lines) {
    ys.forEach((y, row) => {
      if (typeof y !== "number" || xs[row]! < min || xs[row]! > max) return;
      low = Math.min(low, y);
      high = Math.max(high, y);
    });
  }
  return low <= high ? [low, high] : [null, null];
}

function drawAxes(
  frame: Frame & { readonly yRange: readonly [number, number] },
  { view: { axis }, logY, xRange: [xMin, xMax] }: Picture,
): void {
  const { pen, left, top, width, height } = frame;
  const [yMin, yMax] = frame.yRange;
  pen.font = `11px ${font}`;
  pen.fillStyle = color("--text-soft");
  pen.strokeStyle = color("--grid");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.textAlign = "center";
  for (const tick of xTicks(axis, xMin, xMax, width)) {
    pen.moveTo(frame.x(tick), top);
    pen.lineTo(frame.x(tick), top + height);
    pen.fillText(formatTick(tick), frame.x(tick), top + height + 15);
  }
  pen.textAlign = "right";
  for (const tick of logY ? logTicks(yMin, yMax, height, 26) : evenTicks(yMin, yMax, height / 40)) {
    pen.moveTo(left, frame.y(tick));
    pen.lineTo(left + width, frame.y(tick));
    pen.fillText(formatTick(tick), left - 6, frame.y(tick) + 4);
  }
  pen.stroke();
}

function drawLine(frame: Frame, { xs, ys, slot, kind }: Line): void {
  const { pen } = frame;
  const { stroke, dash } = styleOf(slot);
  pen.strokeStyle = stroke;
  pen.lineJoin = "round";
  pen.lineWidth = kind === "raw" ? 1 : 1.75;
  pen.globalAlpha = kind === "raw" ? faint : 1;
  pen.setLineDash(kind === "raw" ? [] : dash);
  pen.beginPath();
  let isDown = false;
  ys.forEach((y, row) => {
    // undefined was not measured there, and the curve goes on; null is a gap.
    if (y === null) isDown = false;
    if (typeof y !== "number") return;
    if (isDown) pen.lineTo(frame.x(xs[row]!), frame.y(y));
    else pen.moveTo(frame.x(xs[row]!), frame.y(y));
    isDown = true;
  });
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

/** Fills between two lines over the same places, stretch by stretch where both have numbers. */
function drawBand(frame: Frame, upper: Line, lower: Line): void {
  const { pen } = frame;
  pen.fillStyle = styleOf(upper.slot).stroke;
  pen.globalAlpha = bandAlpha;
  let from = 0;
  for (let row = 0; row <= upper.xs.length; row++) {
    if (typeof upper.ys[row] === "number" && typeof lower.ys[row] === "number") continue;
    if (row > from) {
      pen.beginPath();
      for (let i = from; i < row; i++) pen.lineTo(frame.x(upper.xs[i]!), frame.y(upper.ys[i] as number));
      for (let i = row - 1; i >= from; i--) pen.lineTo(frame.x(lower.xs[i]!), frame.y(lower.ys[i] as number));
      pen.closePath();
      pen.fill();
    }
    from = row + 1;
  }
  pen.globalAlpha = 1;
}
