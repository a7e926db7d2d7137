/** Draws the paths of runs, and of their averages, in the plane of two coordinates. */
import { color, h, setAttribute } from "../dom.ts";
import { formatNumber } from "../format.ts";
import type { RunData } from "../runData.ts";
import { letterOf, styleOf } from "../runStyle.ts";
import { csvOf, type Exported, fileName, makeExportMenu } from "./export/exportMenu.ts";
import type { Pen } from "./pen.ts";
import { blankCanvas, disk, drawAxes, Labels, type Plane, planeOver, roomOf } from "./plane.ts";
import { rowsToDraw, type ShownRun } from "./series.ts";

interface Trajectory {
  readonly element: HTMLElement;
  /** Draws the runs whose points have at least two coordinates. */
  update(runs: readonly ShownRun[]): void;
  restyle(): void;
}

type Axes = readonly [x: number, y: number];

const height = 226;
/** Vector columns that are drawn: the points, and the averages that the operator `average` writes. */
const [pointColumn, averageColumn] = ["point", "average"];

export function makeTrajectory(): Trajectory {
  const canvas = h("canvas", { role: "img" });
  const choosers = ["x axis", "y axis"].map((label) =>
    h("select", { class: "coordinate", "aria-label": `coordinate on the ${label}` }),
  ) as [HTMLSelectElement, HTMLSelectElement];
  const choice = h("span", { class: "card-tools" }, ...choosers);
  const saved = makeExportMenu("Trajectory", () => exported());
  const hint = h("p", { class: "hint" });
  const element = h(
    "section",
    { class: "card chart", "aria-label": "Trajectory", tabindex: 0, hidden: true },
    h(
      "header",
      {},
      h("h2", {}, "Trajectory ", h("span", { class: "symbol" }, "z in the plane")),
      h("div", { class: "card-tools" }, choice, saved),
    ),
    h("div", { class: "plot" }, canvas),
    hint,
  );
  let runs: readonly ShownRun[] = [];
  let axes: Axes = [0, 1];
  let drawn = "";
  let offered = 0;
  const observer = new ResizeObserver(() => draw());
  observer.observe(canvas.parentElement!);
  for (const [which, chooser] of choosers.entries()) {
    chooser.addEventListener("change", () => {
      axes = which === 0 ? [chooser.selectedIndex, axes[1]] : [axes[0], chooser.selectedIndex];
      draw();
    });
  }

  /** Offers as many coordinates as all the runs have. */
  function offer(): void {
    const dimension = Math.min(...runs.map(({ data }) => data.coordinates(pointColumn)));
    choice.hidden = dimension <= 2;
    if (dimension === offered) return;
    offered = dimension;
    axes = [Math.min(axes[0], dimension - 1), Math.min(axes[1], dimension - 1)];
    for (const [which, chooser] of choosers.entries()) {
      chooser.replaceChildren(...Array.from({ length: dimension }, (_, i) => h("option", {}, nameOf(i))));
      chooser.selectedIndex = axes[which]!;
    }
  }
  function draw(): void {
    const width = canvas.parentElement!.clientWidth;
    if (width === 0 || runs.length === 0) return;
    paint(blankCanvas(canvas, width, height), width, height);
    setAttribute(canvas, "aria-label", described(runs, axes));
  }
  function paint(pen: Pen, width: number, tall: number): void {
    const place = placement(runs, axes, width, tall);
    if (place === undefined) return;
    drawAxes(pen, place);
    const labels = runs.length > 1 ? new Labels(pen, 11) : undefined;
    for (const run of runs) drawRun(pen, run, axes, place, labels);
  }
  function exported(): Exported {
    const [width, tall] = [720, 480];
    return {
      file: fileName("trajectory", ...runs.slice(0, 3).map(({ name }) => name)),
      title: described(runs, axes),
      width,
      height: tall,
      paint: (pen) => paint(pen, width, tall),
      csv: () => csvOf(["run", "step", nameOf(axes[0]), nameOf(axes[1])], tableOf(runs, axes)),
    };
  }
  return {
    element,
    update(next) {
      runs = next.filter(({ data }) => data.coordinates(pointColumn) > 1 && data.length > 0);
      element.hidden = runs.length === 0;
      if (runs.length === 0) return;
      offer();
      const averages = runs.some(({ data }) => data.coordinates(averageColumn) > 0);
      hint.textContent = `◯ start   ● now or end${averages ? "   ◇ average, thin" : ""}`;
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

/** One line for each row that has its point. */
function* tableOf(runs: readonly ShownRun[], [first, second]: Axes): Generator<(string | number | undefined)[]> {
  for (const run of runs) {
    const data = rowsToDraw(run);
    for (let row = 0; row < data.length; row++) {
      const pair = [data.at(`${pointColumn}.${first}`, row), data.at(`${pointColumn}.${second}`, row)];
      if (pair[0] !== undefined) yield [run.name, data.at("step", row), ...pair];
    }
  }
}

function nameOf(axis: number): string {
  return `z${axis + 1}`;
}

/** Yields the pairs of two entries of a vector column that are finite. */
function* pairs(data: RunData, column: string, [first, second]: Axes): Generator<readonly [number, number]> {
  for (let row = 0; row < data.length; row++) {
    const [x, y] = [data.at(`${column}.${first}`, row), data.at(`${column}.${second}`, row)];
    if (x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y)) yield [x, y];
  }
}

function placement(runs: readonly ShownRun[], axes: Axes, width: number, height: number): Plane | undefined {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const run of runs) {
    for (const pair of pairs(rowsToDraw(run), pointColumn, axes)) {
      for (const [axis, value] of pair.entries()) {
        low[axis] = Math.min(low[axis]!, value);
        high[axis] = Math.max(high[axis]!, value);
      }
    }
  }
  if (!(low[0]! <= high[0]! && low[1]! <= high[1]!)) return undefined;
  // Both axes have the same scale.
  const [room, tall] = roomOf(width, height);
  const span = Math.max(high[0]! - low[0]!, ((high[1]! - low[1]!) * room) / tall, 1e-300) * 1.1;
  const [halfX, halfY] = [span / 2, ((span / 2) * tall) / room];
  const [middleX, middleY] = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2];
  return planeOver([middleX - halfX, middleX + halfX, middleY - halfY, middleY + halfY], width, height);
}

