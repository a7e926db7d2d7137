import { type Blas, dgemm } from "../blas/blas.ts";
import { type Enclosure, u } from "./enclosure.ts";
import { least, type ProductOptions } from "./productOptions.ts";
import { chainInBlocks, dgemmInBlocks } from "./trustedBlas.ts";

/** Number of terms that are added up in one block. */
const block = 32;

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
    const range = Float64Array.of(1, 0);
    factors(a0, aRadii, this.#exactA, this.#exactB ? g : 1, this.#exactB ? 1 : 0, this.#a, range);
    factors(b0, bRadii, this.#exactB, this.#exactB ? 1 : g, 1, this.#b, range);
    if (this.#both !== undefined) factors(b0, bRadii, false, 1, 1, this.#both, range);
    if (!(range[0]! > least)) return false;
    const mid = out.mid.subarray(to, to + m * n);
    const rad = out.rad.subarray(to, to + m * n);
    const sizes = { m, n, k: inner, ...this.#layout };
    dgemmInBlocks(blas, { ...sizes, a: a0, b: b0, c: mid }, block);
    dgemm(blas, { ...sizes, a: this.#a, b: this.#b, c: rad });
    if (this.#both !== undefined) dgemm(blas, { ...sizes, a: aRadii, b: this.#both, c: rad, beta: 1 });
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

/** Writes factor |mid| + share rad, and widens the range of all numbers that are not 0. */
function factors(
  mid: Float64Array,
  rad: Float64Array,
  exact: boolean,
  factor: number,
  share: 0 | 1,
  out: Float64Array,
  range: Float64Array,
): void {
  let low = range[0]!;
  let high = range[1]!;
  for (let i = 0; i < mid.length; i++) {
    const size = Math.abs(mid[i]!);
    const r = exact ? 0 : rad[i]!;
    if (size < low && size > 0) low = size;
    if (r < low && r > 0) low = r;
    if (size > high) high = size;
    if (r > high) high = r;
    out[i] = factor * size + (share === 0 ? 0 : r);
  }
  range[0] = low;
  range[1] = high;
}
