/** Shows where the runs of an experiment ended: loss against Morse index with one mark per run, and as a table. */
import type { RunInfo } from "../server/messages.ts";
import { blankCanvas, disk, drawAxes, Labels, type Plane, planeOver, square } from "./charts/plane.ts";
import { newest } from "./charts/series.ts";
import { padded } from "./charts/ticks.ts";
import { button, color, h, setAttribute } from "./dom.ts";
import { formatCount, formatNumber } from "./format.ts";
import { RunData } from "./runData.ts";
import { fetchRows } from "./runFeed.ts";
import { stateMark, stateOf } from "./runList.ts";
import { letterOf, styleOf } from "./runStyle.ts";

interface EndPoint {
  readonly run: RunInfo;
  readonly step: number | undefined;
  readonly value: number | undefined;
  readonly squaredFieldNorm: number | undefined;
  readonly index: number | undefined;
  /** Class of the end, as the summary of the command says it; the state of a run that was not judged. */
  readonly verdict: string;
  readonly judged: boolean;
  /** Whether the index is that of a critical point; undefined where that was not measured. */
  readonly indexTrusted: boolean | undefined;
  /** What a certificate proves of the end; undefined where there is none, or where it decides nothing. */
  readonly proof: Proof | undefined;
}

/** What is proved, in short and as a sentence. */
interface Proof {
  readonly short: string;
  readonly sentence: string;
}

interface EndPoints {
  readonly element: HTMLElement;
  /** Asks for the last rows of runs that are over. Shows itself once two of them have a Morse index. */
  update(runs: readonly RunInfo[], slots: ReadonlyMap<string, number>): void;
  restyle(): void;
}

const height = 226;
const needed = ["value", "squaredFieldNorm", "stepSize", "status", "morseIndex"];
/** Columns of a run that was judged, as `classifyEnd` and `certificate` write them. */
const judgement = ["end", "indexTrusted", "certified", "certifiedRadius", "excludedRadius"];

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
/** Distance from a mark at which a pointer still hits it, in pixels. */
const reach = 10;

export function makeEndPoints(look: (run: string) => void): EndPoints {
  const canvas = h("canvas", { role: "img" });
  const body = h("tbody", {});
  const hint = h("p", { class: "hint" });
  const head = h(
    "tr",
    {},
    ...["run", "verdict", "step", "loss", "‖F‖²", "index"].map((name) => h("th", { scope: "col" }, name)),
  );
  const element = h(
    "section",
    { class: "card chart", "aria-label": "End points", tabindex: 0, hidden: true },
    h("header", {}, h("h2", {}, "End points ", h("span", { class: "symbol" }, "loss against Morse index"))),
    h("div", { class: "plot" }, canvas),
    hint,
    h("details", {}, h("summary", {}, "Table"), h("table", { class: "end-points" }, h("thead", {}, head), body)),
  );
  const ends = new Map<string, EndPoint>();
  let asking = false;
  let runs: readonly RunInfo[] = [];
  let slots: ReadonlyMap<string, number> = new Map();
  let drawn = "";
  new ResizeObserver(() => draw()).observe(canvas.parentElement!);

  /** Asks for one run after the other, and only while the page is visible: an experiment may have thousands of runs. */
  async function ask(): Promise<void> {
    if (asking) return;
    asking = true;
    for (;;) {
      const next = runs.find((run) => !run.live && "morseIndex" in run.columns && !ends.has(keyOf(run)));
      if (next === undefined || document.hidden) break;
      ends.set(keyOf(next), await endOf(next));
      show();
    }
    asking = false;
  }
  const known = (): EndPoint[] =>
    runs.flatMap((run) => {
      const end = ends.get(keyOf(run));
      return end?.index === undefined || end.value === undefined || !Number.isFinite(end.value) ? [] : [end];
    });

  function show(): void {
    const points = known();
    const key = points.map(({ run }) => `${keyOf(run)} ${slots.get(run.name)}`).join();
    if (key === drawn) return;
    drawn = key;
    element.hidden = points.length < 2;
    body.replaceChildren(...points.map((point) => rowOf(point, look)));
    draw();
  }
  function draw(): void {
    const width = canvas.parentElement!.clientWidth;
    const points = known();
    if (width === 0 || points.length < 2) return;
    const context = blankCanvas(canvas, width, height);
    const plane = placement(points, width);
    drawAxes(context, plane, true);
    const labels = new Labels(context, 11);
    // Shown runs are drawn last, above others that ended in the same place.
    const order = [...points].sort((a, b) => Number(slots.has(a.run.name)) - Number(slots.has(b.run.name)));
    for (const { run, index, value, verdict } of order) {
      const slot = slots.get(run.name);
      const stroke = slot === undefined ? color("--text-soft") : styleOf(slot).stroke;
      const at = [plane.x(index!), plane.y(value!)] as const;
      context.lineWidth = 1.5;
      const sign = signOf(verdict);
      if (sign === "◻") square(context, at, color("--card"), stroke);
      else disk(context, at, sign === "●" ? stroke : color("--card"), stroke);
      if (slot !== undefined) labels.write(letterOf(slot), at[0], at[1] - 8, stroke);
    }
    hint.textContent = legend(points.map(({ verdict }) => verdict));
    setAttribute(
      canvas,
      "aria-label",
      `loss against Morse index of ${points.length} runs; the table holds the numbers`,
    );
  }
  function nearest(event: MouseEvent): readonly EndPoint[] {
    const points = known();
    if (points.length < 2) return [];
    const plane = placement(points, canvas.clientWidth);
    return points.filter(({ index, value }) => {
      return Math.hypot(plane.x(index!) - event.offsetX, plane.y(value!) - event.offsetY) <= reach;
    });
  }
  canvas.addEventListener("mousemove", (event) => {
    const found = nearest(event);
    canvas.style.cursor = found.length === 0 ? "" : "pointer";
    canvas.title = found
      .map(({ run, index, value, verdict }) => `${run.name}: ${verdict}, index ${index}, loss ${formatNumber(value)}`)
      .join("\n");
  });
  canvas.addEventListener("click", (event) => {
    const [first] = nearest(event);
    if (first !== undefined) look(first.run.name);
  });
  document.addEventListener("visibilitychange", () => void ask());

  return {
    element,
    restyle: draw,
    update(nextRuns, nextSlots) {
      runs = nextRuns;
      slots = nextSlots;
      show();
      void ask();
    },
  };
}

