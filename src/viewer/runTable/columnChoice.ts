/** Which columns of the run table are shown: those in which runs differ, unless a person chose others. */
import { h } from "../dom.ts";
import type { RunColumn } from "./runColumns.ts";
import type { RunsShown } from "./runsShown.ts";

interface ColumnChoice {
  readonly element: HTMLElement;
  /** Returns the columns to show; the same array while nothing has changed. */
  choose(shown: RunsShown): readonly RunColumn[];
}

const storageKey = "fluxion.runColumns";
/** Columns that are shown even where they are the same for all runs, if any run has them. */
const always = new Set(["run", "verdict", "loss", "|F|^2", "index", "steps", "seconds", "tags", "notes"]);
/** Most columns that are shown unless a person asks for more. */
const most = 14;

export function makeColumnChoice(changed: () => void): ColumnChoice {
  const list = h("div", { class: "column-list", role: "group", "aria-label": "columns" });
  const element = h("details", { class: "columns" }, h("summary", {}, "Columns"), list);
  const chosen = stored();
  const boxes = new Map<string, HTMLInputElement>();
  let columns: readonly RunColumn[] = [];
  let key = "";
  let offered = "";

  function choose(shown: RunsShown): readonly RunColumn[] {
    const wanted = shown.columns.filter((column) => chosen.get(column.name) ?? isUsual(column, shown));
    const usual = wanted.filter(({ name }) => chosen.get(name) !== true);
    const excess = new Set(usual.slice(most).filter(({ name }) => !always.has(name)));
    const next = wanted.filter((column) => !excess.has(column));
    const nextKey = JSON.stringify([next.map(({ name }) => name), shown.columns.map(({ name }) => name)]);
    if (nextKey === key) return columns;
    key = nextKey;
    columns = next;
    const all = JSON.stringify(shown.columns.map(({ name }) => name));
    if (all !== offered) list.replaceChildren(...shown.columns.slice(1).map(boxOf));
    offered = all;
    const names = new Set(next.map(({ name }) => name));
    for (const [name, box] of boxes) box.checked = names.has(name);
    return columns;
  }
  function boxOf({ name, title, meaning }: RunColumn): HTMLElement {
    const box = h("input", { type: "checkbox" });
    boxes.set(name, box);
    box.addEventListener("change", () => {
      chosen.set(name, box.checked);
      store(chosen);
      changed();
    });
    return h("label", { title: meaning }, box, ` ${title}`);
  }
  return { element, choose };
}

function isUsual({ name, of }: RunColumn, { varying, runs }: RunsShown): boolean {
  if (varying.has(name)) return true;
  const [first] = runs;
  return always.has(name) && first !== undefined && of(first) !== undefined;
}

function stored(): Map<string, boolean> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    const pairs = Array.isArray(read) ? read : [];
    return new Map(pairs.filter((pair) => typeof pair?.[0] === "string" && typeof pair?.[1] === "boolean"));
  } catch {
    return new Map();
  }
}

function store(chosen: ReadonlyMap<string, boolean>): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify([...chosen]));
  } catch {
    // A browser may forbid it. Then the next visit begins anew.
  }
}
