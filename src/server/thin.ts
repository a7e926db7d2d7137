/**
 * Chooses the rows of a long history that are worth drawing. The file has no imports because the page uses it too.
 *
 * The steps from `fromStep` to `toStep` are divided into buckets of equal width in the step or in log(1 + step). Each
 * bucket keeps its last row and, for every column, the rows of the minimum and the maximum and the first row that is
 * not finite, so that spikes and NaN marks survive.
 */
interface ThinnerOptions {
  readonly fromStep: number;
  readonly toStep: number;
  /** Number of rows to keep at most, about. */
  readonly points: number;
  readonly scale: "linear" | "log";
  /** Number of columns that are looked at. */
  readonly columns: number;
}

/** Numbers of one column. `missing` tells which rows have no number; they are neither extremes nor marks. */
export interface NumberColumn {
  readonly values: ArrayLike<number>;
  readonly missing?: (row: number) => boolean;
}

/**
 * Takes rows in order, block by block. `chosen` then returns the ordinals of those to keep, counted from 0 over all
 * blocks.
 */
interface Thinner {
  offer(steps: ArrayLike<number>, columns: readonly NumberColumn[], kept?: (row: number) => boolean): void;
  chosen(): Float64Array;
}

const none = -1;

/** Makes a thinner. Cost: one or two comparisons per row and column; memory for the buckets only. */
export function makeThinner(options: ThinnerOptions): Thinner {
  const { fromStep, toStep, points, scale, columns: width } = options;
  const perBucket = 2 * width + 1;
  const buckets = Math.max(4, Math.floor(points / perBucket));
  const position = scale === "log" ? Math.log1p : (step: number) => step;
  const low = position(fromStep);
  const span = position(toStep) - low;
  const lowest = new Float64Array(buckets * width).fill(Number.POSITIVE_INFINITY);
  const highest = new Float64Array(buckets * width).fill(Number.NEGATIVE_INFINITY);
  const lowestAt = new Float64Array(buckets * width).fill(none);
  const highestAt = new Float64Array(buckets * width).fill(none);
  const markAt = new Float64Array(buckets * width).fill(none);
  const lastAt = new Float64Array(buckets).fill(none);
  const keptAt = new Set<number>();
  let offered = 0;

  return {
    offer(steps, columns, kept) {
      for (let row = 0; row < steps.length; row++) {
        const share = span > 0 ? (position(steps[row]!) - low) / span : 0;
        const bucket = Math.min(buckets - 1, Math.max(0, Math.floor(share * buckets)));
        const ordinal = offered + row;
        lastAt[bucket] = ordinal;
        if (ordinal === 0 || kept?.(row) === true) keptAt.add(ordinal);
        for (let c = 0; c < width; c++) {
          const column = columns[c];
          if (column === undefined || column.missing?.(row) === true) continue;
          const value = column.values[row]!;
          const at = bucket * width + c;
          if (Number.isFinite(value)) {
            if (value < lowest[at]!) {
              lowest[at] = value;
              lowestAt[at] = ordinal;
            }
            if (value > highest[at]!) {
              highest[at] = value;
              highestAt[at] = ordinal;
            }
          } else if (markAt[at] === none) markAt[at] = ordinal;
        }
      }
      offered += steps.length;
    },
    chosen() {
      const all = new Set(keptAt);
      for (const list of [lowestAt, highestAt, markAt, lastAt])
        for (const ordinal of list) if (ordinal !== none) all.add(ordinal);
      return Float64Array.from(all).sort();
    },
  };
}
