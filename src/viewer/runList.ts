/** Lists the runs of the experiment: one is in focus, others are compared with it. */
import type { RunInfo } from "../server/messages.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { formatCount } from "./format.ts";
import { letterOf, swatch } from "./runStyle.ts";

interface RunListHandlers {
  focus(name: string): void;
  /** Shows the run beside the others, or hides it again. */
  compare(name: string): void;
}

interface RunListView {
  readonly runs: readonly RunInfo[];
  readonly focus: string | undefined;
  /** Slots of the runs that are shown. */
  readonly slots: ReadonlyMap<string, number>;
  /** Returns the last step of a run, which the page may know better than the list. */
  lastStep(run: RunInfo): number | undefined;
}

interface Entry {
  readonly element: HTMLLIElement;
  update(run: RunInfo, view: RunListView): void;
}

/** Makes the list. Entries are kept from update to update, so that the keyboard focus stays. */
export function makeRunList(list: HTMLElement, handlers: RunListHandlers): (view: RunListView) => void {
  const entries = new Map<string, Entry>();
  return (view) => {
    const names = new Set(view.runs.map(({ name }) => name));
    for (const [name, { element }] of entries) {
      if (names.has(name)) continue;
      element.remove();
      entries.delete(name);
    }
    for (const run of view.runs) {
      let entry = entries.get(run.name);
      if (entry === undefined) {
        entry = makeEntry(run.name, handlers);
        entries.set(run.name, entry);
        list.append(entry.element);
      }
      entry.update(run, view);
    }
  };
}

/** Returns the state of a run in one word. */
export function stateOf(run: RunInfo): string {
  if (run.live) return run.paused ? "paused" : "running";
  return run.ending?.status ?? "over";
}

export function stateMark(state: string): string {
  const marks: Readonly<Record<string, string>> = {
    running: "▶",
    paused: "❚❚",
    converged: "✓",
    stagnated: "≈",
    diverged: "↗",
    stopped: "■",
    failed: "!",
  };
  return marks[state] ?? "·";
}

function makeEntry(name: string, handlers: RunListHandlers): Entry {
  const compare = h("input", { type: "checkbox", class: "compare", "aria-label": `compare ${name}` });
  compare.addEventListener("change", () => handlers.compare(name));
  const line = h("span", { class: "line" });
  const state = h("span", { class: "state" });
  const steps = h("span", { class: "steps" });
  const choose = h(
    "button",
    { type: "button", class: "choose" },
    h("span", { class: "first" }, h("span", { class: "name" }, name), line),
    h("span", { class: "details" }, state, steps),
  );
  choose.addEventListener("click", () => handlers.focus(name));
  const element = h("li", { class: "entry", "data-run": name }, compare, choose);
  let shownSlot: number | undefined;
  return {
    element,
    update(run, view) {
      const slot = view.slots.get(name);
      compare.checked = slot !== undefined;
      compare.disabled = name === view.focus;
      setAttribute(element, "class", name === view.focus ? "entry focused" : "entry");
      setAttribute(choose, "aria-current", name === view.focus ? "true" : undefined);
      if (slot !== shownSlot) {
        line.replaceChildren(...(slot === undefined ? [] : [swatch(slot), h("b", {}, letterOf(slot))]));
        shownSlot = slot;
      }
      const how = stateOf(run);
      setText(state, `${stateMark(how)} ${how}`);
      setAttribute(state, "data-state", how);
      const last = view.lastStep(run);
      setText(steps, last === undefined ? "" : `step ${formatCount(last)}`);
    },
  };
}
