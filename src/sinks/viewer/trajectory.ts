/** The way of two-dimensional runs through the plane. */
import { color, h, setAttribute } from "./dom.ts";
import { formatNumber, formatTick } from "./format.ts";
import { letterOf, styleOf } from "./runStyle.ts";
import { rowsToDraw, type ShownRun } from "./series.ts";
import { evenTicks } from "./ticks.ts";

export interface Trajectory {
  readonly element: HTMLElement;
  /** Draws the runs, if any of them has points in the plane. */
  update(runs: readonly ShownRun[]): void;
  restyle(): void;
}

const height = 226;
const margin = { left: 54, right: 16, top: 12, bottom: 26 };

export function makeTrajectory(): Trajectory {
  const canvas = h("canvas", { role: "img" });
  const element = h(
    "section",
    { class: "card chart", "aria-label": "Trajectory", tabindex: 0, hidden: true },
    h("header", {}, h("h2", {}, "Trajectory ", h("span", { class: "symbol" }, "z in the plane"))),
    h("div", { class: "plot" }, canvas),
    h("p", { class: "hint" }, "◯ start   ● now or end"),
  );
  let runs: readonly ShownRun[] = [];
  let drawn = "";
  const observer = new ResizeObserver(() => draw());
  observer.observe(canvas.parentElement!);

  function draw(): void {
    const width = canvas.parentElement!.clientWidth;
    if (width === 0) return;
    const unit = devicePixelRatio;
    canvas.width = width * unit;
    canvas.height = height * unit;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d")!;
    context.scale(unit, unit);
    const place = placement(runs, width);
    if (place === undefined) return;
    drawAxes(context, place, width);
    for (const run of runs) drawRun(context, run, place, runs.length > 1);
    setAttribute(canvas, "aria-label", described(runs));
  }
  return {
    element,
    update(next) {
      runs = next.filter((run) => run.data.has("point.0") && run.data.length > 0);
      element.hidden = runs.length === 0;
      const key = runs
        .map(({ name, slot, data, detail }) => `${name} ${slot} ${data.version} ${detail?.version}`)
        .join();
      if (key === drawn) return;
      drawn = key;
      draw();
    },
    restyle: draw,
  };
}

/** From the plane to the canvas, one scale for both axes. */
interface Placement {
  readonly range: readonly [xMin: number, xMax: number, yMin: number, yMax: number];
  x(value: number): number;
  y(value: number): number;
}

function placement(runs: readonly ShownRun[], width: number): Placement | undefined {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const run of runs) {
    for (const axis of [0, 1]) {
      const column = rowsToDraw(run).column(`point.${axis}`);
      for (let row = 0; row < rowsToDraw(run).length; row++) {
        const value = column?.values[row] ?? Number.NaN;
        if (column?.missing[row] === 1 || !Number.isFinite(value)) continue;
        low[axis] = Math.min(low[axis]!, value);
        high[axis] = Math.max(high[axis]!, value);
      }
    }
  }
  if (!(low[0]! <= high[0]! && low[1]! <= high[1]!)) return undefined;
  const [room, tall] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  const span = Math.max(high[0]! - low[0]!, ((high[1]! - low[1]!) * room) / tall, 1e-300) * 1.1;
  const scale = room / span;
  const [middleX, middleY] = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2];
  const halfX = room / scale / 2;
  const halfY = tall / scale / 2;
  return {
    range: [middleX - halfX, middleX + halfX, middleY - halfY, middleY + halfY],
    x: (value) => margin.left + room / 2 + (value - middleX) * scale,
    y: (value) => margin.top + tall / 2 - (value - middleY) * scale,
  };
}

function drawAxes(context: CanvasRenderingContext2D, { range, x, y }: Placement, width: number): void {
  const [xMin, xMax, yMin, yMax] = range;
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = color("--text-soft");
  context.strokeStyle = color("--grid");
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = "center";
  for (const tick of evenTicks(xMin, xMax, width / 90)) {
    context.moveTo(x(tick), margin.top);
    context.lineTo(x(tick), height - margin.bottom);
    context.fillText(formatTick(tick), x(tick), height - margin.bottom + 15);
  }
  context.textAlign = "right";
  for (const tick of evenTicks(yMin, yMax, height / 60)) {
    context.moveTo(margin.left, y(tick));
    context.lineTo(width - margin.right, y(tick));
    context.fillText(formatTick(tick), margin.left - 6, y(tick) + 4);
  }
  context.stroke();
}

function drawRun(context: CanvasRenderingContext2D, run: ShownRun, { x, y }: Placement, withLetter: boolean): void {
  const data = rowsToDraw(run);
  const { stroke, dash } = styleOf(run.slot);
  const path: (readonly [number, number])[] = [];
  for (let row = 0; row < data.length; row++) {
    const [first, second] = [data.at("point.0", row), data.at("point.1", row)];
    if (first !== undefined && second !== undefined && Number.isFinite(first) && Number.isFinite(second)) {
      path.push([x(first), y(second)]);
    }
  }
  const [start, end] = [path[0], path.at(-1)];
  if (start === undefined || end === undefined) return;
  context.strokeStyle = stroke;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.beginPath();
  for (const [left, top] of path) context.lineTo(left, top);
  context.stroke();
  context.setLineDash([]);
  disk(context, start, color("--card"), stroke);
  disk(context, end, stroke, stroke);
  if (!withLetter) return;
  context.fillStyle = stroke;
  context.font = "600 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.fillText(letterOf(run.slot), start[0], start[1] - 8);
}

function disk(context: CanvasRenderingContext2D, at: readonly [number, number], fill: string, stroke: string): void {
  context.beginPath();
  context.arc(at[0], at[1], 4, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = stroke;
  context.stroke();
}

function described(runs: readonly ShownRun[]): string {
  const parts = runs.map(({ name, data }) => {
    return `${name} is at (${formatNumber(data.last("point.0"))}, ${formatNumber(data.last("point.1"))})`;
  });
  return `trajectories in the plane; ${parts.join("; ")}`;
}
