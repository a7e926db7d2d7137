/** Shows the run in focus: its state, its newest numbers, and a link to its file. */
import type { RunInfo } from "../server/messages.ts";
import { newest } from "./charts/series.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { makeEventList } from "./eventList.ts";
import { formatCount, formatNumber, formatSeconds } from "./format.ts";
import { address } from "./link.ts";
import { howRead } from "./reading.ts";
import type { RunData } from "./runData.ts";
import { stateMark, stateOf } from "./runList.ts";

interface Tile {
  readonly name: string;
  readonly title: string;
  text(data: RunData): string;
  /** Column without which the tile is left out. */
  readonly needs?: string;
}

const tiles: readonly Tile[] = [
  { name: "step", title: "step", text: (data) => formatCount(data.lastStep) },
  { name: "value", title: "loss", text: (data) => formatNumber(data.last("value")), needs: "value" },
  { name: "squaredFieldNorm", title: "‖F‖²", text: (data) => formatNumber(data.last("squaredFieldNorm")) },
  {
    name: "relativeResidual",
    title: "residual r",
    text: (data) => formatNumber(data.last("relativeResidual")),
    needs: "relativeResidual",
  },
  { name: "stepSize", title: "step size", text: (data) => formatNumber(newest(data, "stepSize")) },
  { name: "seconds", title: "time", text: (data) => formatSeconds(data.last("seconds")) },
  {
    name: "secondsLeft",
    title: "time left",
    text: (data) => formatSeconds(newest(data, "secondsLeft")),
    needs: "secondsLeft",
  },
  { name: "evaluations", title: "evaluations", text: (data) => formatCount(data.last("evaluations")) },
  { name: "products", title: "products", text: (data) => formatCount(data.last("products")) },
];

/** Seconds without a row after which the page says so. */
const silentAfter = 60;

interface RunSummary {
  readonly element: HTMLElement;
  /** Description of the run by its experiment. */
  readonly details: HTMLElement;
  update(run: RunInfo, data: RunData): void;
}

export function makeRunSummary(): RunSummary {
  const name = h("h1", {});
  const state = h("span", { class: "state pill" });
  const message = h("p", { class: "message" });
  const thinned = h("p", { class: "thinned" });
  const silence = h("p", { class: "silence", role: "status" });
  const events = makeEventList();
  let newest = { name: "", version: -1, at: 0 };
  const download = h("a", { class: "download" }, "Arrow file");
  const description = h("pre", {});
  const details = h("details", {}, h("summary", {}, "Description"), description);
  const shown = tiles.map((tile) => {
    const value = h("dd", { "data-tile": tile.name });
    return { tile, value, element: h("div", {}, h("dt", {}, tile.title), value) };
  });
  const element = h(
    "section",
    { class: "summary", "aria-label": "run" },
    h("div", { class: "title" }, name, state, download),
    message,
    h("dl", { class: "tiles" }, ...shown.map((tile) => tile.element)),
    thinned,
    silence,
    events.element,
  );
  return {
    element,
    details,
    update(run, data) {
      setText(name, run.attempt > 1 ? `${run.name} · attempt ${run.attempt}` : run.name);
      const how = stateOf(run);
      setText(state, `${stateMark(how)} ${how}`);
      setAttribute(state, "data-state", how);
      setText(message, run.ending?.message ?? "");
      message.hidden = run.ending?.message === undefined;
      thinned.hidden = !data.thinned && data.reading === undefined;
      if (!thinned.hidden) setText(thinned, howThinned(data));
      if (newest.name !== run.name || newest.version !== data.version) {
        newest = { name: run.name, version: data.version, at: performance.now() };
      }
      const seconds = (performance.now() - newest.at) / 1000;
      silence.hidden = !run.live || run.paused || seconds < silentAfter;
      if (!silence.hidden) setText(silence, `no new row for ${formatSeconds(seconds)}`);
      events.update(data);
      const file = run.attempts.at(-1)?.file;
      download.hidden = file === undefined;
      if (file !== undefined) {
        setAttribute(download, "href", address(`/runs/${encodeURIComponent(run.name)}/${file}`));
        setAttribute(download, "download", `${run.name}-${file}`);
      }
      details.hidden = run.description === undefined;
      if (run.description !== undefined) setText(description, JSON.stringify(run.description, null, 2));
      for (const { tile, value, element: box } of shown) {
        box.hidden = tile.needs !== undefined && !hasNumber(data, tile.needs);
        if (!box.hidden) setText(value, tile.text(data));
      }
    },
  };
}

function howThinned(data: RunData): string {
  if (data.reading !== undefined) return howRead(data.reading, data.length > 0);
  const rows = (data.lastStep ?? 0) - (data.at("step", 0) ?? 0) + 1;
  return `${formatCount(data.length)} of ${formatCount(rows)} rows are shown, spikes and NaN among them; zoom in for more`;
}

/** Whether a column holds any number. A field without a potential has NaN as its loss in every row. */
export function hasNumber(data: RunData, column: string): boolean {
  const found = data.column(column);
  if (found === undefined) return false;
  for (let row = 0; row < data.length; row++) {
    if (found.missing[row] === 0 && !Number.isNaN(found.values[row]!)) return true;
  }
  return false;
}
