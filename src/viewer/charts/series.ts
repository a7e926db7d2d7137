/** Turns one column of one run into what a chart draws: a curve with gaps, and marks for what a curve cannot show. */
import type { Columns } from "../../arrow/row.ts";
import { makeThinner } from "../../server/thin.ts";
import type { Intervention, RunData } from "../runData.ts";

/** Quantities that the x axis can show. */
export const xQuantities = ["step", "seconds", "evaluations", "products"] as const;

/** Quantity and scale of the x axis. */
export interface XAxis {
  readonly quantity: (typeof xQuantities)[number];
  readonly log: boolean;
}

/** A run that is drawn, in the colour and dashes of its slot. */
export interface ShownRun {
  readonly name: string;
  readonly slot: number;
  readonly live: boolean;
  readonly columns: Columns;
  /**
   * Names of a game's players, in the order of the entries of their columns; empty where the experiment does not name
   * them.
   */
  readonly players: readonly string[];
  readonly data: RunData;
  /** Rows between two steps at a finer resolution. */
  readonly detail: RunData | undefined;
  /** Runs that differ from this one in the seed only, itself among them, where they are drawn as one band. */
  readonly seeds?: readonly SeedRun[];
}

/** One of several runs that differ in the seed only. */
export interface SeedRun {
  readonly data: RunData;
  readonly live: boolean;
}

/** What all charts have in common. */
export interface View {
  readonly runs: readonly ShownRun[];
  readonly axis: XAxis;
  readonly zoom: { readonly min: number; readonly max: number } | undefined;
  /** Width over which curves are smoothed, as a share of the x axis as it is drawn; 0: not at all. */
  readonly smoothing: number;
}

/** Mark for a number that has no place on the y axis. */
export interface Mark {
  readonly x: number;
  readonly kind: "nan" | "over" | "under";
}

export interface Curve {
  readonly xs: number[];
  /** null: a gap; undefined: not measured here, the curve goes on. */
  readonly ys: (number | null | undefined)[];
  readonly marks: readonly Mark[];
}

/** Returns what is added to x. A logarithmic axis shows step + 1, so that step 0 has a place. */
export function xShift({ quantity, log }: XAxis): number {
  return quantity === "step" && log ? 1 : 0;
}

const xNames = { seconds: "seconds", evaluations: "evaluations of F", products: "Jacobian-vector products" } as const;

export function xName({ quantity, log }: XAxis): string {
  if (quantity === "step") return log ? "step + 1" : "step";
  return xNames[quantity];
}

/** Returns the rows to draw: the finer ones where there are some. */
export function rowsToDraw({ data, detail }: Pick<ShownRun, "data" | "detail">): RunData {
  return detail === undefined || detail.length === 0 ? data : detail;
}

/** Greatest number of points drawn per curve: about three per pixel. */
const drawnMost = 1800;

/** Returns the part of a column within the x axis, thinned to what a chart can show. */
export function curveOf(
  run: Pick<ShownRun, "data" | "detail">,
  column: string,
  view: Pick<View, "axis" | "zoom">,
  logY: boolean,
): Curve {
  const { axis } = view;
  const data = rowsToDraw(run);
  const [x, y] = [data.column(axis.quantity), data.column(column)];
  const xs: number[] = [];
  const ys: (number | null | undefined)[] = [];
  const marks: Mark[] = [];
  if (x === undefined || y === undefined) return { xs, ys, marks };
  const shift = xShift(axis);
  const blank = isBlankAtEnd(run.data, column);
  const [from, to] = visibleRows(data, view);
  for (let row = from; row < to; row++) {
    const at = x.values[row]! + shift;
    if (axis.log && !(at > 0)) continue;
    const value = y.values[row]!;
    xs.push(at);
    if (y.missing[row] === 1 || (blank && row === data.length - 1 && Number.isNaN(value))) {
      ys.push(undefined);
      continue;
    }
    const kind = markKind(value, logY);
    if (kind !== undefined) marks.push({ x: at, kind });
    ys.push(kind === undefined ? value : null);
  }
  return xs.length > drawnMost ? { ...thinned(xs, ys, axis), marks } : { xs, ys, marks };
}

