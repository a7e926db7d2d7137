/** The table of all runs: settings, seed, verdict, numbers of the end, tags; sorted by a click on a heading. */
import type { RunInfo } from "../../server/messages.ts";
import { button, h, setAttribute, setText } from "../dom.ts";
import { formatCount } from "../format.ts";
import type { RunListHandlers, RunListView } from "../runList.ts";
import { letterOf, swatch } from "../runStyle.ts";
import { makeColumnChoice } from "./columnChoice.ts";
import type { RunColumn } from "./runColumns.ts";
import { stateMark, stateOf, stateOfVerdict } from "./runState.ts";
import type { Sorting } from "./runsShown.ts";
import { makeVirtualRows } from "./virtualRows.ts";

interface RunTableHandlers extends RunListHandlers {
  /** The heading of a column was clicked. */
  sort(column: string): void;
  /** The columns that are shown have changed. */
  changed(): void;
}

interface RunTable {
  readonly element: HTMLElement;
  update(view: RunListView): void;
}

interface Entry {
  readonly element: HTMLElement;
  update(run: RunInfo, place: number, view: RunListView): void;
}

const rowHeight = 30;
const boxWidth = 74;

export function makeRunTable(handlers: RunTableHandlers): RunTable {
  const heading = h("div", { role: "row", class: "run-row heading", "aria-rowindex": 1 });
  const body = h("div", { role: "rowgroup", class: "run-rows" });
  const grid = h(
    "div",
    { role: "grid", class: "run-grid", "aria-label": "runs", "aria-readonly": "true" },
    h("div", { role: "rowgroup", class: "run-head" }, heading),
    body,
  );
  const frame = h("div", { class: "run-frame" }, grid);
  const title = h("h2", {});
  const choice = makeColumnChoice(() => handlers.changed());
  const element = h(
    "section",
    { class: "card run-table", "aria-label": "table of runs", hidden: true },
    h("header", {}, title, choice.element),
    frame,
    h(
      "p",
      { class: "hint" },
      "Enter or a click looks at a run, space or its box shows it in the charts, a heading sorts.",
    ),
  );
  let view: RunListView | undefined;
  let columns: readonly RunColumn[] = [];
  let headingOf = "";
  /** Run that the keyboard is at. */
  let active: string | undefined;

  const rows = makeVirtualRows<Entry>({
    frame,
    body,
    rowHeight,
    headHeight: rowHeight,
    make: (name) => makeEntry(name, () => columns, handlers, activate),
    elementOf: ({ element: row }) => row,
    update(entry, place) {
      const run = view?.shown.at(place);
      if (view === undefined || run === undefined) return;
      entry.update(run, place, view);
      setAttribute(entry.element, "tabindex", run.name === active ? 0 : -1);
    },
  });

  function activate(name: string): void {
    active = name;
  }
  function goTo(place: number): void {
    if (view === undefined) return;
    const { shown } = view;
    const target = Math.max(0, Math.min(shown.places.length - 1, place));
    const run = shown.at(target);
    if (run === undefined) return;
    active = run.name;
    rows.reveal(target);
    rows.element(run.name)?.focus({ preventScroll: true });
  }
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || view === undefined || active === undefined) return;
    const at = view.shown.placeOf(active);
    const page = Math.max(1, Math.floor(frame.clientHeight / rowHeight) - 2);
    const jumps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page },
      ...{ Home: 0, End: view.shown.places.length - 1 },
    };
    const jump = jumps[event.key];
    if (jump !== undefined) goTo(jump);
    else if (event.key === "Enter") handlers.focus(active);
    else if (event.key === " ") handlers.compare(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  /** Writes the headings anew where columns or sorting are others. */
  function drawHeading({ shown }: RunListView): void {
    const { sorting } = shown;
    const isNumber = ({ of }: RunColumn): boolean => {
      return shown.runs.slice(0, 20).some((run) => typeof of(run) === "number");
    };
    const key = JSON.stringify([columns.map(({ name }) => name), sorting]);
    if (key === headingOf) return;
    const focused = heading.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset.sort
      : undefined;
    headingOf = key;
    heading.replaceChildren(
      h("span", { role: "columnheader", class: "cell box" }, h("span", { class: "quiet-text" }, "show")),
      ...columns.map((column) => headingCell(column, isNumber(column), sorting, handlers.sort)),
    );
    setAttribute(grid, "aria-colcount", columns.length + 1);
    const widths = columns.map(widthOf);
    const template = widths.map(([least, share]) => `minmax(${least}px, ${share}fr)`);
    grid.style.setProperty("--columns", `${boxWidth}px ${template.join(" ")}`);
    grid.style.minWidth = `${widths.reduce((sum, [least]) => sum + least, boxWidth)}px`;
    if (focused !== undefined) heading.querySelector<HTMLElement>(`[data-sort="${CSS.escape(focused)}"]`)?.focus();
  }

  return {
    element,
    update(next) {
      view = next;
      const { shown } = next;
      columns = choice.choose(shown);
      drawHeading(next);
      const [listed, all] = [shown.places.length, shown.runs.length];
      setText(
        title,
        listed === all ? `${formatCount(all)} runs` : `${formatCount(listed)} of ${formatCount(all)} runs`,
      );
      setAttribute(grid, "aria-rowcount", listed + 1);
      if (active === undefined || shown.placeOf(active) < 0) active = shown.at(0)?.name;
      rows.update(listed, (place) => shown.at(place)!.name);
    },
  };
}

