import type { Blas } from "../blas/blas.ts";
import { BlasProduct } from "./blasProduct.ts";
import { type Enclosure, u } from "./enclosure.ts";
import { least, type ProductOptions } from "./productOptions.ts";
import { StackedProduct, sharedOperand } from "./stackedProduct.ts";
import { trustedBlas } from "./trustedBlas.ts";

/** Number of multiplications from which on the machine's BLAS is worth its calls. */
const worthBlas = 2 ** 15;
/** Width of a panel of B. */
const width = 4;

/**
 * The product of interval matrices of given sizes, with the memory that it needs.
 *
 * With midpoints A, B and radii P, Q, the midpoint of the result is A B as computed, and its radius is
 *
 *     |A| (g |B| + Q) + P (|B| + Q),
 *
 * where g = t u (1 + 2^-20) bounds the rounding of a sum in which no term is rounded more than t times, with or without
 * fused multiply-add. Both are computed in one pass. Where an operand is exact, one product of sizes is enough.
 */
export class IntervalProduct {
  /** Factors of radii, row by row: |A|, or g |A| + P where B is exact. */
  readonly #sizesA: Float64Array;
  readonly #radiiA: Float64Array;
  /** Per panel of columns and inner index: midpoints, then factors of |A|, then factors of the radii of A. */
  readonly #panels: Float64Array;
  readonly #stride: number;
  /** Number of terms that are added up in one block. Rounding grows with that and the number of blocks only. */
  readonly #block: number;
  readonly #rounding: number;
  readonly #inflation: number;
  readonly #general: boolean;
  readonly #transposeA: boolean;
  readonly #transposeB: boolean;
  readonly #exactA: boolean;
  readonly #exactB: boolean;
  #byBlas: BlasProduct | undefined;
  #stacked: StackedProduct | undefined;
  /** The least number that is not 0, at most 1, and the greatest, of each operand as it was last prepared. */
  readonly #rangeA = new Float64Array(2);
  readonly #rangeB = new Float64Array(2);

