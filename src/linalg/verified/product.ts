import { type Enclosure, u } from "./enclosure.ts";

/** How the operands of a product lie in memory, and what is known of them. */
export interface ProductOptions {
  /** Whether A is stored transposed. Default false. */
  readonly transposeA?: boolean;
  /** Whether B is stored transposed. Default false. */
  readonly transposeB?: boolean;
  /** Whether all radii of A are 0; they are not read then. Default false. */
  readonly exactA?: boolean;
  /** Whether all radii of B are 0; they are not read then. Default false. */
  readonly exactB?: boolean;
}

/** Number of terms that are added up in one block. Rounding then grows with the number of blocks only. */
const block = 32;
/** Numbers between these bounds have products that neither underflow nor lose digits to underflow. */
const least = 2 ** -450;
/** Width of a panel of B. */
const width = 4;

/**
 * The product of interval matrices of given sizes, with the memory that it needs.
 *
 * With midpoints A, B and radii P, Q, the midpoint of the result is A B as computed, and its radius is
 *
 *     |A| (g |B| + Q) + P (|B| + Q),
 *
 * where g = (t + 2) u (1 + 2^-30) bounds the rounding of a sum whose longest chain has t additions, with or without
 * fused multiply-add. Both are computed in one pass. Where an operand is exact, one product of sizes is enough.
 */
export class IntervalProduct {
  readonly #sizesA: Float64Array;
  readonly #radiiA: Float64Array;
  /** Per panel of columns and inner index: midpoints, then factors of |A|, then factors of the radii of A. */
  readonly #panel: Float64Array;
  readonly #rounding: number;
  readonly #inflation: number;
  readonly #general: boolean;

  constructor(
    readonly rows: number,
    readonly inner: number,
    readonly columns: number,
    private readonly options: ProductOptions = {},
  ) {
    const chain = Math.min(inner, block) + Math.ceil(inner / block);
    this.#rounding = (chain + 2) * u * (1 + 2 ** -30);
    // The radius is itself a sum of rounded products, two per term, in one chain.
    this.#inflation = 1 + (4 * inner + 64) * u;
    this.#general = options.exactA !== true && options.exactB !== true;
    this.#sizesA = new Float64Array(rows * inner);
    this.#radiiA = this.#general ? new Float64Array(rows * inner) : new Float64Array(0);
    this.#panel = new Float64Array(3 * width * inner);
  }

