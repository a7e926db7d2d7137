import { failure } from "../../errors.ts";
import type { LinearMap } from "../linearMap.ts";
import { linearMap } from "../makeLinearMap.ts";
import { commonMemory, vectorised, vectorMemory } from "../vectorMemory.ts";
import { type BandKernel, bandKernel } from "../wasm/bandKernel.ts";
import { turn } from "../wasm/pairs.ts";

/** By their distance from the main diagonal, above it if positive: one number, or the entries from top to bottom. */
export type Bands = Readonly<Record<number, number | Float64Array>>;

interface Band {
  readonly offset: number;
  readonly value: number | Float64Array;
}

/**
 * The n x n matrix with entries on a few diagonals only: A_{i, i + offset}, the same number all along or an array of n - |offset| numbers
 * (kept, not copied). Sparse stencils, differences, coupled neighbours.
 *
 * Cost of a product: n operations a band. Where all are numbers SIMD makes one pass over the vectors, which from 512 entries on takes
 * about as long as copying one (and a copy there and back for vectors that do not lie together as a run's with `reuse` do; then two
 * vectors are kept for that).
 *
 * @example banded(1000, { [-1]: -1, 0: 2, 1: -1 }) // minus the second difference
 * @param bands symmetric where those at offset and -offset are equal
 * @throws {TypeError} ERR_OPTION_TYPE for bands that are no object of numbers and arrays
 * @throws {RangeError} ERR_LENGTH for a size that is no positive integer or arrays of another length; ERR_OPTION_RANGE for offsets that are
 *   no integers between -n and n, no band at all; ERR_NOT_FINITE for numbers that are not finite
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
  if (typeof bands !== "object" || bands === null) {
    throw failure(
      "ERR_OPTION_TYPE",
      `banded: expected bands by their offsets, as in { 0: 2, 1: -1 }, got ${typeof bands}`,
    );
  }
  const sorted = Object.entries(bands)
    .map(([key, value]): Band => ({ offset: Number(key), value }))
    .sort((a, b) => a.offset - b.offset);
  if (sorted.length === 0) throw failure("ERR_OPTION_RANGE", "banded: expected at least one band, got none");
  for (const { offset, value } of sorted) {
    const length = n - Math.abs(offset);
    if (!(Number.isInteger(offset) && length > 0)) {
      throw failure("ERR_OPTION_RANGE", `banded: expected integers between ${-n} and ${n} as offsets, got ${offset}`);
    }
    if (typeof value === "number") {
      if (Number.isFinite(value)) continue;
      throw failure("ERR_NOT_FINITE", `banded: expected finite numbers, got ${value} at offset ${offset}`);
    }
    if (!(value instanceof Float64Array)) {
      throw failure(
        "ERR_OPTION_TYPE",
        `banded: expected a number or a Float64Array at offset ${offset}, got ${typeof value}`,
      );
    }
    if (value.length !== length) {
      throw failure(
        "ERR_LENGTH",
        `banded: expected ${length} entries at offset ${offset} of size ${n}, got ${value.length}`,
      );
    }
  }
  return sorted;
}

function equal(a: number | Float64Array, b: number | Float64Array | undefined): boolean {
  if (typeof a === "number" || typeof b === "number" || b === undefined) return a === b;
  return a.every((x, i) => x === b[i]);
}

/** out <- A v. The bands' terms are added in the order of their offsets, in SIMD and without: the same bits. */
function productOf(n: number, bands: readonly Band[]): (v: Float64Array, out: Float64Array) => void {
  const constant = bands.every((band): band is Band & { value: number } => typeof band.value === "number");
  // Rows that have all bands.
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

/** Rows at a time, whose sums stay in the cache from band to band. */
const together = 1024;

/** Rows from `begin` to `end` of out <- A v. */
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
