/** Divides a long history into parts that are read one after the other, the newest first. */
import type { Range } from "./chosenBatches.ts";
import { countRows, stepsOf } from "./render.ts";

/** Consecutive batches of a history. */
interface HistoryPart {
  /** The batches, in order; empty if a newer attempt has taken the place of their rows. */
  readonly ranges: readonly Range[];
  /** First and last step for which the part stands. */
  readonly fromStep: number;
  readonly toStep: number;
  /** Number of rows to which the part is thinned, about. */
  readonly points: number;
  /** Number of rows that are kept for the shape of the path of points. */
  readonly pathPoints: number;
  /** Number of rows of the history that are read once this part is. */
  readonly read: number;
}

interface HistoryParts {
  /** Number of rows of the history, before steps are cut. */
  readonly rows: number;
  /** Returns the next part, which lies before all the others; undefined: there is none. */
  next(): HistoryPart | undefined;
}

interface PartsOptions {
  /** Number of rows of all parts together, about. */
  readonly points: number;
  /** Scale on which each part gets points in proportion to its steps. */
  readonly scale: "linear" | "log";
  /** Returns what is left of a range since a newer attempt did some of its steps again. */
  readonly stillWanted: (range: Range) => Range | undefined;
}

/** Number of bytes that a part has at least: some thousandths of a second of work. */
const leastBytes = 2 ** 20;
/** Number of parts into which a history is divided at most, about. */
const mostParts = 64;
/** Number of points that each part gets at least. */
const leastPoints = 16;

export function historyParts(ranges: readonly Range[], { points, scale, stillWanted }: PartsOptions): HistoryParts {
  const rows = countRows(ranges);
  const { fromStep, toStep } = stepsOf(ranges);
  const position = scale === "log" ? Math.log1p : (step: number) => step;
  const span = position(toStep) - position(fromStep);
  let bytes = 0;
  for (const { batches } of ranges) for (const batch of batches) bytes += batch.bytes;
  const partBytes = Math.max(leastBytes, bytes / mostParts);
  let range = ranges.length - 1;
  /** Number of batches of the range that are not in a part yet. */
  let left = ranges[range]?.batches.length ?? 0;
  let read = 0;
  /** Where the part before ended, so that nothing lies between two parts. */
  let upTo = toStep + 1;

  function take(): Range[] {
    const taken: Range[] = [];
    let size = 0;
    while (range >= 0 && size < partBytes) {
      const { batches } = ranges[range]!;
      const end = left;
      while (left > 0 && size < partBytes) size += batches[--left]!.bytes;
      if (left < end) taken.unshift({ ...ranges[range]!, batches: batches.slice(left, end) });
      if (left > 0) break;
      range--;
      left = ranges[range]?.batches.length ?? 0;
    }
    return taken;
  }
  return {
    rows,
    next() {
      const taken = take();
      if (taken.length === 0) return undefined;
      read += countRows(taken);
      const from = range < 0 ? fromStep : Math.min(upTo, stepsOf(taken).fromStep);
      const share = span > 0 ? (position(upTo - 1) - position(from)) / span : 1;
      const part = {
        ranges: taken.flatMap((each) => stillWanted(each) ?? []),
        fromStep: from,
        toStep: upTo - 1,
        points: Math.max(leastPoints, Math.round(share * points)),
        // A path goes on as fast at the end of a logarithmic axis as at its beginning.
        pathPoints: Math.max(leastPoints, Math.round((points * countRows(taken)) / (4 * rows))),
        read,
      };
      upTo = from;
      return part;
    },
  };
}
