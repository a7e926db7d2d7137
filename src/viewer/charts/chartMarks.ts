/** Draws over the curves of a chart: failures, commands, events, and the ends of runs. */
import { color } from "../dom.ts";
import { styleOf } from "../runStyle.ts";
import type { Frame } from "./pen.ts";
import { Labels } from "./plane.ts";
import { type Curve, interventionAt, type Mark, type ShownRun, type View } from "./series.ts";

const glyphs: Readonly<Record<Mark["kind"], string>> = { nan: "×", over: "▲", under: "▼" };

/** Something that happened at a step and is drawn as a line from top to bottom. */
interface Happening {
  readonly step: number;
  readonly label: string;
}

interface HappeningStyle {
  readonly stroke: string;
  readonly dash: readonly number[];
  /** Whether a flag stands at the upper end, with the label beside it; else the label stands above the chart. */
  readonly flag: boolean;
  /** Least distance between two labels, in pixels. */
  readonly apart: number;
}

/** @param curves one for each run of the view */
export function drawMarks(frame: Frame, view: View, curves: readonly Curve[]): void {
  const { pen, unit, left, top, width, height } = frame;
  pen.save();
  pen.beginPath();
  pen.rect(left, top - 14 * unit, width + 14 * unit, height + 14 * unit);
  pen.clip();
  drawHappenings(frame, view, commandsOf, { stroke: color("--text-soft"), dash: [2, 3], flag: false, apart: 50 });
  drawHappenings(frame, view, eventsOf, { stroke: color("--warn"), dash: [], flag: true, apart: 60 });
  const labels = view.runs.length > 1 ? new Labels(pen, 11 * unit) : undefined;
  view.runs.forEach((run, index) => {
    const curve = curves[index];
    if (curve === undefined) return;
    const { stroke, letter } = styleOf(run.slot);
    drawFailures(frame, curve.marks, stroke);
    const end = drawEnd(frame, curve, stroke, run.live);
    if (end !== undefined) labels?.write(letter, end[0], end[1] - 7 * unit, stroke);
  });
  pen.restore();
}

/** Draws at most one glyph per few pixels, so that a stretch of NaN is a row of crosses. */
function drawFailures({ pen, unit, top, height, xRange, x }: Frame, marks: readonly Mark[], stroke: string): void {
  pen.fillStyle = stroke;
  pen.font = `bold ${13 * unit}px system-ui, sans-serif`;
  pen.textAlign = "center";
  const drawnAt: Record<string, number> = {};
  for (const mark of marks) {
    if (mark.x < xRange[0] || mark.x > xRange[1]) continue;
    const at = x(mark.x);
    if (at - (drawnAt[mark.kind] ?? Number.NEGATIVE_INFINITY) < 7 * unit) continue;
    drawnAt[mark.kind] = at;
    pen.fillText(glyphs[mark.kind], at, mark.kind === "over" ? top + 10 * unit : top + height - 3 * unit);
  }
}

/** Draws a filled disk where a run ended, a ring where it is now. Returns the place if it is within the chart. */
function drawEnd(frame: Frame, curve: Curve, stroke: string, live: boolean): readonly [number, number] | undefined {
  const { pen, unit, xRange } = frame;
  let last = curve.ys.length - 1;
  while (last >= 0 && typeof curve.ys[last] !== "number") last--;
  const [x, y] = [curve.xs[last], curve.ys[last]];
  if (x === undefined || typeof y !== "number" || x > xRange[1]) return undefined;
  const [left, top] = [frame.x(x), frame.y(y)];
  pen.beginPath();
  pen.arc(left, top, 3.5 * unit, 0, 2 * Math.PI);
  pen.fillStyle = live ? color("--card") : stroke;
  pen.fill();
  pen.strokeStyle = stroke;
  pen.lineWidth = 1.75 * unit;
  pen.setLineDash([]);
  pen.stroke();
  return [left, top];
}

function drawHappenings(
  frame: Frame,
  view: View,
  happeningsOf: (run: ShownRun) => Iterable<Happening>,
  { stroke, dash, flag, apart }: HappeningStyle,
): void {
  const { pen, unit, top, height, xRange } = frame;
  pen.strokeStyle = stroke;
  pen.fillStyle = stroke;
  pen.lineWidth = unit;
  pen.setLineDash(dash.map((length) => length * unit));
  pen.font = `${10 * unit}px system-ui, sans-serif`;
  pen.textAlign = "left";
  let labelled = Number.NEGATIVE_INFINITY;
  for (const run of view.runs) {
    for (const happening of happeningsOf(run)) {
      const x = interventionAt(run, happening, view.axis);
      if (x === undefined || x < xRange[0] || x > xRange[1]) continue;
      const left = frame.x(x);
      pen.beginPath();
      pen.moveTo(left, top);
      pen.lineTo(left, top + height);
      pen.stroke();
      if (flag) drawFlag(frame, left);
      if (left - labelled < apart * unit) continue;
      labelled = left;
      if (flag) pen.fillText(happening.label, left + 9 * unit, top + 8 * unit);
      else pen.fillText(happening.label, left, top - 4 * unit);
    }
  }
  pen.setLineDash([]);
}

function drawFlag({ pen, unit, top }: Frame, left: number): void {
  pen.beginPath();
  pen.moveTo(left, top);
  pen.lineTo(left + 7 * unit, top + 3.5 * unit);
  pen.lineTo(left, top + 7 * unit);
  pen.fill();
}

function* commandsOf({ data }: ShownRun): Generator<Happening> {
  for (const { step, commands } of data.interventions) {
    const [first] = commands;
    const label = first?.type === "set" ? (first.setting?.split(".").at(-1) ?? "set") : (first?.type ?? "");
    yield { step, label };
  }
}

function* eventsOf({ data }: ShownRun): Generator<Happening> {
  for (const { step, rule } of data.events) yield { step, label: rule };
}
