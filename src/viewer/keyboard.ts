/** Keys and what they do, in one table that the help shows too. */
import { h } from "./dom.ts";

export interface KeyAction {
  readonly keys: readonly string[];
  readonly meaning: string;
  act(): void;
}

const names: Readonly<Record<string, string>> = { " ": "space", ArrowLeft: "←", ArrowRight: "→" };

/** Makes keys work wherever nothing is being typed. */
export function listenToKeys(actions: readonly KeyAction[]): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.closest("input:not([type=checkbox]), select, textarea, dialog") !== null) return;
    // Space presses the button that has the focus.
    if (event.key === " " && target.closest("button, a, summary, input") !== null) return;
    const action = actions.find(({ keys }) => keys.includes(event.key));
    if (action === undefined) return;
    event.preventDefault();
    action.act();
  });
}

export function keyTable(actions: readonly KeyAction[]): HTMLTableElement {
  return h(
    "table",
    {},
    ...actions.map(({ keys, meaning }) => {
      const shown = keys.flatMap((key, index) => [...(index > 0 ? [" "] : []), h("kbd", {}, names[key] ?? key)]);
      return h("tr", {}, h("th", { scope: "row" }, ...shown), h("td", {}, meaning));
    }),
  );
}
