/** Controls above the charts: smoothing, bands over seeds, and a link to what is shown. */
import { button, h, setText } from "../../dom.ts";
import { smoothingMost } from "./viewState.ts";

interface ViewControls {
  readonly element: HTMLElement;
  readonly smoothing: number;
  readonly seeds: boolean;
  /** Says how many runs a band may join; with fewer than two there is nothing to join. */
  offerSeeds(count: number): void;
}

/** Percent of the x axis between two places of the slider. */
const stepSize = 0.5;

export function makeViewControls(
  start: { readonly smoothing: number; readonly seeds: boolean },
  changed: () => void,
): ViewControls {
  const slider = h("input", {
    id: "smoothing",
    type: "range",
    min: 0,
    max: 100 * smoothingMost,
    step: stepSize,
    value: 100 * start.smoothing,
    "aria-label": "smoothing",
  });
  const width = h("output", { for: "smoothing" });
  const seeds = h("input", { id: "seeds", type: "checkbox" });
  seeds.checked = start.seeds;
  const seedsLabel = h("label", { class: "seeds-choice" }, seeds, " median and quartiles over seeds");
  const link = button("Copy link", { class: "toggle", title: "copies an address that shows the same view" }, copy);
  const element = h(
    "div",
    { class: "view-controls", role: "group", "aria-label": "how charts are drawn" },
    h("label", { class: "smoothing" }, "smoothing ", slider, width),
    seedsLabel,
    link,
  );
  const share = (): number => Number(slider.value) / 100;

  function show(): void {
    const text = share() === 0 ? "off" : `${Number(slider.value)} % of the width`;
    setText(width, text);
    slider.setAttribute("aria-valuetext", text);
  }
  slider.addEventListener("input", () => {
    show();
    changed();
  });
  seeds.addEventListener("change", changed);
  async function copy(): Promise<void> {
    // The address is written a moment after the last change.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const done = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    setText(link, done === true ? "Copied" : "Copy the address above");
    setTimeout(() => setText(link, "Copy link"), 3000);
  }
  show();
  return {
    element,
    get smoothing() {
      return share();
    },
    get seeds() {
      return seeds.checked && !seedsLabel.hidden;
    },
    offerSeeds(count) {
      seedsLabel.hidden = count < 2;
      seedsLabel.title = `${count} runs differ only in the seed or the start; the shade holds the middle half of them`;
    },
  };
}