/** Returns the rows within the zoom and one more on each side, so that the curve reaches the frame. */
function visibleRows(data: RunData, { axis, zoom }: Pick<View, "axis" | "zoom">): readonly [number, number] {
  if (zoom === undefined) return [0, data.length];
  const [fromStep, toStep] = stepsBetween(data, axis, zoom.min, zoom.max);
  return [firstRowAt(data, fromStep), Math.min(data.length, firstRowAt(data, toStep) + 1)];
}

function thinned(xs: readonly number[], ys: Curve["ys"], { log }: XAxis): Pick<Curve, "xs" | "ys"> {
  const thinner = makeThinner({
    fromStep: xs[0]!,
    toStep: xs.at(-1)!,
    points: drawnMost,
    scale: log ? "log" : "linear",
    columns: 1,
  });
  const values = Float64Array.from(ys, (value) => value ?? Number.NaN);
  thinner.offer(xs, [{ values, missing: (row) => ys[row] === undefined }]);
  const rows = [...thinner.chosen()];
  return { xs: rows.map((row) => xs[row]!), ys: rows.map((row) => ys[row]) };
}

/** Whether a logarithmic axis can show all numbers of a column. */
export function isPositive(data: RunData, column: string): boolean {
  const found = data.column(column);
  if (found === undefined) return true;
  for (let row = 0; row < data.length; row++) {
    if (found.missing[row] === 0 && found.values[row]! <= 0) return false;
  }
  return true;
}

/** Whether NaN in the last row of the column is not a failure: the last row of a run has no step size. */
export function isBlankAtEnd(data: RunData, column: string): boolean {
  return column === "stepSize" && data.status !== "running";
}

/** Returns the newest number of a column. The step size of a last row, which takes no step, does not count. */
export function newest(data: RunData, column: string): number | undefined {
  const last = data.last(column);
  if (last === undefined || !Number.isNaN(last) || !isBlankAtEnd(data, column)) return last;
  return data.at(column, data.length - 2);
}

function markKind(value: number, logY: boolean): Mark["kind"] | undefined {
  if (Number.isNaN(value)) return "nan";
  if (value === Number.POSITIVE_INFINITY) return "over";
  if (value === Number.NEGATIVE_INFINITY || (logY && value <= 0)) return "under";
  return undefined;
}

/** Returns the place on the x axis at which a command took effect, or a rule raised an event. */
export function interventionAt(
  { data }: ShownRun,
  { step }: Pick<Intervention, "step">,
  axis: XAxis,
): number | undefined {
  if (axis.quantity === "step") return step + xShift(axis);
  const row = firstRowAt(data, step);
  return data.at(axis.quantity, row);
}

/** Returns the first row whose step is at least `step`. */
function firstRowAt(data: RunData, step: number): number {
  let [low, high] = [0, data.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((data.at("step", middle) ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the steps between two places on the x axis, with one row more on each side. */
export function stepsBetween(data: RunData, axis: XAxis, min: number, max: number): readonly [number, number] {
  const shift = xShift(axis);
  let from = 0;
  let to = data.length - 1;
  // There are only some thousand rows, and seconds and products may stay the same from row to row, so this is no
  // bisection.
  while (from + 1 < data.length && (data.at(axis.quantity, from + 1) ?? 0) + shift < min) from++;
  while (to > from && (data.at(axis.quantity, to - 1) ?? 0) + shift > max) to--;
  return [data.at("step", from) ?? 0, data.at("step", to) ?? 0];
}

/** Returns the step of the last row of a run at or before a place on the x axis. */
export function stepAt(run: ShownRun | undefined, axis: XAxis, x: number): number | undefined {
  if (run === undefined) return undefined;
  const data = rowsToDraw(run);
  let step: number | undefined;
  for (let row = 0; row < data.length && (data.at(axis.quantity, row) ?? 0) + xShift(axis) <= x; row++) {
    step = data.at("step", row);
  }
  return step;
}
