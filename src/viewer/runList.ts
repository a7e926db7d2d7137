/** Lists the runs beside the charts: one is in focus, others are compared with it. */
import type { RunInfo } from "../server/messages.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { formatCount } from "./format.ts";
import { letterOf, swatch } from "./runStyle.ts";
import { stateMark, stateOf, stateOfVerdict } from "./runTable/runState.ts";
import type { RunsShown } from "./runTable/runsShown.ts";
import { makeVirtualRows } from "./runTable/virtualRows.ts";

export { stateMark, stateOf } from "./runTable/runState.ts";

export interface RunListHandlers {
  focus(name: string): void;
  /** Shows the run beside the others, or hides it again. */
  compare(name: string): void;
}

export interface RunListView {
  readonly shown: RunsShown;
  readonly focus: string | undefined;
  /** Slots of the runs that are shown. */
  readonly slots: ReadonlyMap<string, number>;
  /** Returns the last step of a run, which the page may know better than the list. */
  lastStep(run: RunInfo): number | undefined;
}

interface RunList {
  update(view: RunListView): void;
  /** Scrolls to a run. */
  reveal(name: string): void;
}

interface Entry {
  readonly element: HTMLLIElement;
  update(run: RunInfo, view: RunListView): void;
}

const rowHeight = 48;

/** Makes the list. Entries are kept from update to update, so that the keyboard focus stays. */
export function makeRunList(list: HTMLElement, handlers: RunListHandlers): RunList {
  const frame = list.parentElement!;
  let view: RunListView | undefined;
  const rows = makeVirtualRows<Entry>({
    frame,
    body: list,
    rowHeight,
    make: (name) => makeEntry(name, handlers),
    elementOf: ({ element }) => element,
    update(entry, place) {
      const run = view?.shown.at(place);
      if (view === undefined || run === undefined) return;
      setAttribute(entry.element, "aria-setsize", view.shown.places.length);
      setAttribute(entry.element, "aria-posinset", place + 1);
      entry.update(run, view);
    },
  });
  return {
    update(next) {
      view = next;
      rows.update(next.shown.places.length, (place) => next.shown.at(place)!.name);
    },
    reveal(name) {
      const place = view?.shown.placeOf(name) ?? -1;
      if (place >= 0) rows.reveal(place);
    },
  };
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
    h("span", { class: "first" }, h("span", { class: "name", title: name }, name), line),
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
      const verdict = run.live ? undefined : run.ending?.verdict;
      const how = verdict === undefined ? stateOf(run) : stateOfVerdict(verdict);
      setText(state, `${stateMark(how)} ${verdict ?? how}`);
      setAttribute(state, "data-state", how);
      const last = view.lastStep(run);
      setText(steps, last === undefined ? "" : `step ${formatCount(last)}`);
    },
  };
}
