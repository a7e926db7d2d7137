/** Draws a heat map: axes, cells, the border between the signs, and the scale of colours. */
import { color } from "../../dom.ts";
import { formatTick } from "../../format.ts";
import type { Pen } from "../pen.ts";
import { xTicks } from "../plotOptions.ts";
import { type XAxis, xName } from "../series.ts";
import type { HeatCells } from "./heatCells.ts";
import { type HeatScale, heatColor } from "./heatScale.ts";

interface HeatPicture {
  readonly cells: HeatCells;
  readonly scale: HeatScale;
  readonly axis: XAxis;
  /** Names of the entries, from the first. */
  readonly names: readonly string[];
  /** Cell that is marked. */
  readonly marked?: { readonly bin: number; readonly entry: number } | undefined;
}

interface HeatFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const font = "11px system-ui, sans-serif";
/** Width of the scale of colours with its numbers. */
const scaleWidth = 74;
/** Least height of a line with a name, in pixels. */
const lineHeight = 13;

export function heatFrame(width: number, height: number, names: readonly string[]): HeatFrame {
  const longest = Math.max(0, ...names.map((name) => shortened(name).length));
  const left = Math.min(150, 18 + 6.2 * longest);
  return { left, top: 8, width: Math.max(20, width - left - scaleWidth), height: height - 8 - 42 };
}

export function paintHeat(pen: Pen, picture: HeatPicture, frame: HeatFrame): void {
  const { cells, scale, axis } = picture;
  const { left, top, width, height } = frame;
  const { bins, entries, values } = cells;
  // Whole pixels, so that no seams show between cells.
  const xOf = (bin: number): number => Math.round(left + (width * bin) / bins);
  const yOf = (entry: number): number => Math.round(top + height - (height * entry) / entries);
  for (let bin = 0; bin < bins; bin++) {
    // Bins that show the same row are one rectangle.
    let end = bin + 1;
    while (end < bins && cells.rows[end] === cells.rows[bin]) end++;
    for (let entry = 0; entry < entries; entry++) {
      const value = values[bin * entries + entry]!;
      if (Number.isNaN(value)) continue;
      pen.fillStyle = heatColor(scale.place(value), scale.signed);
      pen.fillRect(xOf(bin), yOf(entry + 1), xOf(end) - xOf(bin), yOf(entry) - yOf(entry + 1));
    }
    bin = end - 1;
  }
  if (scale.signed) paintBorder(pen, picture, xOf, yOf);
  paintAxes(pen, picture, frame, yOf);
  paintScale(pen, scale, frame);
  const { marked } = picture;
  if (marked !== undefined) {
    pen.strokeStyle = color("--text");
    pen.lineWidth = 1.5;
    pen.strokeRect(xOf(marked.bin) - 1, yOf(marked.entry + 1), Math.max(3, width / bins + 2), height / entries);
  }
  pen.fillStyle = color("--text-soft");
  pen.textAlign = "center";
  pen.fillText(xName(axis), left + width / 2, top + height + 32);
}

/** Draws a line between negative and other entries, so that the number of negative ones is seen without colours. */
function paintBorder(
  pen: Pen,
  { cells: { bins, entries, values } }: HeatPicture,
  xOf: (bin: number) => number,
  yOf: (entry: number) => number,
): void {
  pen.strokeStyle = "rgb(20, 20, 20)";
  pen.lineWidth = 1.25;
  pen.beginPath();
  const isNegative = (bin: number, entry: number): boolean => values[bin * entries + entry]! < 0;
  const isThere = (bin: number, entry: number): boolean => !Number.isNaN(values[bin * entries + entry]!);
  for (let bin = 0; bin < bins; bin++) {
    for (let entry = 0; entry < entries; entry++) {
      if (!isThere(bin, entry)) continue;
      if (entry > 0 && isThere(bin, entry - 1) && isNegative(bin, entry) !== isNegative(bin, entry - 1)) {
        pen.moveTo(xOf(bin), yOf(entry));
        pen.lineTo(xOf(bin + 1), yOf(entry));
      }
      if (bin > 0 && isThere(bin - 1, entry) && isNegative(bin, entry) !== isNegative(bin - 1, entry)) {
        pen.moveTo(xOf(bin), yOf(entry));
        pen.lineTo(xOf(bin), yOf(entry + 1));
      }
    }
  }
  pen.stroke();
}

function paintAxes(
  pen: Pen,
  { cells, axis, names }: HeatPicture,
  { left, top, width, height }: HeatFrame,
  yOf: (entry: number) => number,
): void {
  pen.font = font;
  pen.fillStyle = color("--text-soft");
  pen.textAlign = "right";
  const every = Math.max(1, Math.ceil((cells.entries * lineHeight) / height));
  for (let entry = 0; entry < cells.entries; entry += every) {
    const middle = (yOf(entry) + yOf(entry + 1)) / 2;
    pen.fillText(shortened(names[entry] ?? String(entry + 1)), left - 6, middle + 4);
  }
  pen.textAlign = "center";
  const [min, max] = cells.xRange;
  const into = axis.log ? Math.log : (x: number) => x;
  for (const tick of xTicks(axis, min, max, width)) {
    pen.fillText(
      formatTick(tick),
      left + (width * (into(tick) - into(min))) / (into(max) - into(min)),
      top + height + 15,
    );
  }
}

function paintScale(pen: Pen, { signed, value }: HeatScale, { left, top, width, height }: HeatFrame): void {
  const x = left + width + 12;
  const low = signed ? -1 : 0;
  const parts = 48;
  for (let part = 0; part < parts; part++) {
    const place = low + ((1 - low) * (part + 0.5)) / parts;
    pen.fillStyle = heatColor(place, signed);
    pen.fillRect(x, top + height - (height * (part + 1)) / parts, 9, height / parts + 0.5);
  }
  pen.fillStyle = color("--text-soft");
  pen.textAlign = "left";
  for (const place of signed ? [-1, -0.5, 0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]) {
    const y = top + height - (height * (place - low)) / (1 - low);
    const text = formatTick(Number(value(place).toPrecision(2)));
    pen.fillText(text, x + 13, Math.min(top + height, Math.max(top + 8, y + 4)));
  }
}

function shortened(name: string): string {
  return name.length > 20 ? `${name.slice(0, 19)}…` : name;
}
