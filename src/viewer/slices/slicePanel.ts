/** Asks a live run for slices of its loss, and shows the newest that it recorded. Of other runs it names the command. */
import { type LossSlice, type SliceDirection, sliceDirections } from "../../arrow/lossSlice.ts";
import type { AppliedCommand } from "../../arrow/row.ts";
import type { RunInfo } from "../../server/messages.ts";
import { button, h, setText } from "../dom.ts";
import { formatCount, formatSeconds } from "../format.ts";
import type { RunData } from "../runData.ts";
import { sliceChart } from "./sliceChart.ts";

export interface SliceOrder {
  readonly type: "slice";
  readonly along?: readonly SliceDirection[];
  readonly radius?: number;
}

interface SlicePanel {
  readonly element: HTMLElement;
  update(run: RunInfo, data: RunData): void;
  /** Takes the answer to a command, which comes before the row that records it. */
  replied(run: string, outcome: AppliedCommand): void;
  /** Forgets orders without an answer, after the connection was lost. */
  forget(): void;
}

const labels: Readonly<Record<SliceDirection, string>> = {
  step: "last step",
  gradient: "−F",
  lowest: "lowest eigenvector",
  highest: "highest eigenvector",
  random: "random",
};

interface Taken {
  readonly step: number;
  readonly slice: LossSlice;
}

/** @param order asks a run for a slice */
export function makeSlicePanel(order: (run: string, given: SliceOrder) => void): SlicePanel {
  let run: RunInfo | undefined;
  let shown: LossSlice | undefined;
  let isKnown = false;
  /** Runs whose answer is awaited, and what came before the row that records it. */
  const waiting = new Set<string>();
  const answered = new Map<string, Taken>();
  const refusals = new Map<string, string>();

  const boxes = sliceDirections.map((along) => {
    const input = h("input", { type: "checkbox", checked: true, "data-direction": along });
    return { along, input, element: h("label", {}, input, ` ${labels[along]}`) };
  });
  const radius = h("input", {
    type: "text",
    inputmode: "decimal",
    size: 8,
    placeholder: "automatic",
    "aria-label": "radius: distance of the ends of each line from the point; empty: chosen by the run",
  });
  const take = button(
    "Take a slice",
    { "data-command": "slice", title: "the run computes it before its next step" },
    ask,
  );
  const controls = h(
    "form",
    { class: "slice-controls" },
    ...boxes.map(({ element }) => element),
    h("label", {}, "radius ", radius),
    take,
  );
  controls.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  const hint = h("p", { class: "slice-hint" });
  const state = h("p", { class: "slice-state", role: "status" });
  const charts = h("div", { class: "slices" });
  const element = h(
    "details",
    { class: "slice-panel" },
    h("summary", {}, "Loss around the point"),
    controls,
    hint,
    state,
    charts,
  );
  element.hidden = true;

  function ask(): void {
    if (run?.steerable !== true || waiting.has(run.name)) return;
    const along = boxes.filter(({ input }) => input.checked).map((box) => box.along);
    const typed = radius.value.trim();
    const value = Number(typed);
    const wrong = typed !== "" && !(value > 0 && Number.isFinite(value)) ? "expected a number above 0, or nothing" : "";
    radius.setCustomValidity(wrong);
    if (!radius.reportValidity()) return;
    if (along.length === 0) {
      setText(state, "choose a direction at least");
      return;
    }
    refusals.delete(run.name);
    waiting.add(run.name);
    // With all directions the run takes those that its problem has.
    const all = along.length === sliceDirections.length;
    order(run.name, { type: "slice", ...(all ? {} : { along }), ...(typed === "" ? {} : { radius: value }) });
    showState(undefined);
  }

  function showState(taken: Taken | undefined): void {
    if (run === undefined) return;
    take.disabled = waiting.has(run.name);
    const refused = refusals.get(run.name);
    if (waiting.has(run.name)) setText(state, "after this step …");
    else if (refused !== undefined) setText(state, `refused: ${refused}`);
    else if (taken === undefined) setText(state, "");
    else {
      const { evaluations, products, seconds, missing } = taken.slice;
      const cost = `${formatCount(evaluations)} evaluations${products === 0 ? "" : `, ${formatCount(products)} products`}`;
      const without = missing.map(({ along, why }) => `; without ${labels[along]}: ${why}`).join("");
      setText(state, `before step ${formatCount(taken.step)}: ${cost}, ${formatSeconds(seconds)}${without}`);
    }
  }

  radius.addEventListener("input", () => radius.setCustomValidity(""));
  return {
    element,
    update(next, data) {
      run = next;
      const recorded = newestIn(data);
      const early = answered.get(next.name);
      const taken = early !== undefined && (recorded === undefined || early.step >= recorded.step) ? early : recorded;
      element.hidden = false;
      controls.hidden = !next.steerable;
      const command = "fluxion slice <directory of the run>";
      const why = next.live ? "This page cannot ask this run for a slice" : "This run is over";
      hint.hidden = next.steerable;
      setText(hint, `${why}; ${next.live ? "once it is over, " : ""}this takes one at the last point: ${command}`);
      showState(taken);
      if (!isKnown || taken?.slice !== shown) {
        if (taken !== undefined && taken.slice !== shown) element.open = true;
        isKnown = true;
        shown = taken?.slice;
        charts.replaceChildren(...(shown?.lines ?? []).map(sliceChart));
      }
    },
    replied(name, outcome) {
      waiting.delete(name);
      if (outcome.slice !== undefined) answered.set(name, { step: outcome.step, slice: outcome.slice });
      else refusals.set(name, outcome.refused ?? "there is no slice");
    },
    forget() {
      waiting.clear();
      showState(undefined);
    },
  };
}

/** The newest slice that the rows of a run record. */
function newestIn(data: RunData): Taken | undefined {
  for (let k = data.interventions.length - 1; k >= 0; k--) {
    const { step, commands } = data.interventions[k]!;
    const slice = commands.findLast((command) => command.slice !== undefined)?.slice;
    if (slice !== undefined) return { step, slice };
  }
  return undefined;
}
