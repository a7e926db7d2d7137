/** Sets of indices of searches, written as `0-99,120,200-299:4`: ranges with both ends, and every k-th of a range. */
import { failure } from "../../errors.ts";

/** Every k-th index of a range. */
interface IndexRange {
  readonly from: number;
  /** Last index that may belong to the range. */
  readonly to: number;
  readonly step: number;
}

/** A set of indices. The ranges may overlap. */
export type IndexRanges = readonly IndexRange[];

/** Most indices of a campaign. */
const mostIndices = 2 ** 31 - 1;

/** Reads a set of indices. @throws ERR_COMMAND_LINE for any other text */
export function parseIndices(text: string, who: string): IndexRanges {
  return text.split(",").map((part) => {
    const found = /^\s*(\d{1,10})(?:-(\d{1,10})(?::(\d{1,10}))?)?\s*$/.exec(part);
    const [from, to, step] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1]), Number(found?.[3] ?? 1)];
    if (found !== null && to >= from && step >= 1 && to < mostIndices) return { from, to, step };
    throw failure(
      "ERR_COMMAND_LINE",
      `${who}: expected indices such as 0-99,120,200-299:4 (every fourth), got "${part.trim()}"`,
    );
  });
}

/** Yields the indices of a set in its order, those below `count` only. */
export function* indicesOf(ranges: IndexRanges, count: number): Generator<number, void, undefined> {
  for (const { from, to, step } of ranges) {
    for (let index = from; index <= to && index < count; index += step) yield index;
  }
}

/** All indices below a count. */
export function everyIndex(count: number): IndexRanges {
  return count === 0 ? [] : [{ from: 0, to: count - 1, step: 1 }];
}

/** Gives a set of which no index lies beyond a campaign. @throws ERR_COMMAND_LINE otherwise */
export function indicesBelow(ranges: IndexRanges, count: number, who: string): IndexRanges {
  const beyond = ranges.find(({ from, to }) => Math.max(from, to) >= count);
  if (beyond === undefined) return ranges;
  throw failure("ERR_COMMAND_LINE", `${who}: expected indices from 0 to ${count - 1}, got ${beyond.to}`);
}

/** Writes indices in increasing order as a set, with as few words as a single pass finds. */
export function formatIndices(indices: Iterable<number>): string {
  const parts: string[] = [];
  let open: { from: number; last: number; step: number | undefined } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const { from, last, step } = open;
    if (step === undefined) parts.push(String(from));
    else if (last === from + step && step > 1) parts.push(String(from), String(last));
    else parts.push(step === 1 ? `${from}-${last}` : `${from}-${last}:${step}`);
    open = undefined;
  };
  for (const index of indices) {
    const step = open === undefined ? 0 : index - open.last;
    if (open !== undefined && (open.step === undefined || open.step === step)) {
      open.step = step;
      open.last = index;
    } else {
      close();
      open = { from: index, last: index, step: undefined };
    }
  }
  close();
  return parts.join(",");
}

/** A set of indices below a bound, one bit each. */
export class IndexBits {
  readonly #bits: Uint8Array;
  /** Number of indices in the set. */
  size = 0;

  constructor(readonly count: number) {
    this.#bits = new Uint8Array(Math.ceil(count / 8));
  }

  has(index: number): boolean {
    return (this.#bits[index >> 3]! & (1 << (index & 7))) !== 0;
  }

  /** Yields the indices in increasing order. */
  *indices(): Generator<number, void, undefined> {
    for (let index = 0; index < this.count; index++) if (this.has(index)) yield index;
  }

  /** Adds an index; false if it was there, or does not belong to the campaign. */
  add(index: number): boolean {
    if (!(index >= 0 && index < this.count) || this.has(index)) return false;
    this.#bits[index >> 3]! |= 1 << (index & 7);
    this.size++;
    return true;
  }
}
