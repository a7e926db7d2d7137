/** Draws over the curves of a chart: failures, commands, and the ends of runs. */
import type uPlot from "uplot";
import { color } from "../dom.ts";
import { styleOf } from "../runStyle.ts";
import { Labels } from "./plane.ts";
import { type Curve, interventionAt, type Mark, type View } from "./series.ts";

const glyphs: Readonly<Record<Mark["kind"], string>> = { nan: "×", over: "▲", under: "▼" };

export function drawMarks(plot: uPlot, view: View, curves: readonly Curve[]): void {
  const { ctx, bbox } = plot;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top - 14 * unit, bbox.width + 14 * unit, bbox.height + 14 * unit);
  ctx.clip();
  drawInterventions(plot, view, unit);
  drawEvents(plot, view, unit);
  const labels = view.runs.length > 1 ? new Labels(ctx, 11 * unit) : undefined;
  view.runs.forEach((run, index) => {
    const curve = curves[index];
    if (curve === undefined) return;
    const { stroke, letter } = styleOf(run.slot);
    drawFailures(plot, curve.marks, stroke, unit);
    const end = drawEnd(plot, curve, stroke, run.live, unit);
    if (end !== undefined) labels?.write(letter, end[0], end[1] - 7 * unit, stroke);
  });
  ctx.restore();
}

/** Draws at most one glyph per few pixels, so that a stretch of NaN is a row of crosses. */
function drawFailures(plot: uPlot, marks: readonly Mark[], stroke: string, unit: number): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  ctx.fillStyle = stroke;
  ctx.font = `bold ${13 * unit}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  const drawnAt: Record<string, number> = {};
  for (const { x, kind } of marks) {
    if (x < min! || x > max!) continue;
    const at = plot.valToPos(x, "x", true);
    if (at - (drawnAt[kind] ?? Number.NEGATIVE_INFINITY) < 7 * unit) continue;
    drawnAt[kind] = at;
    ctx.fillText(glyphs[kind], at, kind === "over" ? bbox.top + 10 * unit : bbox.top + bbox.height - 3 * unit);
  }
}

/** Draws a filled disk where a run ended, a ring where it is now. Returns the place if it is within the chart. */
function drawEnd(
  plot: uPlot,
  curve: Curve,
  stroke: string,
  live: boolean,
  unit: number,
): readonly [number, number] | undefined {
  const { ctx } = plot;
  let last = curve.ys.length - 1;
  while (last >= 0 && typeof curve.ys[last] !== "number") last--;
  const [x, y] = [curve.xs[last], curve.ys[last]];
  if (x === undefined || typeof y !== "number" || x > (plot.scales.x?.max ?? 0)) return undefined;
  const [left, top] = [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true)];
  ctx.beginPath();
  ctx.arc(left, top, 3.5 * unit, 0, 2 * Math.PI);
  ctx.fillStyle = live ? color("--card") : stroke;
  ctx.fill();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = 1.75 * unit;
  ctx.setLineDash([]);
  ctx.stroke();
  return [left, top];
}

/** Draws a flag at the upper edge where a rule raised an event, with a thin line and the name of the rule. */
function drawEvents(plot: uPlot, view: View, unit: number): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  ctx.font = `${10 * unit}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  let labelled = Number.NEGATIVE_INFINITY;
  for (const run of view.runs) {
    ctx.strokeStyle = color("--warn");
    ctx.fillStyle = color("--warn");
    ctx.lineWidth = unit;
    for (const event of run.data.events) {
      const x = interventionAt(run, event, view.axis);
      if (x === undefined || x < min! || x > max!) continue;
      const left = plot.valToPos(x, "x", true);
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left + 7 * unit, bbox.top + 3.5 * unit);
      ctx.lineTo(left, bbox.top + 7 * unit);
      ctx.fill();
      if (left - labelled < 60 * unit) continue;
      labelled = left;
      ctx.fillText(event.rule, left + 9 * unit, bbox.top + 8 * unit);
    }
  }
}

function drawInterventions(plot: uPlot, view: View, unit: number): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  ctx.strokeStyle = color("--text-soft");
  ctx.fillStyle = color("--text-soft");
  ctx.lineWidth = unit;
  ctx.setLineDash([2 * unit, 3 * unit]);
  ctx.font = `${10 * unit}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  let labelled = Number.NEGATIVE_INFINITY;
  for (const run of view.runs) {
    for (const intervention of run.data.interventions) {
      const x = interventionAt(run, intervention, view.axis);
      if (x === undefined || x < min! || x > max!) continue;
      const left = plot.valToPos(x, "x", true);
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      if (left - labelled < 50 * unit) continue;
      labelled = left;
      const [first] = intervention.commands;
      const what = first?.type === "set" ? (first.setting?.split(".").at(-1) ?? "set") : (first?.type ?? "");
      ctx.fillText(what, left, bbox.top - 4 * unit);
    }
  }
  ctx.setLineDash([]);
}
