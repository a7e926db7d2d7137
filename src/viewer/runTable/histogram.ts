/** Histogram of a column over the ends of the runs that are listed. A click on a bar keeps only the runs in it. */
import type { RunInfo } from "../../server/messages.ts";
import { h, setText } from "../dom.ts";
import { formatCount, formatNumber } from "../format.ts";
import { type Bin, binsOf } from "./bins.ts";
import type { RunColumn } from "./runColumns.ts";
import { stateOf, stateOfVerdict } from "./runState.ts";
import type { RunsShown } from "./runsShown.ts";

interface Histogram {
  readonly element: HTMLElement;
  update(shown: RunsShown): void;
}

/** Verdicts that have a colour of their own, from the bottom of a bar upwards. */
const kinds = ["converged", "stagnated", "other"] as const;
type Kind = (typeof kinds)[number];
const names: Readonly<Record<Kind, string>> = {
  converged: "critical point or converged",
  stagnated: "gradient-flat or stagnated",
  other: "other",
};
/** Number of runs from which bars are drawn a little later than the rest, in milliseconds. */
const many = 5000;
const laterBy = 300;
/** Columns that say what was asked for, not what was found. */
const inputs = new Set(["seed", "searches"]);

/** @param keep takes the condition that the runs of a bar meet */
export function makeHistogram(keep: (condition: string) => void): Histogram {
  const select = h("select", { "aria-label": "column of the histogram" });
  const bars = h("div", { class: "bars", role: "group", "aria-label": "histogram" });
  const axis = h("div", { class: "bars-axis", "aria-hidden": "true" });
  const hint = h("p", { class: "hint" });
  const key = h("p", { class: "hint bars-key" });
  const element = h(
    "section",
    { class: "card chart histogram", "aria-label": "Ends of runs", hidden: true },
    h("header", {}, h("h2", {}, "Ends of runs ", h("span", { class: "symbol" }, "how many ended where")), select),
    bars,
    axis,
    key,
    hint,
  );
  let chosen: string | undefined;
  let drawn = -1;
  let offered = "";
  let shown: RunsShown | undefined;
  select.addEventListener("change", () => {
    chosen = select.value;
    drawn = -1;
    if (shown !== undefined) update(shown);
  });

  function update(next: RunsShown): void {
    shown = next;
    if (drawn === next.version) return;
    drawn = next.version;
    const ended = [...next.places].map((place) => next.runs[place]!).filter((run) => !run.live);
    const columns = next.columns.filter((column) => isNumeric(column, next.runs));
    element.hidden = columns.length === 0 || next.runs.length < 3;
    if (element.hidden) return;
    const list = columns.map(({ name }) => name).join("\n");
    if (list !== offered) {
      offered = list;
      select.replaceChildren(...columns.map(({ name, title }) => h("option", { value: name }, title)));
    }
    const column = columns.find(({ name }) => name === chosen) ?? columns[0]!;
    select.value = column.name;
    draw(column, ended);
  }
  function draw(column: RunColumn, ended: readonly RunInfo[]): void {
    const values = ended.map((run) => column.of(run));
    const { bins, logarithmic, left } = binsOf(values);
    const tallest = Math.max(1, ...bins.map(({ rows }) => rows.length));
    bars.replaceChildren(...bins.map((bin) => barOf(bin, column, ended, tallest)));
    axis.replaceChildren(
      ...[bins[0]?.from, bins.at(-1)?.to].map((end) => h("span", {}, end === undefined ? "" : formatNumber(end, 3))),
    );
    const counted = bins.reduce((sum, { rows }) => sum + rows.length, 0);
    const without = left === 0 ? "" : `; ${formatCount(left)} without a finite number`;
    setText(
      hint,
      `${formatCount(counted)} ends, at most ${formatCount(tallest)} in a bar${logarithmic ? ", logarithmic axis" : ""}${without}. A click on a bar keeps its runs.`,
    );
    const there = new Set(ended.map(kindOf));
    key.replaceChildren(
      ...kinds
        .filter((kind) => there.has(kind))
        .map((kind) => h("span", {}, h("i", { class: `part ${kind}` }), names[kind])),
    );
  }
  function barOf(
    { from, to, rows, isLast, whole }: Bin,
    column: RunColumn,
    ended: readonly RunInfo[],
    tallest: number,
  ) {
    const counts = new Map<Kind, number>();
    for (const row of rows) {
      const kind = kindOf(ended[row]!);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const present = kinds.filter((kind) => counts.has(kind));
    const range = whole ? formatNumber(from) : `${formatNumber(from, 3)} to ${formatNumber(to, 3)}`;
    const split = present.map((kind) => `${formatCount(counts.get(kind))} ${names[kind]}`).join(", ");
    const words = `${column.title} ${range}: ${formatCount(rows.length)} ${rows.length === 1 ? "run" : "runs"}${split === "" ? "" : ` (${split})`}`;
    const parts = [...present].reverse().map((kind) => {
      const part = h("span", { class: `part ${kind}` });
      part.style.flexGrow = String(counts.get(kind));
      return part;
    });
    const fill = h("span", { class: "fill" }, ...parts);
    // A bar of few runs is still seen.
    fill.style.height = rows.length === 0 ? "0" : `max(3px, ${(100 * rows.length) / tallest}%)`;
    const bar = h("button", { type: "button", class: "bar", title: words, "aria-label": words }, fill);
    bar.disabled = rows.length === 0;
    const name = /^[^\s"<>=!~]+$/.test(column.name) ? column.name : `"${column.name}"`;
    const condition = whole ? `${name}=${from}` : `${name}>=${from} ${name}${isLast ? "<=" : "<"}${to}`;
    bar.addEventListener("click", () => keep(condition));
    return bar;
  }
  let isDue = false;
  return {
    element,
    update(next) {
      // The table of very many runs is shown first.
      if (next.runs.length < many) return update(next);
      if (isDue) return;
      isDue = true;
      window.setTimeout(() => {
        isDue = false;
        update(next);
      }, laterBy);
    },
  };
}

function kindOf(run: RunInfo): Kind {
  const verdict = run.ending?.verdict;
  const state = verdict === undefined ? stateOf(run) : stateOfVerdict(verdict);
  return state === "converged" || state === "stagnated" ? state : "other";
}

/** Whether a column holds numbers that are worth a histogram. */
function isNumeric({ name, of }: RunColumn, runs: readonly RunInfo[]): boolean {
  if (inputs.has(name)) return false;
  let first: number | undefined;
  for (const run of runs) {
    const cell = of(run);
    if (typeof cell !== "number" || !Number.isFinite(cell)) continue;
    first ??= cell;
    if (cell !== first) return true;
  }
  return false;
}
