/** Writes the state of the view into the page's address. */
import { formatViewState, type ViewState } from "./viewState.ts";

/** Milliseconds without a change after which the address is written: browsers allow few changes per second. */
const writeAfter = 300;

/** Returns a function that writes a state into the address once it has stayed the same for a moment. */
export function makeAddressWriter(): (state: ViewState) => void {
  let written = location.hash.replace(/^#/, "");
  let wanted = written;
  let timer: number | undefined;
  // Someone has opened another link in this page.
  window.addEventListener("hashchange", () => {
    if (location.hash.replace(/^#/, "") !== written) location.reload();
  });
  return (state) => {
    const next = formatViewState(state);
    if (next === wanted) return;
    wanted = next;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      written = wanted;
      history.replaceState(history.state, "", `#${wanted}`);
    }, writeAfter);
  };
}
