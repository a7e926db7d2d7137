/** Writes an SVG file by the calls that draw on a canvas, so that one function draws both. */
import type { Pen } from "../pen.ts";

interface State {
  strokeStyle: string;
  fillStyle: string;
  globalAlpha: number;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  font: string;
  textAlign: CanvasTextAlign;
  dashes: readonly number[];
  /** Number of groups that this state has opened. */
  groups: number;
}

const anchors: Readonly<Record<string, string>> = { center: "middle", right: "end", end: "end" };

/** A pen whose drawing `toString` returns as an SVG file of this size. */
export class SvgPen implements Pen {
  readonly #parts: string[] = [];
  #path = "";
  #clips = 0;
  #state: State = {
    strokeStyle: "#000",
    fillStyle: "#000",
    globalAlpha: 1,
    lineWidth: 1,
    lineJoin: "miter",
    font: "10px sans-serif",
    textAlign: "left",
    dashes: [],
    groups: 0,
  };
  readonly #saved: State[] = [];

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly title: string,
  ) {}

  get strokeStyle(): string {
    return this.#state.strokeStyle;
  }
  set strokeStyle(value: string | CanvasGradient | CanvasPattern) {
    this.#state.strokeStyle = String(value);
  }
  get fillStyle(): string {
    return this.#state.fillStyle;
  }
  set fillStyle(value: string | CanvasGradient | CanvasPattern) {
    this.#state.fillStyle = String(value);
  }
  get globalAlpha(): number {
    return this.#state.globalAlpha;
  }
  set globalAlpha(value: number) {
    this.#state.globalAlpha = value;
  }
  get lineWidth(): number {
    return this.#state.lineWidth;
  }
  set lineWidth(value: number) {
    this.#state.lineWidth = value;
  }
  get lineJoin(): CanvasLineJoin {
    return this.#state.lineJoin;
  }
  set lineJoin(value: CanvasLineJoin) {
    this.#state.lineJoin = value;
  }
  get font(): string {
    return this.#state.font;
  }
  set font(value: string) {
    this.#state.font = value;
  }
  get textAlign(): CanvasTextAlign {
    return this.#state.textAlign;
  }
  set textAlign(value: CanvasTextAlign) {
    this.#state.textAlign = value;
  }
  setLineDash(dashes: Iterable<number>): void {
    this.#state.dashes = [...dashes];
  }

  save(): void {
    this.#saved.push(this.#state);
    this.#state = { ...this.#state, groups: 0 };
  }
  restore(): void {
    this.#parts.push("</g>".repeat(this.#state.groups));
    this.#state = this.#saved.pop() ?? { ...this.#state, groups: 0 };
  }
  clip(): void {
    const id = `clip${++this.#clips}`;
    this.#parts.push(`<clipPath id="${id}"><path d="${this.#path}"/></clipPath><g clip-path="url(#${id})">`);
    this.#state.groups++;
  }

  beginPath(): void {
    this.#path = "";
  }
  closePath(): void {
    this.#path += "Z";
  }
  moveTo(x: number, y: number): void {
    this.#path += `M${short(x)} ${short(y)}`;
  }
  lineTo(x: number, y: number): void {
    this.#path += `${this.#path === "" ? "M" : "L"}${short(x)} ${short(y)}`;
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.#path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
  }
  /** Only whole circles are drawn. */
  arc(x: number, y: number, radius: number): void {
    const r = short(radius);
    this.#path += `M${short(x - radius)} ${short(y)}a${r} ${r} 0 1 0 ${short(2 * radius)} 0a${r} ${r} 0 1 0 ${short(-2 * radius)} 0Z`;
  }
  stroke(): void {
    if (this.#path !== "") this.#parts.push(`<path d="${this.#path}"${this.#stroked()}/>`);
  }
  fill(): void {
    if (this.#path !== "") this.#parts.push(`<path d="${this.#path}"${this.#filled()}/>`);
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    this.#parts.push(`<rect${box(x, y, width, height)}${this.#filled()}/>`);
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#parts.push(`<rect${box(x, y, width, height)}${this.#stroked()}/>`);
  }
  fillText(text: string, x: number, y: number): void {
    const { textAlign, font } = this.#state;
    const anchor = anchors[textAlign] === undefined ? "" : ` text-anchor="${anchors[textAlign]}"`;
    const place = `x="${short(x)}" y="${short(y)}"${anchor}`;
    this.#parts.push(`<text ${place}${fontAttributes(font)}${this.#filled()}>${escaped(text)}</text>`);
  }

  toString(): string {
    const { width, height, title } = this;
    const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img"><title>${escaped(title)}</title>${this.#parts.join("\n")}</svg>\n`;
  }

  #filled(): string {
    return ` fill="${this.#state.fillStyle}"${this.#opacity()}`;
  }
  #stroked(): string {
    const { strokeStyle, lineWidth, lineJoin, dashes } = this.#state;
    const dashed = dashes.length === 0 ? "" : ` stroke-dasharray="${dashes.map(short).join(" ")}"`;
    return ` fill="none" stroke="${strokeStyle}" stroke-width="${short(lineWidth)}" stroke-linejoin="${lineJoin}"${dashed}${this.#opacity()}`;
  }
  #opacity(): string {
    return this.#state.globalAlpha === 1 ? "" : ` opacity="${short(this.#state.globalAlpha)}"`;
  }
}

/** Writes `600 11px system-ui` as attributes: a style would be blocked where a page allows no inline styles. */
function fontAttributes(font: string): string {
  const [, weight, size, family] = /^(?:(\w+) )?([\d.]+)px (.+)$/.exec(font) ?? [];
  const weighted = weight === undefined ? "" : ` font-weight="${weight}"`;
  return ` font-size="${size ?? 10}" font-family="${escaped(family ?? "sans-serif")}"${weighted}`;
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

function box(x: number, y: number, width: number, height: number): string {
  return ` x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // XML allows no control characters, which names of runs may hold.
  return text.replace(/[&<>"]/g, (letter) => names[letter]!).replace(/[^\P{Cc}\t\n]/gu, "\ufffd");
}