  /** Multiplies the matrices that begin at the given places, and writes the product from the place `to` on. */
  run(a: Enclosure, fromA: number, b: Enclosure, fromB: number, out: Enclosure, to: number): void {
    const { rows, inner, columns } = this;
    const underflow = this.#prepare(a, fromA, b, fromB);
    const { transposeA = false, transposeB = false } = this.options;
    const [rowA, stepA] = transposeA ? [1, rows] : [inner, 1];
    const [stepB, columnB] = transposeB ? [1, inner] : [columns, 1];
    for (let j = 0; j < columns; j += width) {
      const used = Math.min(width, columns - j);
      this.#pack(b, fromB + j * columnB, stepB, columnB, used);
      for (let i = 0; i < rows; i++) {
        const place = to + i * columns + j;
        if (this.#general) this.#generalRow(a.mid, fromA + i * rowA, stepA, i, out, place, used);
        else this.#exactRow(a.mid, fromA + i * rowA, stepA, i, out, place, used);
      }
    }
    const { mid, rad } = out;
    const more = this.#inflation;
    for (let k = to; k < to + rows * columns; k++) {
      const r = rad[k]! * more + underflow;
      const known = r < Number.POSITIVE_INFINITY && Number.isFinite(mid[k]!);
      rad[k] = known ? r : Number.POSITIVE_INFINITY;
      if (!known) mid[k] = 0;
    }
  }

  /**
   * Writes the factors of A row by row, and returns a bound of what underflow takes from an entry: 0 if no product can
   * underflow.
   */
  #prepare(a: Enclosure, fromA: number, b: Enclosure, fromB: number): number {
    const { rows, inner, columns } = this;
    const { transposeA = false, exactA = false, exactB = false } = this.options;
    const [rowA, stepA] = transposeA ? [1, rows] : [inner, 1];
    let [low, high] = [1, 0];
    for (let i = 0, k = 0; i < rows; i++) {
      for (let p = 0, at = fromA + i * rowA; p < inner; p++, at += stepA, k++) {
        const size = Math.abs(a.mid[at]!);
        const r = exactA ? 0 : a.rad[at]!;
        if (size < low && size > 0) low = size;
        if (r < low && r > 0) low = r;
        if (size > high) high = size;
        if (!(r <= high)) high = r;
        // Where B is exact, its radius needs one factor of |B|.
        this.#sizesA[k] = exactB ? this.#rounding * size + r : size;
        if (this.#general) this.#radiiA[k] = r;
      }
    }
    for (let at = fromB; at < fromB + inner * columns; at++) {
      const size = Math.abs(b.mid[at]!);
      const r = exactB ? 0 : b.rad[at]!;
      if (size < low && size > 0) low = size;
      if (r < low && r > 0) low = r;
      if (size > high) high = size;
      if (!(r <= high)) high = r;
    }
    return low > least ? 0 : (inner + 4) * 2 ** -1060 * (1 + 4 * high);
  }

  /** Copies columns of B side by side, with the factors that radii need. */
  #pack(b: Enclosure, from: number, step: number, column: number, used: number): void {
    const { inner } = this;
    const { exactB = false } = this.options;
    const panel = this.#panel;
    const stride = this.#general ? 3 * width : 2 * width;
    for (let p = 0, k = 0, at = from; p < inner; p++, k += stride, at += step) {
      for (let c = 0; c < width; c++) {
        const place = at + c * column;
        const value = c < used ? b.mid[place]! : 0;
        const r = c < used && !exactB ? b.rad[place]! : 0;
        const size = Math.abs(value);
        panel[k + c] = value;
        panel[k + width + c] = exactB ? size : this.#rounding * size + r;
        if (this.#general) panel[k + 2 * width + c] = size + r;
      }
    }
  }

  /** Four entries of a row, where one operand is exact. */
  #exactRow(
    a: Float64Array,
    fromA: number,
    stepA: number,
    row: number,
    out: Enclosure,
    to: number,
    used: number,
  ): void {
    const { inner } = this;
    const sizes = this.#sizesA;
    const panel = this.#panel;
    let [m0, m1, m2, m3] = [0, 0, 0, 0];
    let [r0, r1, r2, r3] = [0, 0, 0, 0];
    for (let p = 0, x = fromA, s = row * inner, k = 0; p < inner; ) {
      let [t0, t1, t2, t3] = [0, 0, 0, 0];
      for (const end = Math.min(inner, p + block); p < end; p++, x += stepA, s++, k += 2 * width) {
        const value = a[x]!;
        const size = sizes[s]!;
        t0 += value * panel[k]!;
        t1 += value * panel[k + 1]!;
        t2 += value * panel[k + 2]!;
        t3 += value * panel[k + 3]!;
        r0 += size * panel[k + 4]!;
        r1 += size * panel[k + 5]!;
        r2 += size * panel[k + 6]!;
        r3 += size * panel[k + 7]!;
      }
      m0 += t0;
      m1 += t1;
      m2 += t2;
      m3 += t3;
    }
    write(out, to, used, m0, m1, m2, m3, r0, r1, r2, r3);
  }

  /** Four entries of a row, where neither operand is exact. */
  #generalRow(
    a: Float64Array,
    fromA: number,
    stepA: number,
    row: number,
    out: Enclosure,
    to: number,
    used: number,
  ): void {
    const { inner } = this;
    const sizes = this.#sizesA;
    const radii = this.#radiiA;
    const panel = this.#panel;
    let [m0, m1, m2, m3] = [0, 0, 0, 0];
    let [r0, r1, r2, r3] = [0, 0, 0, 0];
    for (let p = 0, x = fromA, s = row * inner, k = 0; p < inner; ) {
      let [t0, t1, t2, t3] = [0, 0, 0, 0];
      for (const end = Math.min(inner, p + block); p < end; p++, x += stepA, s++, k += 3 * width) {
        const value = a[x]!;
        const size = sizes[s]!;
        const radius = radii[s]!;
        t0 += value * panel[k]!;
        t1 += value * panel[k + 1]!;
        t2 += value * panel[k + 2]!;
        t3 += value * panel[k + 3]!;
        r0 += size * panel[k + 4]! + radius * panel[k + 8]!;
        r1 += size * panel[k + 5]! + radius * panel[k + 9]!;
        r2 += size * panel[k + 6]! + radius * panel[k + 10]!;
        r3 += size * panel[k + 7]! + radius * panel[k + 11]!;
      }
      m0 += t0;
      m1 += t1;
      m2 += t2;
      m3 += t3;
    }
    write(out, to, used, m0, m1, m2, m3, r0, r1, r2, r3);
  }
}

function write(
  { mid, rad }: Enclosure,
  to: number,
  used: number,
  m0: number,
  m1: number,
  m2: number,
  m3: number,
  r0: number,
  r1: number,
  r2: number,
  r3: number,
): void {
  mid[to] = m0;
  rad[to] = r0;
  if (used > 1) {
    mid[to + 1] = m1;
    rad[to + 1] = r1;
  }
  if (used > 2) {
    mid[to + 2] = m2;
    rad[to + 2] = r2;
  }
  if (used > 3) {
    mid[to + 3] = m3;
    rad[to + 3] = r3;
  }
}
