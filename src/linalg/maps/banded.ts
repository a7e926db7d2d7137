import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";
import type { LinearMap } from "../linearMap.ts";
import { linearMap } from "../makeLinearMap.ts";
import { commonMemory, vectorised, vectorMemory } from "../vectorMemory.ts";
import { type BandKernel, bandKernel } from "../wasm/bandKernel.ts";
import { turn } from "../wasm/pairs.ts";

/**
 * Bands of a matrix by their offset, the distance from the main diagonal, which is positive above it. A band is one
 * number, or an array of its entries from top to bottom.
 */
export type Bands = Readonly<Record<number, number | Float64Array>>;

interface Band {
  readonly offset: number;
  readonly value: number | Float64Array;
}

/**
 * Makes the map of an n x n matrix with entries on a few diagonals, such as a stencil or a matrix of differences.
 *
 * A band holds the entries A_{i, i + offset}: one number for all of them, or an array of n - |offset| numbers, which is
 * kept, not copied. The map is symmetric if the bands at offset and -offset are equal.
 *
 * Cost of a product: 2 n operations per band. If all bands are numbers, SIMD makes one pass over the vectors, which
 * from 512 entries on takes about as long as copying a vector. Vectors that do not lie in one memory, as those of a run
 * with `reuse` do, are copied there and back, for which two vectors are kept.
 *
 * @example banded(1000, { [-1]: -1, 0: 2, 1: -1 }) // minus the second difference
 * @param bands the bands by their offsets, at least one
 * @throws {TypeError} ERR_OPTION_TYPE if the bands are not an object of numbers and arrays, ERR_OPTION_UNKNOWN for a
 *   key that is not a number
 * @throws {RangeError} ERR_LENGTH if the size is not a positive integer, or if an array has another length;
 *   ERR_OPTION_RANGE if there is no band, or for an offset that is not an integer above -n and below n; ERR_NOT_FINITE
 *   for numbers that are not finite
 */
export function banded(n: number, bands: Bands): LinearMap {
  const sorted = checkedBands(n, bands);
  let transpose: ((u: Float64Array, out: Float64Array) => void) | undefined;
  return linearMap({
    rows: n,
    columns: n,
    symmetric: sorted.every(({ offset, value }) => equal(value, bands[-offset])),
    apply: productOf(n, sorted),
    applyTranspose(u, out) {
      transpose ??= productOf(n, sorted.map(({ offset, value }) => ({ offset: -offset, value })).reverse());
      transpose(u, out);
    },
  });
}

function checkedBands(n: number, bands: Bands): readonly Band[] {
  if (!(Number.isInteger(n) && n > 0)) {
    throw failure("ERR_LENGTH", `banded: expected a positive integer as size, got ${n}`);
  }
  // An array would put its entries on and above the main diagonal.
  if (typeof bands !== "object" || bands === null || Array.isArray(bands) || ArrayBuffer.isView(bands)) {
    throw failure(
      "ERR_OPTION_TYPE",
      `banded: expected an object of bands by their offsets, such as { 0: 2, 1: -1 }, got ${showValue(bands)}`,
    );
  }
  for (const key of Object.keys(bands)) {
    if (!Number.isNaN(Number(key))) continue;
    throw failure(
      "ERR_OPTION_UNKNOWN",
      `banded: there is no band "${key}". Bands are named by their offsets, integers above ${-n} and below ${n}`,
    );
  }
  const sorted = Object.entries(bands)
    .map(([key, value]): Band => ({ offset: Number(key), value }))
    .sort((a, b) => a.offset - b.offset);
  if (sorted.length === 0) throw failure("ERR_OPTION_RANGE", "banded: expected at least one band, got none");
  for (const { offset, value } of sorted) {
    const length = n - Math.abs(offset);
    if (!(Number.isInteger(offset) && length > 0)) {
      throw failure(
        "ERR_OPTION_RANGE",
        `banded: expected integers above ${-n} and below ${n} as offsets, got ${offset}`,
      );
    }
    if (typeof value === "number") {
      if (Number.isFinite(value)) continue;
      throw failure("ERR_NOT_FINITE", `banded: expected a finite number at offset ${offset}, got ${value}`);
    }
    if (!(value instanceof Float64Array)) {
      throw failure(
        "ERR_OPTION_TYPE",
        `banded: expected a number or a Float64Array at offset ${offset}, got ${showValue(value)}`,
      );
    }
    if (value.length !== length) {
      throw failure(
        "ERR_LENGTH",
        `banded: expected ${length} entries at offset ${offset} of a matrix of size ${n}, got ${value.length}`,
      );
    }
  }
  return sorted;
}

/** Whether two bands have the same entries. */
function equal(a: number | Float64Array, b: number | Float64Array | undefined): boolean {
  if (typeof a === "number" || typeof b === "number" || b === undefined) return a === b;
  return a.every((x, i) => x === b[i]);
}

/**
 * Gives the function out <- A v. It adds the terms of the bands in the order of their offsets, with SIMD and without,
 * so that both give the same bits.
 */
function productOf(n: number, bands: readonly Band[]): (v: Float64Array, out: Float64Array) => void {
  const constant = bands.every((band): band is Band & { value: number } => typeof band.value === "number");
  // From `first` on, `whole` rows have entries of all bands.
  const first = Math.max(0, -bands[0]!.offset);
  const whole = Math.max(0, n - Math.max(0, bands.at(-1)!.offset) - first);
  const count = whole - (whole % turn);
  if (!constant || count < vectorised) return (v, out) => addRows(bands, v, out, 0, n);
  const kernel = bandKernel(bands);
  const multiply = (rows: BandKernel, v: Float64Array, out: Float64Array): void => {
    addRows(bands, v, out, 0, first);
    rows(v.byteOffset + 8 * (first + bands[0]!.offset), out.byteOffset + 8 * first, count);
    addRows(bands, v, out, first + count, n);
  };
  let own: readonly Float64Array[] | undefined;
  return (v, out) => {
    const memory = commonMemory(v, out);
    if (memory !== undefined) return multiply(kernel(memory), v, out);
    own ??= vectorMemory(n, 2) ?? [];
    const [from, to] = own;
    if (from === undefined || to === undefined) return addRows(bands, v, out, 0, n);
    from.set(v);
    multiply(kernel(commonMemory(from, to)!), from, to);
    out.set(to);
  };
}

/** Number of rows that are computed at a time, so that their sums stay in the cache from band to band. */
const together = 1024;

/** Computes rows `begin` to `end` - 1 of out <- A v. */
function addRows(bands: readonly Band[], v: Float64Array, out: Float64Array, begin: number, end: number): void {
  const n = v.length;
  for (let from = begin; from < end; from += together) {
    const to = Math.min(end, from + together);
    out.fill(0, from, to);
    for (const { offset, value } of bands) {
      const last = Math.min(to, n - Math.max(0, offset));
      let i = Math.max(from, -offset);
      if (typeof value === "number") for (; i < last; i++) out[i] = out[i]! + value * v[i + offset]!;
      else {
        const before = Math.min(0, offset);
        for (; i < last; i++) out[i] = out[i]! + value[i + before]! * v[i + offset]!;
      }
    }
  }
}
