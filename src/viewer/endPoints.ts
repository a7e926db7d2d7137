/** Shows where the runs of an experiment ended: loss against Morse index with one mark per run, and as a table. */
import type { RunInfo } from "../server/messages.ts";
import { csvOf, type Exported, makeExportMenu } from "./charts/export/exportMenu.ts";
import type { Pen } from "./charts/pen.ts";
import { blankCanvas, disk, drawAxes, Labels, type Plane, planeOver, square } from "./charts/plane.ts";
import { padded } from "./charts/ticks.ts";
import { button, color, h, setAttribute, setText } from "./dom.ts";
import type { EndPoint } from "./endOfRun.ts";
import { formatCount, formatNumber } from "./format.ts";
import { letterOf, styleOf } from "./runStyle.ts";
import { RunEnds } from "./runTable/runEnds.ts";
import { stateMark, stateOf } from "./runTable/runState.ts";

interface EndPoints {
  readonly element: HTMLElement;
  /** Asks for the last rows of runs that are over. Shows itself once two of them have a Morse index, or one a proof. */
  update(runs: readonly RunInfo[], slots: ReadonlyMap<string, number>): void;
  restyle(): void;
}

const height = 226;
/** Number of runs from which marks are drawn a little later than the rest, in milliseconds. */
const many = 5000;
const laterBy = 300;
/** Most lines of the card's own table. */
const linesMost = 100;

interface Mark {
  readonly sign: string;
  /** State whose colour the verdict has in the table. */
  readonly state: string;
}

/** Marks of the verdicts. */
const marks: Readonly<Record<string, Mark>> = {
  "critical point": { sign: "●", state: "converged" },
  converged: { sign: "●", state: "converged" },
  "gradient-flat region": { sign: "◻", state: "stagnated" },
};
const otherMark = "◯";
const signs: readonly string[] = ["●", "◻", otherMark];
/** Distance from a mark at which a pointer still hits it, in pixels. */
const reach = 10;

export function makeEndPoints(look: (run: string) => void): EndPoints {
  const canvas = h("canvas", { role: "img" });
  const plot = h("div", { class: "plot" }, canvas);
  const body = h("tbody", {});
  const hint = h("p", { class: "hint" });
  const proved = h("p", { class: "hint", hidden: true });
  const more = h("p", { class: "hint", hidden: true });
  const head = h(
    "tr",
    {},
    ...["run", "verdict", "step", "loss", "‖F‖²", "index"].map((name) => h("th", { scope: "col" }, name)),
  );
  const element = h(
    "section",
    { class: "card chart", "aria-label": "End points", tabindex: 0, hidden: true },
    h(
      "header",
      {},
      h("h2", {}, "End points ", h("span", { class: "symbol" }, "loss against Morse index")),
      h(
        "div",
        { class: "card-tools" },
        makeExportMenu("End points", () => exported()),
      ),
    ),
    plot,
    hint,
    proved,
    h("details", {}, h("summary", {}, "Table"), h("table", { class: "end-points" }, h("thead", {}, head), body), more),
  );
  const ends = new RunEnds(() => show());
  let runs: readonly RunInfo[] = [];
  let slots: ReadonlyMap<string, number> = new Map();
  let drawn = "";
  let isDue = false;
  /** Ends that are known, and those of them that have a place in the plane. */
  let points: readonly EndPoint[] = [];
  let placed: readonly EndPoint[] = [];
  new ResizeObserver(() => draw()).observe(canvas.parentElement!);

  function show(): void {
    const key = `${ends.version} ${[...slots].join(";")}`;
    if (key === drawn) return;
    drawn = key;
    // Ends that are worth a line in the table.
    points = runs.flatMap((run) => {
      const end = ends.of(run);
      return end !== undefined && (end.proof !== undefined || hasPlace(end)) ? [end] : [];
    });
    placed = points.filter(hasPlace);
    element.hidden = !isEnough(points);
    plot.hidden = placed.length === 0;
    hint.hidden = plot.hidden;
    const texts = [...countedProofs(points), ...ends.certificates.trouble];
    proved.hidden = texts.length === 0;
    setText(proved, texts.join("; "));
    body.replaceChildren(...points.slice(0, linesMost).map((point) => rowOf(point, look)));
    more.hidden = points.length <= linesMost;
    setText(
      more,
      `The first ${linesMost} of ${formatCount(points.length)}; the table of runs above holds all of them.`,
    );
    draw();
  }
  /** Certificates are made while the page is open, so whoever comes back to it wants the newest. */
  const askAgain = (): void => ends.refresh();
  function draw(): void {
    const width = canvas.parentElement!.clientWidth;
    if (width === 0 || placed.length === 0) return;
    paint(blankCanvas(canvas, width, height), width, height);
    hint.textContent = legend(placed.map(({ verdict }) => verdict));
    setAttribute(
      canvas,
      "aria-label",
      `loss against Morse index of ${placed.length} runs; the table holds the numbers`,
    );
  }
  function exported(): Exported {
    const [width, tall] = [720, 480];
    return {
      file: "end-points",
      title: "Loss against Morse index at the ends of runs",
      width,
      height: tall,
      paint: (pen) => paint(pen, width, tall),
      csv: () =>
        csvOf(
          ["run", "verdict", "step", "loss", "squared gradient norm", "Morse index", "proof"],
          points.map(({ run, verdict, step, value, squaredFieldNorm, index, proof }) => {
            return [run.name, verdict, step, value, squaredFieldNorm, index, proof?.sentence];
          }),
        ),
    };
  }
  function paint(context: Pen, width: number, tall: number): void {
    if (placed.length === 0) return;
    const plane = placement(placed, width, tall);
    drawAxes(context, plane, true);
    const labels = new Labels(context, 11);
    // Shown runs are drawn last, above others that ended in the same place.
    const order = [
      ...placed.filter(({ run }) => !slots.has(run.name)),
      ...placed.filter(({ run }) => slots.has(run.name)),
    ];
    // Of many ends in one place, one mark is seen.
    const taken = new Set<number>();
    for (const { run, index, value, verdict } of order) {
      const place =
        Math.round(plane.x(index!)) * 4096 + 3 * Math.round(plane.y(value!)) + signs.indexOf(signOf(verdict));
      if (taken.has(place) && !slots.has(run.name)) continue;
      taken.add(place);
      const slot = slots.get(run.name);
      const stroke = slot === undefined ? color("--text-soft") : styleOf(slot).stroke;
      const at = [plane.x(index!), plane.y(value!)] as const;
      context.lineWidth = 1.5;
      const sign = signOf(verdict);
      if (sign === "◻") square(context, at, color("--card"), stroke);
      else disk(context, at, sign === "●" ? stroke : color("--card"), stroke);
      if (slot !== undefined) labels.write(letterOf(slot), at[0], at[1] - 8, stroke);
    }
  }
  function nearest(event: MouseEvent): readonly EndPoint[] {
    if (placed.length === 0) return [];
    const plane = placement(placed, canvas.clientWidth, height);
    return placed.filter(({ index, value }) => {
      return Math.hypot(plane.x(index!) - event.offsetX, plane.y(value!) - event.offsetY) <= reach;
    });
  }
  canvas.addEventListener("mousemove", (event) => {
    const found = nearest(event);
    canvas.style.cursor = found.length === 0 ? "" : "pointer";
    canvas.title = found
      .slice(0, 12)
      .map(({ run, index, value, verdict }) => `${run.name}: ${verdict}, index ${index}, loss ${formatNumber(value)}`)
      .join("\n");
  });
  canvas.addEventListener("click", (event) => {
    const [first] = nearest(event);
    if (first !== undefined) look(first.run.name);
  });
  document.addEventListener("visibilitychange", askAgain);
  window.addEventListener("focus", askAgain);

  return {
    element,
    restyle: draw,
    update(nextRuns, nextSlots) {
      runs = nextRuns;
      slots = nextSlots;
      ends.take(nextRuns);
      // The table of very many runs is shown first.
      if (nextRuns.length < many) return show();
      if (isDue) return;
      isDue = true;
      window.setTimeout(() => {
        isDue = false;
        show();
      }, laterBy);
    },
  };
}