/** Least width of a column in pixels, and its share of what is left. */
function widthOf({ name }: RunColumn): readonly [number, number] {
  if (name === "run") return [150, 2];
  if (name === "verdict") return [165, 1.2];
  if (name === "notes") return [140, 2];
  return name === "began" ? [130, 1] : [96, 1];
}

function headingCell(
  { name, title, meaning }: RunColumn,
  isNumber: boolean,
  sorting: Sorting | undefined,
  sort: (column: string) => void,
): HTMLElement {
  const isSorted = sorting?.column === name;
  const descending = isSorted && sorting.descending;
  const mark = isSorted ? (descending ? " ▼" : " ▲") : "";
  return h(
    "span",
    {
      role: "columnheader",
      class: isNumber ? "cell number" : "cell",
      "aria-sort": isSorted ? (descending ? "descending" : "ascending") : "none",
    },
    button(`${title}${mark}`, { class: "quiet", title: meaning, "data-sort": name }, () => sort(name)),
  );
}

function makeEntry(
  name: string,
  columns: () => readonly RunColumn[],
  handlers: RunListHandlers,
  activate: (name: string) => void,
): Entry {
  const box = h("input", { type: "checkbox", tabindex: -1, "aria-label": `show ${name} in the charts` });
  box.addEventListener("change", () => handlers.compare(name));
  const line = h("span", { class: "line" });
  const first = h("span", { role: "gridcell", class: "cell box" }, box, line);
  const element = h("div", { role: "row", class: "run-row", "data-row": name }, first);
  element.addEventListener("focusin", () => activate(name));
  element.addEventListener("click", (event) => {
    if (!first.contains(event.target as Node)) handlers.focus(name);
  });
  let cells: HTMLElement[] = [];
  let drawnColumns: readonly RunColumn[] = [];
  let shownSlot: number | undefined;
  let drawnRun: RunInfo | undefined;
  return {
    element,
    update(run, place, view) {
      const slot = view.slots.get(name);
      box.checked = slot !== undefined;
      box.disabled = name === view.focus;
      setAttribute(element, "aria-rowindex", place + 2);
      setAttribute(element, "aria-selected", String(slot !== undefined));
      setAttribute(element, "class", name === view.focus ? "run-row focused" : "run-row");
      if (slot !== shownSlot) {
        line.replaceChildren(...(slot === undefined ? [] : [swatch(slot), h("b", {}, letterOf(slot))]));
        shownSlot = slot;
      }
      const now = columns();
      if (now !== drawnColumns) {
        cells = now.map(() => h("span", { role: "gridcell", class: "cell" }));
        element.replaceChildren(first, ...cells);
        drawnColumns = now;
        drawnRun = undefined;
      }
      if (run === drawnRun) return;
      drawnRun = run;
      for (const [j, column] of now.entries()) fill(cells[j]!, column, run);
    },
  };
}

function fill(cell: HTMLElement, { name, of, text }: RunColumn, run: RunInfo): void {
  const value = of(run);
  if (name === "tags" && typeof value === "string") {
    cell.replaceChildren(...value.split(" ").map((tag) => h("span", { class: "tag" }, tag)));
    return;
  }
  const words = text(value);
  if (name === "verdict") {
    const state = run.ending?.verdict === undefined ? stateOf(run) : stateOfVerdict(run.ending.verdict);
    setAttribute(cell, "class", "cell state");
    setAttribute(cell, "data-state", state);
    setText(cell, `${stateMark(state)} ${words}`);
    return;
  }
  setAttribute(cell, "class", typeof value === "number" ? "cell number" : "cell");
  setAttribute(cell, "title", typeof value === "number" ? String(value) : words.length > 14 ? words : undefined);
  setText(cell, words);
}
