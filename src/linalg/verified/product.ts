import { type Blas, dgemm } from "../blas/blas.ts";
import { type Enclosure, u } from "./enclosure.ts";
import { chainInBlocks, dgemmInBlocks, trustedBlas } from "./trustedBlas.ts";

/** How the operands of a product lie in memory, and what is known of them. */
interface ProductOptions {
  /** Whether A is stored transposed. Default false. */
  readonly transposeA?: boolean;
  /** Whether B is stored transposed. Default false. */
  readonly transposeB?: boolean;
  /** Whether all radii of A are 0; they are not read then. Default false. */
  readonly exactA?: boolean;
  /** Whether all radii of B are 0; they are not read then. Default false. */
  readonly exactB?: boolean;
}

/** Number of terms that BLAS adds up in one block. */
const block = 32;
/** Numbers between these bounds have products that neither underflow nor lose digits to underflow. */
const least = 2 ** -450;
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
  /** Operands for the machine's BLAS: of |A|, of |A|'s factor, and of the factor of the radii of A. */
  #scratch: { readonly a: Float64Array; readonly b: Float64Array; readonly both: Float64Array } | undefined;
  /** The least number that is not 0, at most 1, and the greatest, of each operand as it was last prepared. */
  readonly #rangeA = new Float64Array(2);
  readonly #rangeB = new Float64Array(2);

  constructor(
    readonly rows: number,
    readonly inner: number,
    readonly columns: number,
    { transposeA = false, transposeB = false, exactA = false, exactB = false }: ProductOptions = {},
  ) {
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
    if (area * inner >= worthBlas) {
      const blas = trustedBlas();
      if (blas !== undefined) {
        for (let at = 0; at < startsA.length; at++)
          this.#byBlas(blas, a, startsA[at]!, b, startsB[at]!, out, at * area);
        return;
      }
    }
    for (let at = 0; at < startsA.length; at++) {
      const fromA = startsA[at]!;
      const fromB = startsB[at]!;
      if (at === 0 || fromA !== startsA[at - 1]) this.#prepare(a, fromA);
      if (at === 0 || fromB !== startsB[at - 1]) this.#pack(b, fromB);
      const low = Math.min(this.#rangeA[0]!, this.#rangeB[0]!);
      const high = Math.max(this.#rangeA[1]!, this.#rangeB[1]!);
      // What underflow takes from an entry, where products can underflow.
      const underflow = low > least ? 0 : (inner + 4) * 2 ** -1060 * (1 + 4 * high);
      if (this.#general) this.#generalRows(a.mid, fromA, out, at * area, underflow);
      else this.#exactRows(a.mid, fromA, out, at * area, underflow);
    }
  }

  /** Three products by the machine's BLAS, or two if an operand is exact, block by block of the inner index. */
  #byBlas(blas: Blas, a: Enclosure, fromA: number, b: Enclosure, fromB: number, out: Enclosure, to: number): void {
    const { rows: m, inner, columns: n } = this;
    this.#scratch ??= {
      a: new Float64Array(m * inner),
      b: new Float64Array(inner * n),
      both: new Float64Array(this.#general ? inner * n : 0),
    };
    const scratch = this.#scratch;
    const chain = chainInBlocks(inner, this.#transposeA, this.#transposeB, block);
    const g = chain * u * (1 + 2 ** -20);
    const a0 = a.mid.subarray(fromA, fromA + m * inner);
    const b0 = b.mid.subarray(fromB, fromB + inner * n);
    const aRadii = a.rad.subarray(fromA, fromA + m * inner);
    const range = Float64Array.of(1, 0);
    factors(a0, aRadii, this.#exactA, this.#exactB ? g : 1, this.#exactB ? 1 : 0, scratch.a, range);
    const bRadii = b.rad.subarray(fromB, fromB + inner * n);
    factors(b0, bRadii, this.#exactB, this.#exactB ? 1 : g, 1, scratch.b, range);
    if (this.#general) factors(b0, bRadii, false, 1, 1, scratch.both, range);
    const mid = out.mid.subarray(to, to + m * n);
    const rad = out.rad.subarray(to, to + m * n);
    const sizes = { m, n, k: inner, transposeA: this.#transposeA, transposeB: this.#transposeB };
    dgemmInBlocks(blas, { ...sizes, a: a0, b: b0, c: mid }, block);
    dgemm(blas, { ...sizes, a: scratch.a, b: scratch.b, c: rad });
    if (this.#general) dgemm(blas, { ...sizes, a: aRadii, b: scratch.both, c: rad, beta: 1 });
    const underflow = range[0]! > least ? 0 : (inner + 4) * 2 ** -1060 * (1 + 4 * range[1]!);
    const more = this.#inflation;
    for (let k = 0; k < mid.length; k++) {
      const r = rad[k]! * more + underflow;
      if (r < Number.POSITIVE_INFINITY && mid[k]! - mid[k]! === 0) {
        rad[k] = r;
      } else {
        mid[k] = 0;
        rad[k] = Number.POSITIVE_INFINITY;
      }
    }
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