/** Whether an end has a place in the plane of loss and index. */
function hasPlace({ index, value }: EndPoint): boolean {
  return index !== undefined && value !== undefined && Number.isFinite(value);
}

/** Whether there is something to see: ends to compare, or one of which something is proved. */
function isEnough(points: readonly EndPoint[]): boolean {
  return points.length > 1 || points.some(({ proof }) => proof !== undefined);
}

function signOf(verdict: string): string {
  return marks[verdict]?.sign ?? otherMark;
}

/** Says what the marks that are drawn stand for. */
function legend(verdicts: readonly string[]): string {
  const there = [...new Set(verdicts)];
  return signs
    .map((sign) => [sign, there.filter((verdict) => signOf(verdict) === sign).join(", ")])
    .filter(([, those]) => those !== "")
    .map((pair) => pair.join(" "))
    .join("   ");
}

/** How many ends are proved to be what; nothing if none has a certificate. */
function countedProofs(points: readonly EndPoint[]): string[] {
  const count = (critical: boolean | undefined): number =>
    points.filter(({ proof }) => proof !== undefined && proof.critical === critical).length;
  const [zero, none, undecided] = [count(true), count(false), count(undefined)];
  if (zero + none + undecided === 0) return [];
  return [`${zero} proved critical, ${none} proved not to be near a critical point, ${undecided} undecided`];
}

function placement(points: readonly EndPoint[], width: number, height: number): Plane {
  const [first, last] = rangeOf(points, ({ index }) => index!);
  const [low, high] = padded(...rangeOf(points, ({ value }) => value!), false);
  return planeOver([first - 0.6, last + 0.6, low, high], width, height);
}

function rangeOf(points: readonly EndPoint[], of: (point: EndPoint) => number): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const point of points) {
    low = Math.min(low, of(point));
    high = Math.max(high, of(point));
  }
  return [low, high];
}

function rowOf(
  { run, step, value, squaredFieldNorm, index, verdict, judged, indexTrusted, proof }: EndPoint,
  look: (run: string) => void,
): HTMLTableRowElement {
  const how = stateOf(run);
  const sign = judged ? signOf(verdict) : stateMark(how);
  const colour = judged ? (marks[verdict]?.state ?? how) : how;
  const words = proof === undefined ? verdict : `${verdict} (${proof.mark})`;
  const state = h("td", { class: "state", "data-state": colour, title: proof?.sentence }, `${sign} ${words}`);
  // The measure has found an eigenvalue near its threshold, or a Hessian that still changes.
  const indexText = `${formatNumber(index)}${verdict === "critical point" && indexTrusted === false ? " (doubtful)" : ""}`;
  const numbers = [formatCount(step), formatNumber(value, 6), formatNumber(squaredFieldNorm), indexText];
  const name = button(run.name, { class: "quiet" }, () => look(run.name));
  return h("tr", {}, h("th", { scope: "row" }, name), state, ...numbers.map((text) => h("td", {}, text)));
}
