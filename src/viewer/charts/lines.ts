/** The lines of a chart: for each run its curve, the smooth one over it, or the median and quartiles of its seeds. */
import type uPlot from "uplot";
import { color } from "../dom.ts";
import { styleOf } from "../runStyle.ts";
import { type Band, bandOf } from "./seeds/quartiles.ts";
import { type Curve, curveOf, type View } from "./series.ts";
import { smoothed } from "./smoothing.ts";

/** `raw`: faint behind a smooth line; `lower` and `upper`: edges of a band, which are not drawn themselves. */
type LineKind = "main" | "raw" | "lower" | "upper";

export interface Line extends Pick<Curve, "xs" | "ys"> {
  /** Index of the run in the view. */
  readonly run: number;
  readonly slot: number;
  readonly kind: LineKind;
}

export interface Drawing {
  /** What the numbers of each run are, with marks. */
  readonly curves: readonly Curve[];
  readonly lines: readonly Line[];
}

/** How strong a raw line and a band are. */
export const faint = 0.3;
export const bandAlpha = 0.16;

export function drawingOf(view: View, column: string, logY: boolean): Drawing {
  const found = view.runs.map((run): Found => {
    const { seeds = [] } = run;
    if (seeds.length < 2) return { curve: curveOf(run, column, view, logY) };
    const band = bandOf(seeds, column, view, logY);
    return { curve: { xs: band.xs, ys: band.median, marks: [] }, band };
  });
  const range = view.smoothing > 0 ? rangeOf(view, found) : undefined;
  const scales = { logX: view.axis.log, logY };
  const smooth = (xs: number[], ys: Curve["ys"]): Curve["ys"] =>
    range === undefined ? ys : smoothed({ xs, ys }, view.smoothing, range, scales);
  const curves: Curve[] = [];
  const lines: Line[] = [];
  found.forEach(({ curve, band }, index) => {
    const { xs } = curve;
    const ys = smooth(xs, curve.ys);
    const line = (kind: LineKind, shown: Curve["ys"]): void => {
      lines.push({ run: index, slot: view.runs[index]!.slot, kind, xs, ys: shown });
    };
    if (band !== undefined) {
      line("upper", smooth(xs, band.upper));
      line("lower", smooth(xs, band.lower));
    } else if (ys !== curve.ys) line("raw", curve.ys);
    line("main", ys);
    curves.push({ ...curve, ys });
  });
  return { curves, lines };
}

interface Found {
  readonly curve: Curve;
  readonly band?: Band;
}

/** Range of the x axis: that of the zoom, or of all runs. */
function rangeOf({ zoom }: View, found: readonly Found[]): readonly [min: number, max: number] {
  if (zoom !== undefined) return [zoom.min, zoom.max];
  const filled = found.filter(({ curve }) => curve.xs.length > 0);
  return [
    Math.min(...filled.map(({ curve }) => curve.xs[0]!)),
    Math.max(...filled.map(({ curve }) => curve.xs.at(-1)!)),
  ];
}

export function isEmpty({ curves }: Drawing): boolean {
  return curves.every(({ ys, marks }) => marks.length === 0 && !ys.some((value) => typeof value === "number"));
}

/** Which lines there are, as a key: as long as it is the same, only their numbers have changed. */
export function shapeOf({ lines }: Drawing): string {
  return lines.map(({ run, slot, kind }) => `${run}${kind}${slot}`).join(" ");
}

/** Joins all lines over the union of their x values. */
export function alignedData({ lines }: Drawing, join: typeof uPlot.join): uPlot.AlignedData {
  const tables = lines.map(({ xs, ys }): uPlot.AlignedData => [xs, ys as (number | null)[]]);
  return tables.length === 1 ? tables[0]! : join(tables);
}

export function seriesOf({ lines }: Drawing): uPlot.Series[] {
  return lines.map(({ slot, kind }): uPlot.Series => {
    const { dash } = styleOf(slot);
    const stroke = (): string => styleOf(slot).stroke;
    if (kind === "lower" || kind === "upper") return { stroke: "transparent", width: 0, points: { show: false } };
    return {
      stroke,
      // The canvas counts in device pixels.
      dash: kind === "raw" ? [] : dash.map((length) => length * devicePixelRatio),
      width: kind === "raw" ? 1 : 1.75,
      alpha: kind === "raw" ? faint : 1,
      points: kind === "raw" ? { show: false } : { size: 5, fill: stroke },
    };
  });
}

/** The stretches between the edges of bands. Series 0 is x. */
export function bandsOf({ lines }: Drawing): uPlot.Band[] {
  return lines.flatMap(({ kind, slot }, index) => {
    if (kind !== "upper") return [];
    return [{ series: [index + 1, index + 2] as [number, number], fill: () => faded(styleOf(slot).stroke, bandAlpha) }];
  });
}

/** Makes a colour `rgb(r, g, b)` transparent. */
function faded(stroke: string, alpha: number): string {
  const numbers = /^rgb\((.+)\)$/.exec(stroke)?.[1];
  return numbers === undefined ? color("--grid") : `rgba(${numbers}, ${alpha})`;
}
