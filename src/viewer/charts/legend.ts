/** The legend of a chart: for each run its line, its name, and the number at the cursor or the newest one. */
import { h, setText } from "../dom.ts";
import { formatNumber } from "../format.ts";
import { letterOf, swatch } from "../runStyle.ts";
import type { Curve, ShownRun } from "./series.ts";

/** What the legend says of one run. */
export interface Reading {
  readonly value: number | undefined;
  /** Value of the smooth line, where there is one. */
  readonly smooth?: number | undefined;
  /** Quartiles, where the line is the median of several runs. */
  readonly between?: readonly [lower: number, upper: number] | undefined;
}

interface Legend {
  readonly element: HTMLElement;
  /** Makes one entry for each run. */
  show(runs: readonly ShownRun[]): void;
  /** @param place the cursor's, in words; empty without a cursor */
  update(place: string, readings: readonly Reading[], curves: readonly Curve[]): void;
}

export function makeLegend(): Legend {
  const list = h("ul", { class: "legend" });
  const place = h("output", { class: "place", "aria-live": "off" });
  return {
    element: h("div", { class: "readings" }, list, place),
    show(runs) {
      list.replaceChildren(
        ...runs.map(({ name, slot, seeds = [] }) =>
          h(
            "li",
            { class: "curve" },
            swatch(slot),
            ...(runs.length > 1 ? [h("b", {}, letterOf(slot))] : []),
            h("span", { class: "run-name" }, name),
            ...(seeds.length > 1 ? [h("span", { class: "seeds" }, `median of ${seeds.length} runs`)] : []),
            h("output", {}),
            h("span", { class: "smooth" }),
            h("span", { class: "failures" }),
          ),
        ),
      );
    },
    update(where, readings, curves) {
      setText(place, where);
      readings.forEach(({ value, smooth, between }, index) => {
        const item = list.children[index];
        if (item === undefined) return;
        setText(item.querySelector("output")!, formatNumber(value));
        const trend = smooth === undefined ? "" : `≈ ${formatNumber(smooth)}`;
        const band = between === undefined ? "" : `${formatNumber(between[0])} … ${formatNumber(between[1])}`;
        setText(item.querySelector(".smooth")!, band === "" ? trend : band);
        const failures = curves[index]?.marks.filter(({ kind }) => kind === "nan").length ?? 0;
        setText(item.querySelector(".failures")!, failures === 0 ? "" : `× ${failures} NaN`);
      });
    },
  };
}
