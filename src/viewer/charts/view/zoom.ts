/** Changes the range of the x axis by the keyboard. */
import { type ShownRun, type View, type XAxis, xShift } from "../series.ts";

/** Returns the range made narrower (factor < 1) or wider around its middle; undefined: the whole range. */
export function scaledBy(view: View, factor: number): View["zoom"] {
  return changed(view, (min, max) => {
    const [middle, half] = [(min + max) / 2, ((max - min) / 2) * factor];
    return [middle - half, middle + half];
  });
}

/** Returns the range moved by a share of its width. */
export function moved(view: View, share: number): View["zoom"] {
  if (view.zoom === undefined) return undefined;
  return changed(view, (min, max) => [min + share * (max - min), max + share * (max - min)]);
}

function changed(view: View, change: (min: number, max: number) => readonly [number, number]): View["zoom"] {
  const whole = wholeRange(view.runs, view.axis);
  if (whole === undefined) return undefined;
  const { log } = view.axis;
  const into = (x: number): number => (log ? Math.log10(x) : x);
  const back = (x: number): number => (log ? 10 ** x : x);
  const now = view.zoom ?? whole;
  const [min, max] = change(into(now.min), into(now.max));
  if (min <= into(whole.min) && max >= into(whole.max)) return undefined;
  return { min: back(min), max: back(max) };
}

function wholeRange(runs: readonly ShownRun[], axis: XAxis): View["zoom"] {
  const shift = xShift(axis);
  const ends = runs.flatMap(({ data }) => {
    let first = 0;
    while (axis.log && first < data.length - 1 && !((data.at(axis.quantity, first) ?? 0) + shift > 0)) first++;
    return [data.at(axis.quantity, first), data.at(axis.quantity, data.length - 1)];
  });
  const known = ends.filter((end) => end !== undefined).map((end) => end + shift);
  const [min, max] = [Math.min(...known), Math.max(...known)];
  return max > min ? { min, max } : undefined;
}
