/** Finds runs: the field in which a person types, the table, and the histogram of the ends of those that are listed. */
import type { RunInfo } from "../../server/messages.ts";
import { button, h, setAttribute, setText } from "../dom.ts";
import { formatCount } from "../format.ts";
import type { RunListHandlers, RunListView } from "../runList.ts";
import { makeHistogram } from "./histogram.ts";
import { RunsShown } from "./runsShown.ts";
import { makeRunTable } from "./runTable.ts";

interface RunFinder {
  /** Heading, field and switches for the list of runs. */
  readonly controls: HTMLElement;
  readonly table: HTMLElement;
  readonly ends: HTMLElement;
  /** The runs as they are listed. */
  readonly shown: RunsShown;
  update(runs: readonly RunInfo[], view: RunListView): void;
  toggleTable(): void;
  /** Puts the cursor into the field. */
  find(): void;
}

/** Number of runs from which the table is open at first, where all of them are over: more than can be drawn at once. */
const many = 9;
const storageKey = "fluxion.runTable";

export function makeRunFinder(handlers: RunListHandlers, draw: () => void): RunFinder {
  const shown = new RunsShown();
  const title = h("h2", {}, "Runs");
  const field = h("input", {
    ...{
      type: "search",
      id: "run-filter",
      placeholder: "find: words, loss<1e-3",
      autocomplete: "off",
      spellcheck: "false",
    },
    ...{ "aria-label": "find runs", "aria-describedby": "run-filter-state" },
  });
  field.title = 'words, and conditions such as loss<1e-3, verdict="critical point", index>=2 or tags=paper';
  const state = h("p", { id: "run-filter-state", class: "find-state", role: "status" });
  const toggle = button(
    "Table",
    { class: "toggle", "aria-expanded": "false", title: "shows or hides the table (r)" },
    () => open(table.element.hidden === true),
  );
  const controls = h("div", { class: "find" }, h("div", { class: "find-head" }, title, toggle), field, state);
  const table = makeRunTable({
    ...handlers,
    sort(column) {
      shown.sortBy(column);
      draw();
    },
    changed: draw,
  });
  const histogram = makeHistogram((condition) => {
    field.value = `${field.value.trim()} ${condition}`.trim();
    search();
    field.focus();
  });
  let wish = localStorageItem();
  let isFirst = true;
  let waiting: number | undefined;

  function search(): void {
    clearTimeout(waiting);
    shown.find(field.value);
    draw();
  }
  function open(isOpen: boolean): void {
    wish = isOpen ? "open" : "closed";
    try {
      localStorage.setItem(storageKey, wish);
    } catch {
      // A browser may forbid it. Then the next visit begins anew.
    }
    show(isOpen);
    draw();
  }
  function show(isOpen: boolean): void {
    table.element.hidden = !isOpen;
    setAttribute(toggle, "aria-expanded", String(isOpen));
  }
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(search, 120);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") search();
    if (event.key !== "Escape") return;
    field.value = "";
    search();
  });

  return {
    controls,
    table: table.element,
    ends: histogram.element,
    shown,
    update(runs, view) {
      shown.take(runs);
      // If the runs were looked through just before, it is done a little later.
      if (!shown.settle()) window.setTimeout(draw, 200);
      if (isFirst && runs.length > 0) {
        isFirst = false;
        show(wish === undefined ? runs.length >= many && !runs.some((run) => run.live) : wish === "open");
      }
      const [listed, all] = [shown.places.length, runs.length];
      setText(title, all === 0 ? "Runs" : `Runs ${formatCount(all)}`);
      setAttribute(field, "aria-invalid", shown.mistake === undefined ? undefined : "true");
      setAttribute(state, "data-state", shown.mistake === undefined ? undefined : "mistake");
      const found = listed === 1 ? "1 run is found" : `${formatCount(listed)} runs are found`;
      setText(state, shown.mistake ?? (shown.query.trim() === "" ? "" : found));
      if (!table.element.hidden) table.update(view);
      histogram.update(shown);
    },
    toggleTable: () => open(table.element.hidden === true),
    find: () => field.focus(),
  };
}

function localStorageItem(): string | undefined {
  try {
    return localStorage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined;
  }
}
