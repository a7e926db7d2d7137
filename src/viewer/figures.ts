/** Shows the figures of the experiment, which the server draws from its files on demand. */
import type { FigureTitle } from "../server/messages.ts";
import { button, h, setText } from "./dom.ts";
import { address } from "./link.ts";

export function makeFigures(): HTMLElement {
  const state = h("span", { class: "hint", role: "status" });
  const images = h("div", { class: "figures" });
  const ask = button("Draw figures", { title: "draws the figures from the files as they are now" }, () => void draw());
  // Each drawing is another picture, so it needs another address than the one before.
  let drawing = 0;

  async function draw(): Promise<void> {
    ask.disabled = true;
    setText(state, "drawing the figures …");
    try {
      const response = await fetch(address("/figures"));
      if (!response.ok) throw new Error(response.statusText);
      const { figures } = (await response.json()) as { readonly figures: readonly FigureTitle[] };
      drawing++;
      images.replaceChildren(...figures.map(pictureOf));
      setText(state, figures.length === 0 ? "no figure can be drawn from these runs yet" : "");
    } catch (error) {
      setText(state, `the figures could not be drawn: ${(error as Error).message}`);
    } finally {
      ask.disabled = false;
    }
  }

  function pictureOf({ name, summary }: FigureTitle): HTMLElement {
    const source = address(`/figures/${name}.svg?drawing=${drawing}`);
    const link = h("a", { href: source, target: "_blank", rel: "noreferrer" }, h("img", { src: source, alt: summary }));
    return h("figure", {}, link, h("figcaption", {}, h("b", {}, name), ` ${summary}`));
  }

  return h(
    "section",
    { class: "gallery", "aria-label": "Figures" },
    h("div", { class: "add-row" }, ask, state),
    images,
  );
}
