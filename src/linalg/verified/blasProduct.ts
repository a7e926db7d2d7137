import { type Blas, dgemm } from "../blas/blas.ts";
import { type Enclosure, u } from "./enclosure.ts";
import { least, type ProductOptions } from "./productOptions.ts";
import { chainInBlocks, dgemmInBlocks } from "./trustedBlas.ts";

/** Number of terms that are added up in one block by default. */
const usual = 32;

/** The product of interval matrices of given sizes by the machine's BLAS. Midpoints and radii are those of `IntervalProduct`. */
export class BlasProduct {
  readonly #g: number;
  readonly #inflation: number;
  /** Factors: |A|, or g |A| + P where B is exact; g |B| + Q, or |B|; and |B| + Q where neither is exact. */
  readonly #a: Float64Array;
  readonly #b: Float64Array;
  readonly #both: Float64Array | undefined;
  readonly #exactA: boolean;
  readonly #exactB: boolean;
  readonly #layout: { readonly transposeA: boolean; readonly transposeB: boolean };

  constructor(
    readonly rows: number,
    readonly inner: number,
    readonly columns: number,
    { transposeA = false, transposeB = false, exactA = false, exactB = false }: ProductOptions,
    private readonly block = usual,
  ) {
    this.#layout = { transposeA, transposeB };
    [this.#exactA, this.#exactB] = [exactA, exactB];
    this.#g = chainInBlocks(inner, transposeA, transposeB, block) * u * (1 + 2 ** -20);
    this.#inflation = 1 + (4 * inner + 64) * u;
    this.#a = new Float64Array(rows * inner);
    this.#b = new Float64Array(inner * columns);
    this.#both = exactA || exactB ? undefined : new Float64Array(inner * columns);
  }

  /**
   * Computes three products, or two if an operand is exact; the one of the midpoints block by block of the inner index.
   *
   * @returns false if products may underflow, which some libraries do more coarsely than IEEE 754: nothing is done then
   */
  run(blas: Blas, a: Enclosure, fromA: number, b: Enclosure, fromB: number, out: Enclosure, to: number): boolean {
    const { rows: m, inner, columns: n } = this;
    const g = this.#g;
    const a0 = a.mid.subarray(fromA, fromA + m * inner);
    const b0 = b.mid.subarray(fromB, fromB + inner * n);
    const aRadii = a.rad.subarray(fromA, fromA + m * inner);
    const bRadii = b.rad.subarray(fromB, fromB + inner * n);
    let low = this.#exactB ? sums(a0, aRadii, this.#exactA, g, this.#a) : sizes(a0, aRadii, this.#exactA, this.#a);
    if (this.#exactB) low = Math.min(low, sizes(b0, bRadii, true, this.#b));
    else if (this.#both === undefined) low = Math.min(low, sums(b0, bRadii, false, g, this.#b));
    else low = Math.min(low, bothSums(b0, bRadii, g, this.#b, this.#both));
    if (!(low > least)) return false;
    const mid = out.mid.subarray(to, to + m * n);
    const rad = out.rad.subarray(to, to + m * n);
    const layout = { m, n, k: inner, ...this.#layout };
    dgemmInBlocks(blas, { ...layout, a: a0, b: b0, c: mid }, this.block);
    dgemm(blas, { ...layout, a: this.#a, b: this.#b, c: rad });
    if (this.#both !== undefined) dgemm(blas, { ...layout, a: aRadii, b: this.#both, c: rad, beta: 1 });
    const more = this.#inflation;
    for (let k = 0; k < mid.length; k++) {
      const r = rad[k]! * more;
      if (r < Number.POSITIVE_INFINITY && mid[k]! - mid[k]! === 0) {
        rad[k] = r;
      } else {
        mid[k] = 0;
        rad[k] = Number.POSITIVE_INFINITY;
      }
    }
    return true;
  }
}

// Each returns the least number that is not 0, at most 1, and is a loop of its own, since most of the time goes here.

/** Writes |mid|. */
function sizes(mid: Float64Array, rad: Float64Array, exact: boolean, out: Float64Array): number {
  let low = 1;
  for (let i = 0; i < mid.length; i++) {
    const size = Math.abs(mid[i]!);
    if (size < low && size > 0) low = size;
    out[i] = size;
  }
  return exact ? low : leastRadius(rad, low);
}

/** Writes factor |mid| + rad. */
function sums(mid: Float64Array, rad: Float64Array, exact: boolean, factor: number, out: Float64Array): number {
  let low = 1;
  if (exact) {
    for (let i = 0; i < mid.length; i++) {
      const size = Math.abs(mid[i]!);
      if (size < low && size > 0) low = size;
      out[i] = factor * size;
    }
    return low;
  }
  for (let i = 0; i < mid.length; i++) {
    const size = Math.abs(mid[i]!);
    const r = rad[i]!;
    if (size < low && size > 0) low = size;
    if (r < low && r > 0) low = r;
    out[i] = factor * size + r;
  }
  return low;
}

/** Writes factor |mid| + rad, and |mid| + rad. */
function bothSums(mid: Float64Array, rad: Float64Array, factor: number, out: Float64Array, both: Float64Array): number {
  let low = 1;
  for (let i = 0; i < mid.length; i++) {
    const size = Math.abs(mid[i]!);
    const r = rad[i]!;
    if (size < low && size > 0) low = size;
    if (r < low && r > 0) low = r;
    out[i] = factor * size + r;
    both[i] = size + r;
  }
  return low;
}

function leastRadius(rad: Float64Array, start: number): number {
  let low = start;
  for (let i = 0; i < rad.length; i++) {
    const r = rad[i]!;
    if (r < low && r > 0) low = r;
  }
  return low;
}
