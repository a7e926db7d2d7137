/** Divides numbers into the bins of a histogram. */
import type { Cell } from "./runColumns.ts";

export interface Bin {
  readonly from: number;
  readonly to: number;
  /** Places of the numbers in it: `from <= x < to`, in the last bin also `to`. */
  readonly rows: number[];
  readonly isLast: boolean;
  /** Whether the bin stands for the one whole number `from`. */
  readonly whole: boolean;
}

interface Bins {
  readonly bins: readonly Bin[];
  /** Whether the bins have equal widths on a logarithmic axis. */
  readonly logarithmic: boolean;
  /** Number of cells that hold no finite number. */
  readonly left: number;
}

const most = 30;
/** Ratio of the largest to the smallest number from which bins are logarithmic, where all are positive. */
const farApart = 1000;

/** Whole numbers that are few get a bin each. All finite numbers are in exactly one bin. */
export function binsOf(cells: readonly Cell[]): Bins {
  const rows: number[] = [];
  let [low, high, whole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    if (typeof cell !== "number" || !Number.isFinite(cell)) continue;
    rows.push(row);
    low = Math.min(low, cell);
    high = Math.max(high, cell);
    whole &&= Number.isInteger(cell);
  }
  const left = cells.length - rows.length;
  if (rows.length === 0) return { bins: [], logarithmic: false, left };
  const single = whole && high - low < most;
  const logarithmic = !single && low > 0 && high / low >= farApart;
  const count = single ? high - low + 1 : low === high ? 1 : most;
  const edges = Array.from({ length: count + 1 }, (_, i) => {
    // The outer edges are the numbers themselves, so that rounding leaves none out.
    if (single) return low + i;
    if (i === 0) return low;
    if (i === count) return high;
    const share = i / count;
    return logarithmic ? Math.exp(mixed(Math.log(low), Math.log(high), share)) : mixed(low, high, share);
  });
  const bins: Bin[] = Array.from({ length: count }, (_, i) => {
    return { from: edges[i]!, to: edges[i + 1]!, rows: [], isLast: i === count - 1, whole: single };
  });
  for (const row of rows) {
    const value = cells[row] as number;
    bins[binAt(edges, count, value)]!.rows.push(row);
  }
  return { bins, logarithmic, left };
}

function mixed(low: number, high: number, share: number): number {
  // The difference of two huge numbers of other signs may overflow.
  return low * (1 - share) + high * share;
}

/** The last bin whose lower edge is not above the value. */
function binAt(edges: readonly number[], count: number, value: number): number {
  let [first, last] = [0, count - 1];
  while (first < last) {
    const middle = (first + last + 1) >> 1;
    if (edges[middle]! <= value) first = middle;
    else last = middle - 1;
  }
  return first;
}
