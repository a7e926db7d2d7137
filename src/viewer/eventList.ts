/** Lists the events of the run in focus, the newest first. */
import { h, setText } from "./dom.ts";
import { formatCount } from "./format.ts";
import type { RunData } from "./runData.ts";

/** Number of events that are listed. */
const most = 6;

interface EventList {
  readonly element: HTMLElement;
  update(data: RunData): void;
}

export function makeEventList(): EventList {
  const title = h("h2", {});
  const list = h("ul", {});
  const element = h("section", { class: "events", "aria-label": "events" }, title, list);
  element.hidden = true;
  let shown = "";
  return {
    element,
    update({ events }) {
      element.hidden = events.length === 0;
      const newest = events.slice(-most).reverse();
      const lines = newest.map(({ rule, step, text }) => `${rule} at step ${formatCount(step)}: ${text}`);
      const now = `${events.length}\n${lines.join("\n")}`;
      if (now === shown) return;
      shown = now;
      const more = events.length > most ? `, the newest ${most} of ${formatCount(events.length)}` : "";
      setText(title, `Events${more}`);
      list.replaceChildren(...lines.map((line) => h("li", {}, line)));
    },
  };
}