/** A resumed run ends again in another place, so the attempt is part of the key. */
function keyOf(run: RunInfo): string {
  return `${run.name} ${run.attempt}`;
}

function signOf(verdict: string): string {
  return marks[verdict]?.sign ?? otherMark;
}

/** Says what the marks that are drawn stand for. */
function legend(verdicts: readonly string[]): string {
  const there = [...new Set(verdicts)];
  return ["●", "◻", otherMark]
    .map((sign) => [sign, there.filter((verdict) => signOf(verdict) === sign).join(", ")])
    .filter(([, those]) => those !== "")
    .map((pair) => pair.join(" "))
    .join("   ");
}

async function endOf(run: RunInfo): Promise<EndPoint> {
  const data = new RunData(run.columns);
  try {
    // Two rows are needed: the last one has no step size, and a verdict may come in a row of its own.
    const columns = [...needed, ...judgement.filter((name) => name in run.columns)];
    const query = { last: 2, columns: columns.join(",") };
    for (const batch of await fetchRows(run.name, query)) data.append(batch);
  } catch (error) {
    // Here only a mark is missing. The view of the run itself shows the error.
    console.warn(`the end of ${run.name} cannot be read:`, error);
  }
  const trusted = data.last("indexTrusted");
  const verdict = run.columns.end?.values?.[data.last("end") ?? -1];
  return {
    run,
    step: data.lastStep,
    value: newest(data, "value"),
    squaredFieldNorm: newest(data, "squaredFieldNorm"),
    index: newest(data, "morseIndex"),
    verdict: verdict ?? stateOf(run),
    judged: verdict !== undefined,
    indexTrusted: trusted === undefined ? undefined : trusted === 1,
    proof: proofOf(newest(data, "certified"), newest(data, "certifiedRadius"), newest(data, "excludedRadius")),
  };
}

/** @param certified as `certificate` writes it: 1 and 2 for a zero, -1 for none nearby, 0 for nothing */
function proofOf(
  certified: number | undefined,
  exists: number | undefined,
  excluded: number | undefined,
): Proof | undefined {
  if (certified === -1) {
    return { short: "proved", sentence: `proved: no zero of F lies within ${formatNumber(excluded)} of it` };
  }
  if (certified !== 1 && certified !== 2) return undefined;
  const sentence = `proved: one zero of F lies within ${formatNumber(exists)}`;
  return certified === 1
    ? { short: "proved", sentence }
    : { short: "proved, given the symmetry", sentence: `${sentence}, given the symmetry` };
}

function placement(points: readonly EndPoint[], width: number): Plane {
  const [indexes, values] = [points.map(({ index }) => index!), points.map(({ value }) => value!)];
  const [low, high] = padded(Math.min(...values), Math.max(...values), false);
  return planeOver([Math.min(...indexes) - 0.6, Math.max(...indexes) + 0.6, low, high], width, height);
}

function rowOf(
  { run, step, value, squaredFieldNorm, index, verdict, judged, indexTrusted, proof }: EndPoint,
  look: (run: string) => void,
): HTMLTableRowElement {
  const how = stateOf(run);
  const sign = judged ? signOf(verdict) : stateMark(how);
  const colour = judged ? (marks[verdict]?.state ?? how) : how;
  const words = proof === undefined ? verdict : `${verdict} (${proof.short})`;
  const state = h("td", { class: "state", "data-state": colour, title: proof?.sentence }, `${sign} ${words}`);
  // The measure has found an eigenvalue near its threshold, or a Hessian that still changes.
  const indexText = `${formatNumber(index)}${verdict === "critical point" && indexTrusted === false ? " (doubtful)" : ""}`;
  const numbers = [formatCount(step), formatNumber(value, 6), formatNumber(squaredFieldNorm), indexText];
  const name = button(run.name, { class: "quiet" }, () => look(run.name));
  return h("tr", {}, h("th", { scope: "row" }, name), state, ...numbers.map((text) => h("td", {}, text)));
}
