/** The look of a run among others. Colour, dashes and letter each tell runs apart, so nobody depends on colours. */
import { color } from "./dom.ts";

export const slots = 8;
const dashes: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [5, 3],
  [14, 4],
  [2, 6],
  [10, 3, 2, 3, 2, 3],
];

interface RunStyle {
  readonly stroke: string;
  readonly dash: number[];
  readonly letter: string;
}

export function styleOf(slot: number): RunStyle {
  return { stroke: color(`--run-${slot}`), dash: [...dashes[slot]!], letter: letterOf(slot) };
}

export function letterOf(slot: number): string {
  return String.fromCharCode(65 + slot);
}

/** Makes a short piece of a run's line. */
export function swatch(slot: number): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("viewBox", "0 0 30 8");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "line");
  for (const [name, value] of Object.entries({ x1: 0, y1: 4, x2: 30, y2: 4 })) line.setAttribute(name, String(value));
  line.setAttribute("class", `run-${slot}`);
  line.setAttribute("stroke-dasharray", dashes[slot]!.join(" "));
  svg.append(line);
  return svg;
}
