/** A plane of two numbers on a canvas: axes, ticks, disks. */
import { color } from "../dom.ts";
import { formatTick } from "../format.ts";
import type { Pen } from "./pen.ts";
import { evenTicks } from "./ticks.ts";

const margin = { left: 54, right: 16, top: 12, bottom: 26 };

/** A map from pairs of numbers to the canvas. */
export interface Plane {
  readonly range: readonly [xMin: number, xMax: number, yMin: number, yMax: number];
  readonly width: number;
  readonly height: number;
  x(value: number): number;
  y(value: number): number;
}

/** Returns width and height within the axes, in pixels. */
export function roomOf(width: number, height: number): readonly [number, number] {
  return [width - margin.left - margin.right, height - margin.top - margin.bottom];
}

export function planeOver(range: Plane["range"], width: number, height: number): Plane {
  const [xMin, xMax, yMin, yMax] = range;
  const [room, tall] = roomOf(width, height);
  return {
    range,
    width,
    height,
    x: (value) => margin.left + (room * (value - xMin)) / (xMax - xMin),
    y: (value) => margin.top + (tall * (yMax - value)) / (yMax - yMin),
  };
}

/** Sets the size of a canvas, empties it and returns a context that counts in the pixels of the page. */
export function blankCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d")!;
  context.scale(devicePixelRatio, devicePixelRatio);
  return context;
}

/** @param wholeX whether only whole numbers lie on the x axis */
export function drawAxes(context: Pen, plane: Plane, wholeX = false): void {
  const { range, width, height, x, y } = plane;
  const [xMin, xMax, yMin, yMax] = range;
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = color("--text-soft");
  context.strokeStyle = color("--grid");
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = "center";
  for (const tick of evenTicks(xMin, xMax, Math.min(width / 90, wholeX ? xMax - xMin : Number.POSITIVE_INFINITY))) {
    context.moveTo(x(tick), margin.top);
    context.lineTo(x(tick), height - margin.bottom);
    context.fillText(formatTick(tick), x(tick), height - margin.bottom + 15);
  }
  context.textAlign = "right";
  for (const tick of evenTicks(yMin, yMax, height / 50)) {
    context.moveTo(margin.left, y(tick));
    context.lineTo(width - margin.right, y(tick));
    context.fillText(formatTick(tick), margin.left - 6, y(tick) + 4);
  }
  context.stroke();
}

export function disk(context: Pen, at: readonly [number, number], fill: string, stroke: string): void {
  context.beginPath();
  context.arc(at[0], at[1], 4, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = stroke;
  context.stroke();
}

export function square(context: Pen, at: readonly [number, number], fill: string, stroke: string): void {
  context.fillStyle = fill;
  context.fillRect(at[0] - 4, at[1] - 4, 8, 8);
  context.strokeStyle = stroke;
  context.strokeRect(at[0] - 4, at[1] - 4, 8, 8);
}

/** Writes letters so that none covers another: where runs end in the same place, they stand side by side. */
export class Labels {
  readonly #taken: (readonly [number, number])[] = [];

  /** @param size size of the letters, in pixels of the canvas */
  constructor(
    private readonly context: Pen,
    private readonly size: number,
  ) {}

  write(letter: string, x: number, y: number, stroke: string): void {
    let at = x;
    while (this.#taken.some(([left, top]) => Math.abs(left - at) < 0.75 * this.size && Math.abs(top - y) < this.size)) {
      at -= 0.8 * this.size;
    }
    this.#taken.push([at, y]);
    this.context.fillStyle = stroke;
    this.context.font = `600 ${this.size}px system-ui, sans-serif`;
    this.context.textAlign = "center";
    this.context.fillText(letter, at, y);
  }
}
