/** Says whether the page is up to date. */
import { setAttribute, setText } from "./dom.ts";
import type { LinkState } from "./link.ts";

export function makeConnectionBadge(badge: HTMLElement, banner: HTMLElement): (state: LinkState) => void {
  let state: LinkState = { kind: "connecting" };
  let openedOnce = false;
  let lostSince = 0;
  function show(): void {
    setAttribute(badge, "data-state", state.kind);
    document.body.classList.toggle("stale", openedOnce && state.kind !== "open");
    banner.hidden = state.kind !== "refused";
    if (state.kind === "refused") setText(banner, `Not connected: ${state.why}.`);
    setText(badge, text());
  }
  function text(): string {
    if (state.kind === "open") return "● connected";
    if (state.kind === "refused") return "✕ not connected";
    const stale = openedOnce ? `stale for ${Math.round((Date.now() - lostSince) / 1000)} s, ` : "";
    if (state.kind !== "lost") return `◌ ${stale}connecting`;
    return `◌ ${stale}reconnecting in ${Math.max(1, Math.ceil((state.retryAt - Date.now()) / 1000))} s`;
  }
  setInterval(() => {
    if (state.kind !== "open") show();
  }, 1000);
  return (next) => {
    if (state.kind === "open" && next.kind !== "open") lostSince = Date.now();
    openedOnce ||= next.kind === "open";
    state = next;
    show();
  };
}
