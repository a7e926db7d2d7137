/** The way of two-dimensional runs through the plane. */
import { color, h, setAttribute } from "./dom.ts";
import { formatNumber } from "./format.ts";
import { blankCanvas, disk, drawAxes, Labels, type Plane, planeOver, roomOf } from "./plane.ts";
import { letterOf, styleOf } from "./runStyle.ts";
import { rowsToDraw, type ShownRun } from "./series.ts";

export interface Trajectory {
  readonly element: HTMLElement;
  /** Draws the runs, if any of them has points in the plane. */
  update(runs: readonly ShownRun[]): void;
  restyle(): void;
}

const height = 226;

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
    const context = blankCanvas(canvas, width, height);
    const place = placement(runs, width);
    if (place === undefined) return;
    drawAxes(context, place);
    const labels = runs.length > 1 ? new Labels(context, 11) : undefined;
    for (const run of runs) drawRun(context, run, place, labels);
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

function placement(runs: readonly ShownRun[], width: number): Plane | undefined {
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
  // One scale for both axes.
  const [room, tall] = roomOf(width, height);
  const span = Math.max(high[0]! - low[0]!, ((high[1]! - low[1]!) * room) / tall, 1e-300) * 1.1;
  const [halfX, halfY] = [span / 2, ((span / 2) * tall) / room];
  const [middleX, middleY] = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2];
  return planeOver([middleX - halfX, middleX + halfX, middleY - halfY, middleY + halfY], width, height);
}

function drawRun(context: CanvasRenderingContext2D, run: ShownRun, { x, y }: Plane, labels: Labels | undefined): void {
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
  labels?.write(letterOf(run.slot), start[0], start[1] - 8, stroke);
}

function described(runs: readonly ShownRun[]): string {
  const parts = runs.map(({ name, data }) => {
    return `${name} is at (${formatNumber(data.last("point.0"))}, ${formatNumber(data.last("point.1"))})`;
  });
  return `trajectories in the plane; ${parts.join("; ")}`;
}
