/** Median and quartiles of one column over runs that differ in the seed only. */
import type { RunData } from "../../runData.ts";
import { type Curve, curveOf, isBlankAtEnd, type SeedRun, type View } from "../series.ts";

export interface Band {
  readonly xs: number[];
  readonly lower: (number | null)[];
  readonly median: (number | null)[];
  readonly upper: (number | null)[];
}

/** Places on the x axis at which a band is computed, at most. */
const placesMost = 400;

/**
 * Returns the quartiles over the runs at places on the x axis at which any of them has a row. Between its rows a run
 * has the value of the last one. A run that is over keeps its last value, else the median would be that of the slow
 * ones; one that still goes on counts as far as it has come. A number that is not finite lies above all others, -Infinity
 * below. A quartile that is not finite, or that a logarithmic axis cannot show, is a gap.
 */
export function bandOf(
  runs: readonly SeedRun[],
  column: string,
  view: Pick<View, "axis" | "zoom">,
  logY: boolean,
): Band {
  const paths = runs.map(({ data, live }) => ({ ...pathOf(data, column, view), live }));
  const places = thinnedPlaces(
    paths.flatMap(({ xs }) => xs),
    view,
  );
  const at = paths.map(() => -1);
  const band: Band = { xs: [], lower: [], median: [], upper: [] };
  for (const place of places) {
    const values: number[] = [];
    for (const [index, { xs, ys, live }] of paths.entries()) {
      while (at[index]! + 1 < xs.length && xs[at[index]! + 1]! <= place) at[index]!++;
      const row = at[index]!;
      if (row < 0 || (live && place > xs.at(-1)!)) continue;
      values.push(ys[row]!);
    }
    if (values.length === 0) continue;
    values.sort((a, b) => a - b);
    const drawable = (value: number): number | null => (Number.isFinite(value) && (!logY || value > 0) ? value : null);
    band.xs.push(place);
    band.lower.push(drawable(quantile(values, 0.25)));
    band.median.push(drawable(quantile(values, 0.5)));
    band.upper.push(drawable(quantile(values, 0.75)));
  }
  return band;
}

/** Returns the quantile of ascending numbers, linear between two of them (as NumPy and R have it by default). */
function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const [low, high] = [ascending[Math.floor(place)]!, ascending[Math.ceil(place)]!];
  const part = place - Math.floor(place);
  // Between infinities there is nothing to divide.
  return part === 0 || low === high ? low : low * (1 - part) + high * part;
}

/** The rows of a run that have a number, in ascending order of x. NaN counts as +Infinity. */
function pathOf(
  data: RunData,
  column: string,
  view: Pick<View, "axis" | "zoom">,
): { readonly xs: readonly number[]; readonly ys: readonly number[] } {
  const curve: Curve = curveOf({ data, detail: undefined }, column, view, false);
  const kinds = new Map(curve.marks.map(({ x, kind }) => [x, kind]));
  const xs: number[] = [];
  const ys: number[] = [];
  curve.xs.forEach((x, row) => {
    const y = curve.ys[row];
    if (y === undefined || (y === null && isBlankAtEnd(data, column) && row === curve.xs.length - 1)) return;
    xs.push(x);
    ys.push(y ?? (kinds.get(x) === "under" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY));
  });
  return { xs, ys };
}

/** The places within the zoom: the last one in each of many parts of the axis as it is drawn. */
function thinnedPlaces(xs: readonly number[], { axis, zoom }: Pick<View, "axis" | "zoom">): readonly number[] {
  const within = zoom === undefined ? xs : xs.filter((x) => x >= zoom.min && x <= zoom.max);
  const places = [...new Set(within)].sort((a, b) => a - b);
  if (places.length <= placesMost) return places;
  const drawn = (x: number): number => (axis.log ? Math.log(x) : x);
  const [low, high] = [drawn(places[0]!), drawn(places.at(-1)!)];
  const chosen = new Map<number, number>();
  for (const place of places) chosen.set(Math.floor(((drawn(place) - low) / (high - low)) * placesMost), place);
  return [...chosen.values()];
}
