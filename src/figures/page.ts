/** Makes one SVG document from panels that Observable Plot draws: a title, a legend, the panels in rows, a caption. */

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { thing } from "../arguments.ts";
import { checkOption } from "../options.ts";

/** One plot of a {@link page}. */
export interface Panel {
  /** Title above the plot. */
  readonly title?: string;
  /** Width in pixels. Default 300. */
  readonly width?: number;
  /** Height in pixels. Default 220. */
  readonly height?: number;
  /** Options of Observable Plot, without width, height and document, which the page sets. */
  readonly plot: Plot.PlotOptions;
}

/** One entry of the legend of a {@link page}: a mark, and a text beside it. */
export interface LegendEntry {
  /** Text beside the mark. */
  readonly label: string;
  /** Colour of the mark, as CSS writes colours. */
  readonly color: string;
  /** Shape of the mark. Default `dot`. */
  readonly shape?: "dot" | "ring" | "line" | "area";
}

/** Contents of a figure, the argument of {@link page}. */
export interface Page {
  /** Title at the top, which is also the document's title. */
  readonly title: string;
  /** Entries of the legend below the title. Default: no legend. */
  readonly legend?: readonly LegendEntry[];
  /** Panels: one list, which is laid out in rows of three, or a list of rows. */
  readonly panels: readonly Panel[] | readonly (readonly Panel[])[];
  /** Lines of text below the panels. Default: none. */
  readonly caption?: readonly string[];
}

export const ink = "#1b1e23";
export const faint = "#8a9099";
/** Colours of the outcomes of searches, by the values of the column `end`. */
export const outcomeColors: Readonly<Record<string, string>> = {
  "critical point": "#1f6fb4",
  "gradient-flat region": "#d9761a",
  stagnated: "#8b5fbf",
  unfinished: "#9aa1ab",
  diverged: "#c0392b",
  "not judged": "#c7ccd3",
};
/** Colours of groups, methods and runs, in their order. */
export const groupColors: readonly string[] = ["#1f6fb4", "#d9761a", "#2e8b57", "#c0392b", "#8b5fbf", "#7a5c3e"];

const panelsOfRow = 3;
const margin = 16;
const gap = 18;
const lineHeight = 16;
const font = "font-family=\"system-ui, 'Segoe UI', Roboto, sans-serif\"";

/**
 * Draws panels, and returns the text of a self-contained SVG file.
 *
 * The background is white, so that the figure is readable on dark pages too. Coordinates are rounded to a tenth of a
 * pixel, which keeps the file small.
 *
 * @example
 * import * as Plot from "@observablehq/plot";
 *
 * const points = [0, 1, 2, 3].map((step) => ({ step, norm: 10 ** -step }));
 * const plot = { y: logAxis("norm", 1e-3, 1), marks: [Plot.line(points, { x: "step", y: "norm" })] };
 * const svg = page({ title: "Norm along the run", panels: [{ title: "linear convergence", plot }] });
 */
export function page(contents: Page): string {
  checkOption("page", "contents", contents, thing("a title and panels", { title: "string", panels: "list" }));
  const { title, legend = [], panels, caption = [] } = contents;
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const rows = rowsOf(panels).map((row) => row.map((panel) => ({ width: 300, height: 220, ...panel })));
  const parts: string[] = [];
  const text = (x: number, y: number, words: string, attributes: string): void => {
    parts.push(`<text x="${x}" y="${y}" ${attributes}>${escaped(words)}</text>`);
  };
  let y = margin + 14;
  text(margin, y, title, `font-size="15" font-weight="600" fill="${ink}"`);
  if (legend.length > 0) {
    y += lineHeight + 6;
    const room = margin + Math.max(...rows.map((row) => row.reduce((sum, { width }) => sum + width + gap, -gap)));
    let x = margin;
    for (const { label, color, shape = "dot" } of legend) {
      if (x > margin && x + 20 + textWidth(label, 11.5) > room) {
        x = margin;
        y += lineHeight;
      }
      parts.push(legendMark(x, y - 4, color, shape));
      text(x + 20, y, label, `font-size="11.5" fill="${ink}"`);
      x += 36 + textWidth(label, 11.5);
    }
  }
  y += 14;
  let width = margin + textWidth(title, 15) + margin;
  for (const row of rows) {
    let x = margin;
    const titled = row.some((panel) => panel.title !== undefined);
    for (const panel of row) {
      if (panel.title !== undefined) text(x + 4, y + 12, panel.title, `font-size="12" font-weight="600" fill="${ink}"`);
      const drawn = Plot.plot({
        // The label of the horizontal axis needs room below its ticks.
        marginBottom: panel.plot.x?.label === null ? 22 : 40,
        ...panel.plot,
        ...(panel.plot.x === undefined ? {} : { x: { labelOffset: 36, ...panel.plot.x } }),
        width: panel.width,
        height: panel.height,
        style: { background: "none", color: ink, fontSize: "11px", ...(panel.plot.style as object | undefined) },
        document,
      });
      drawn.setAttribute("x", String(x));
      drawn.setAttribute("y", String(y + (titled ? 18 : 0)));
      parts.push(drawn.outerHTML);
      x += panel.width + gap;
    }
    width = Math.max(width, x - gap + margin);
    y += Math.max(...row.map((panel) => panel.height)) + (titled ? 18 : 0) + gap;
  }
  for (const words of caption) {
    text(margin, y, words, `font-size="11.5" fill="${ink}"`);
    width = Math.max(width, textWidth(words, 11.5) + 2 * margin);
    y += lineHeight;
  }
  const height = y + (caption.length > 0 ? 0 : -gap) + margin / 2;
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"`;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${size} ${font}>`;
  return `${open}<title>${escaped(title)}</title><rect width="100%" height="100%" fill="white"/>${parts.map(shortened).join("")}</svg>\n`;
}

function rowsOf(panels: Page["panels"]): readonly (readonly Panel[])[] {
  const rows: (readonly Panel[])[] = [];
  let row: Panel[] = [];
  for (const entry of panels) {
    if (!("plot" in entry)) {
      rows.push(entry);
      continue;
    }
    if (row.length === 0) rows.push(row);
    row.push(entry);
    if (row.length === panelsOfRow) row = [];
  }
  return rows;
}

function legendMark(x: number, y: number, color: string, shape: NonNullable<LegendEntry["shape"]>): string {
  if (shape === "line")
    return `<line x1="${x}" x2="${x + 15}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"/>`;
  if (shape === "area")
    return `<rect x="${x}" y="${y - 5}" width="15" height="10" fill="${color}" fill-opacity="0.3"/>`;
  const filled = shape === "dot" ? `fill="${color}"` : `fill="none" stroke="${color}" stroke-width="1.5"`;
  return `<circle cx="${x + 8}" cy="${y}" r="4" ${filled}/>`;
}

/** Estimates the width of a text in a proportional font. */
function textWidth(words: string, size: number): number {
  return words.length * size * 0.55;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * Rounds numbers in tags to a tenth of a pixel, and numbers below 1, such as opacities, to two decimals. It does not
 * change text between tags.
 */
function shortened(svg: string): string {
  return svg.replace(/<[^>]+>/g, (tag) =>
    tag.replace(/\d+\.\d{2,}/g, (text) => {
      const number = Number(text);
      const scale = number < 1 ? 100 : 10;
      return String(Math.round(number * scale) / scale);
    }),
  );
}