  constructor(
    readonly rows: number,
    readonly inner: number,
    readonly columns: number,
    private readonly options: ProductOptions = {},
  ) {
    const { transposeA = false, transposeB = false, exactA = false, exactB = false } = options;
    this.#block = Math.max(4, Math.ceil(Math.sqrt(inner)));
    // A term is rounded as a product, then by each later addition in its block, then by each of a later block.
    const chain = Math.min(inner, this.#block) + Math.ceil(inner / this.#block) - 1;
    this.#rounding = Math.max(1, chain) * u * (1 + 2 ** -20);
    // The radius is itself a sum of rounded products, two per term, in one chain.
    this.#inflation = 1 + (4 * inner + 64) * u;
    [this.#transposeA, this.#transposeB, this.#exactA, this.#exactB] = [transposeA, transposeB, exactA, exactB];
    this.#general = !exactA && !exactB;
    this.#stride = (this.#general ? 3 : 2) * width;
    this.#sizesA = new Float64Array(rows * inner);
    this.#radiiA = new Float64Array(this.#general ? rows * inner : 0);
    this.#panels = new Float64Array(Math.ceil(columns / width) * this.#stride * inner);
  }

  /**
   * Multiplies stacks of matrices, which begin at the given places, and writes the products one after the other. An operand
   * that is the same in several products is prepared once.
   */
  run(a: Enclosure, startsA: ArrayLike<number>, b: Enclosure, startsB: ArrayLike<number>, out: Enclosure): void {
    const { rows, inner, columns } = this;
    const area = rows * columns;
    const blas = area * inner * startsA.length >= worthBlas ? trustedBlas() : undefined;
    const each = area * inner >= worthBlas;
    if (blas !== undefined && !each && this.#stackedRun(blas, a, startsA, b, startsB, out)) return;
    let [preparedA, preparedB] = [-1, -1];
    for (let at = 0; at < startsA.length; at++) {
      const fromA = startsA[at]!;
      const fromB = startsB[at]!;
      if (blas !== undefined && each) {
        this.#byBlas ??= new BlasProduct(rows, inner, columns, this.options);
        if (this.#byBlas.run(blas, a, fromA, b, fromB, out, at * area)) continue;
      }
      if (fromA !== preparedA) this.#prepare(a, fromA);
      if (fromB !== preparedB) this.#pack(b, fromB);
      [preparedA, preparedB] = [fromA, fromB];
      const low = Math.min(this.#rangeA[0]!, this.#rangeB[0]!);
      const high = Math.max(this.#rangeA[1]!, this.#rangeB[1]!);
      // What underflow takes from an entry, where products can underflow.
      const underflow = low > least ? 0 : (inner + 4) * 2 ** -1060 * (1 + 4 * high);
      if (this.#general) this.#generalRows(a.mid, fromA, out, at * area, underflow);
      else this.#exactRows(a.mid, fromA, out, at * area, underflow);
    }
  }

  /** Small products that share an operand, as one. Returns false if they do not, or if they may underflow. */
  #stackedRun(
    blas: Blas,
    a: Enclosure,
    startsA: ArrayLike<number>,
    b: Enclosure,
    startsB: ArrayLike<number>,
    out: Enclosure,
  ): boolean {
    const shared = sharedOperand(startsA, startsB);
    if (shared === undefined) return false;
    const count = startsA.length;
    if (this.#stacked?.shared !== shared || this.#stacked.count !== count) {
      this.#stacked = new StackedProduct(shared, count, this.rows, this.inner, this.columns, this.options);
    }
    return this.#stacked.run(blas, a, startsA, b, startsB, out);
  }

  #prepare(a: Enclosure, from: number): void {
    const { rows, inner } = this;
    const rowA = this.#transposeA ? 1 : inner;
    const stepA = this.#transposeA ? rows : 1;
    const { mid, rad } = a;
    const exact = this.#exactA;
    const general = this.#general;
    // Where B is exact, its radius needs one factor of |B|.
    const factor = this.#exactB ? this.#rounding : 1;
    const extra = this.#exactB ? 1 : 0;
    const sizes = this.#sizesA;
    const radii = this.#radiiA;
    let low = 1;
    let high = 0;
    for (let i = 0, k = 0; i < rows; i++) {
      for (let p = 0, at = from + i * rowA; p < inner; p++, at += stepA, k++) {
        const size = Math.abs(mid[at]!);
        const r = exact ? 0 : rad[at]!;
        if (size < low && size > 0) low = size;
        if (r < low && r > 0) low = r;
        if (size > high) high = size;
        if (r > high) high = r;
        sizes[k] = factor * size + (extra === 0 ? 0 : r);
        if (general) radii[k] = r;
      }
    }
    this.#rangeA[0] = low;
    this.#rangeA[1] = high;
  }

  /** Copies columns of B side by side, with the factors that radii need. */
  #pack(b: Enclosure, from: number): void {
    const { inner, columns } = this;
    const stepB = this.#transposeB ? 1 : columns;
    const columnB = this.#transposeB ? inner : 1;
    const { mid, rad } = b;
    const exact = this.#exactB;
    const general = this.#general;
    const rounding = exact ? 1 : this.#rounding;
    const panels = this.#panels;
    const stride = this.#stride;
    let low = 1;
    let high = 0;
    for (let j = 0, panel = 0; j < columns; j += width, panel += stride * inner) {
      const used = Math.min(width, columns - j);
      for (let c = 0; c < used; c++) {
        for (let p = 0, k = panel + c, at = from + (j + c) * columnB; p < inner; p++, k += stride, at += stepB) {
          const value = mid[at]!;
          const r = exact ? 0 : rad[at]!;
          const size = Math.abs(value);
          if (size < low && size > 0) low = size;
          if (r < low && r > 0) low = r;
          if (size > high) high = size;
          if (r > high) high = r;
          panels[k] = value;
          panels[k + width] = rounding * size + r;
          if (general) panels[k + 2 * width] = size + r;
        }
      }
    }
    this.#rangeB[0] = low;
    this.#rangeB[1] = high;
  }

  /** The entries of a product, four of a row at a time, where one operand is exact. */
  #exactRows(a: Float64Array, fromA: number, out: Enclosure, to: number, underflow: number): void {
    const { rows, inner, columns } = this;
    const rowA = this.#transposeA ? 1 : inner;
    const stepA = this.#transposeA ? rows : 1;
    const sizes = this.#sizesA;
    const panels = this.#panels;
    const more = this.#inflation;
    const block = this.#block;
    // Unit vectors and what comes of them have many zeros. Zero times something unknown stays unknown.
    const skip = this.#rangeB[1]! < Number.POSITIVE_INFINITY;
    for (let i = 0; i < rows; i++) {
      for (let j = 0, k = 0; j < columns; j += width) {
        let m0 = 0;
        let m1 = 0;
        let m2 = 0;
        let m3 = 0;
        let r0 = 0;
        let r1 = 0;
        let r2 = 0;
        let r3 = 0;
        for (let p = 0, x = fromA + i * rowA, s = i * inner; p < inner; ) {
          let t0 = 0;
          let t1 = 0;
          let t2 = 0;
          let t3 = 0;
          for (const end = Math.min(inner, p + block); p < end; p++, x += stepA, s++, k += 2 * width) {
            const value = a[x]!;
            const size = sizes[s]!;
            if (size === 0 && value === 0 && skip) continue;
            t0 += value * panels[k]!;
            t1 += value * panels[k + 1]!;
            t2 += value * panels[k + 2]!;
            t3 += value * panels[k + 3]!;
            r0 += size * panels[k + 4]!;
            r1 += size * panels[k + 5]!;
            r2 += size * panels[k + 6]!;
            r3 += size * panels[k + 7]!;
          }
          m0 += t0;
          m1 += t1;
          m2 += t2;
          m3 += t3;
        }
        const place = to + i * columns + j;
        store(out, place, m0, r0 * more + underflow);
        if (j + 1 < columns) store(out, place + 1, m1, r1 * more + underflow);
        if (j + 2 < columns) store(out, place + 2, m2, r2 * more + underflow);
        if (j + 3 < columns) store(out, place + 3, m3, r3 * more + underflow);
      }
    }
  }

  /** The entries of a product, four of a row at a time, where neither operand is exact. */
  #generalRows(a: Float64Array, fromA: number, out: Enclosure, to: number, underflow: number): void {
    const { rows, inner, columns } = this;
    const rowA = this.#transposeA ? 1 : inner;
    const stepA = this.#transposeA ? rows : 1;
    const sizes = this.#sizesA;
    const radii = this.#radiiA;
    const panels = this.#panels;
    const more = this.#inflation;
    const block = this.#block;
    // Unit vectors and what comes of them have many zeros. Zero times something unknown stays unknown.
    const skip = this.#rangeB[1]! < Number.POSITIVE_INFINITY;
    for (let i = 0; i < rows; i++) {
      for (let j = 0, k = 0; j < columns; j += width) {
        let m0 = 0;
        let m1 = 0;
        let m2 = 0;
        let m3 = 0;
        let r0 = 0;
        let r1 = 0;
        let r2 = 0;
        let r3 = 0;
        for (let p = 0, x = fromA + i * rowA, s = i * inner; p < inner; ) {
          let t0 = 0;
          let t1 = 0;
          let t2 = 0;
          let t3 = 0;
          for (const end = Math.min(inner, p + block); p < end; p++, x += stepA, s++, k += 3 * width) {
            const value = a[x]!;
            const size = sizes[s]!;
            const radius = radii[s]!;
            if (size === 0 && radius === 0 && skip) continue;
            t0 += value * panels[k]!;
            t1 += value * panels[k + 1]!;
            t2 += value * panels[k + 2]!;
            t3 += value * panels[k + 3]!;
            r0 += size * panels[k + 4]! + radius * panels[k + 8]!;
            r1 += size * panels[k + 5]! + radius * panels[k + 9]!;
            r2 += size * panels[k + 6]! + radius * panels[k + 10]!;
            r3 += size * panels[k + 7]! + radius * panels[k + 11]!;
          }
          m0 += t0;
          m1 += t1;
          m2 += t2;
          m3 += t3;
        }
        const place = to + i * columns + j;
        store(out, place, m0, r0 * more + underflow);
        if (j + 1 < columns) store(out, place + 1, m1, r1 * more + underflow);
        if (j + 2 < columns) store(out, place + 2, m2, r2 * more + underflow);
        if (j + 3 < columns) store(out, place + 3, m3, r3 * more + underflow);
      }
    }
  }
}

/** Stores an entry; one that overflowed is unknown. */
function store({ mid, rad }: Enclosure, at: number, m: number, r: number): void {
  // The difference is NaN for a midpoint that is not finite.
  if (r < Number.POSITIVE_INFINITY && m - m === 0) {
    mid[at] = m;
    rad[at] = r;
  } else {
    mid[at] = 0;
    rad[at] = Number.POSITIVE_INFINITY;
  }
}
