/** Saves a chart as a file: SVG, PNG, or its numbers as CSV. Everything happens in the page. */
import { button, color, h } from "../../dom.ts";
import type { Pen } from "../pen.ts";
import { SvgPen } from "./svgPen.ts";

export interface Exported {
  /** Name of the file, without its extension. */
  readonly file: string;
  readonly title: string;
  readonly width: number;
  readonly height: number;
  paint(pen: Pen): void;
  csv(): string;
}

/** Pixels of a PNG in one pixel of the page. */
const resolution = 2;

/** Makes the menu of a chart. `take` returns what is shown when somebody saves it; undefined: there is nothing. */
export function makeExportMenu(title: string, take: () => Exported | undefined): HTMLElement {
  const save = (act: (chart: Exported) => void) => () => {
    const chart = take();
    if (chart !== undefined) act(chart);
    menu.open = false;
    summary.focus();
  };
  const summary = h("summary", { class: "toggle", "aria-label": `save the chart ${title}` }, "Save");
  const items = h(
    "div",
    { class: "menu" },
    button("SVG", { title: "as a drawing" }, save(saveSvg)),
    button("PNG", { title: "as a picture" }, save(savePng)),
    button("CSV", { title: "the numbers that are drawn, with all digits" }, save(saveCsv)),
  );
  const menu = h("details", { class: "save" }, summary, items);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  return menu;
}

/** On the background of the page's cards, so that a dark picture is read on white paper too. */
function paintOnCard({ width, height, paint }: Exported, pen: Pen): void {
  pen.fillStyle = color("--card");
  pen.fillRect(0, 0, width, height);
  paint(pen);
}

function saveSvg(chart: Exported): void {
  const pen = new SvgPen(chart.width, chart.height, chart.title);
  paintOnCard(chart, pen);
  download(new Blob([pen.toString()], { type: "image/svg+xml" }), `${chart.file}.svg`);
}

function savePng(chart: Exported): void {
  const canvas = h("canvas");
  canvas.width = chart.width * resolution;
  canvas.height = chart.height * resolution;
  const context = canvas.getContext("2d")!;
  context.scale(resolution, resolution);
  paintOnCard(chart, context);
  canvas.toBlob((blob) => {
    if (blob !== null) download(blob, `${chart.file}.png`);
  }, "image/png");
}

function saveCsv(chart: Exported): void {
  download(new Blob([chart.csv()], { type: "text/csv" }), `${chart.file}.csv`);
}

function download(blob: Blob, name: string): void {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  // The browser reads the blob after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Returns a table as CSV (RFC 4180). Numbers have all their digits; undefined is an empty field. */
export function csvOf(header: readonly string[], rows: Iterable<readonly (string | number | undefined)[]>): string {
  const lines = [header.map(csvField).join(",")];
  for (const row of rows) lines.push(row.map(csvField).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function csvField(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isNaN(value) ? "NaN" : String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Returns a name that every file system takes. */
export function fileName(...parts: readonly string[]): string {
  return parts
    .join("-")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .slice(0, 120);
}