function drawRun(context: Pen, run: ShownRun, axes: Axes, { x, y }: Plane, labels: Labels | undefined): void {
  const { stroke, dash } = styleOf(run.slot);
  const onCanvas = (column: string): (readonly [number, number])[] =>
    Array.from(pairs(rowsToDraw(run), column, axes), ([first, second]) => [x(first), y(second)] as const);
  const line = (path: readonly (readonly [number, number])[], width: number, dashes: number[]): void => {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.lineJoin = "round";
    context.setLineDash(dashes);
    context.beginPath();
    for (const [left, top] of path) context.lineTo(left, top);
    context.stroke();
    context.setLineDash([]);
  };
  const path = onCanvas(pointColumn);
  const [start, end] = [path[0], path.at(-1)];
  if (start === undefined || end === undefined) return;
  line(path, 1.5, dash);
  const average = onCanvas(averageColumn);
  line(average, 0.75, []);
  const middle = average.at(-1);
  if (middle !== undefined) diamond(context, middle, color("--card"), stroke);
  disk(context, start, color("--card"), stroke);
  disk(context, end, stroke, stroke);
  labels?.write(letterOf(run.slot), start[0], start[1] - 8, stroke);
}

function diamond(context: Pen, [left, top]: readonly [number, number], fill: string, stroke: string): void {
  context.beginPath();
  for (const [dx, dy] of [
    [0, -5],
    [5, 0],
    [0, 5],
    [-5, 0],
  ] as const) {
    context.lineTo(left + dx, top + dy);
  }
  context.closePath();
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = stroke;
  context.stroke();
}

function described(runs: readonly ShownRun[], [first, second]: Axes): string {
  const place = (data: RunData, column: string): string =>
    `(${formatNumber(data.last(`${column}.${first}`))}, ${formatNumber(data.last(`${column}.${second}`))})`;
  const parts = runs.map(({ name, data }) => {
    const average = data.coordinates(averageColumn) > 0 ? `, its average at ${place(data, averageColumn)}` : "";
    return `${name} is at ${place(data, pointColumn)}${average}`;
  });
  return `trajectories in the plane of ${nameOf(first)} and ${nameOf(second)}; ${parts.join("; ")}`;
}
