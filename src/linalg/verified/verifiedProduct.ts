import { failure } from "../../errors.ts";
import { checkNumbers } from "../arguments.ts";
import { type Blas, dgemm } from "../blas/blas.ts";
import { type Enclosure, u } from "./enclosure.ts";
import { IntervalProduct } from "./product.ts";
import { least } from "./productOptions.ts";
import { trustedBlas } from "./trustedBlas.ts";

/** Number of multiplications from which on the machine's BLAS is worth its calls. */
const worthBlas = 2 ** 20;

/**
 * Encloses the product of two matrices, each given by numbers or with radii, entry by entry.
 *
 * With midpoints A, B, radii P, Q and g = (inner + 2) u, the midpoint is A B as computed, and the radius is
 *
 *     |A| (g |B| + Q) + P (|B| + Q),
 *
 * enlarged for its own rounding and for underflow. It holds for every order of additions, with or without fused
 * multiply-add, so large products are left to the machine's BLAS, after it has passed a test of exactly this bound; a
 * BLAS that fails the test is not used. Entries that overflow, or that depend on unknown ones, have infinite radii.
 *
 * @example
 * const { mid, rad } = verifiedProduct(Float64Array.of(0.1, 0.2), Float64Array.of(3, 4), 1, 2, 1);
 * console.log(mid[0], rad[0]! < 1e-15); // 1.1 true
 * @param a matrix A, rows x inner, row-major; stored inner x rows with `transposeA`
 * @param b matrix B, inner x columns, row-major; stored columns x inner with `transposeB`
 * @throws {TypeError} ERR_OPTION_TYPE if a matrix is neither numbers nor an enclosure
 * @throws {RangeError} ERR_LENGTH if one has another number of entries
 */
export function verifiedProduct(
  a: Enclosure | Float64Array,
  b: Enclosure | Float64Array,
  rows: number,
  inner: number,
  columns: number,
  { transposeA = false, transposeB = false }: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): Enclosure {
  const [left, right] = [enclosureOf("verifiedProduct", a), enclosureOf("verifiedProduct", b)];
  checkSize("verifiedProduct", left.mid, rows, inner);
  checkSize("verifiedProduct", right.mid, inner, columns);
  const [exactA, exactB] = [isExact(left), isExact(right)];
  const blas = rows * inner * columns >= worthBlas ? trustedBlas() : undefined;
  // Some libraries underflow more coarsely than IEEE 754 says.
  if (blas !== undefined && leastOf([left.mid, left.rad, right.mid, right.rad]) > least) {
    const sizes = { m: rows, k: inner, n: columns, transposeA, transposeB };
    return byBlas(blas, sizes, left, exactA, right, exactB);
  }
  const out = { mid: new Float64Array(rows * columns), rad: new Float64Array(rows * columns) };
  new IntervalProduct(rows, inner, columns, { transposeA, transposeB, exactA, exactB }).run(left, [0], right, [0], out);
  return out;
}

interface Sizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function byBlas(blas: Blas, sizes: Sizes, a: Enclosure, exactA: boolean, b: Enclosure, exactB: boolean): Enclosure {
  const { m, k, n } = sizes;
  const mid = new Float64Array(m * n);
  const rad = new Float64Array(m * n);
  const g = (k + 2) * u * (1 + 2 ** -20);
  dgemm(blas, { ...sizes, a: a.mid, b: b.mid, c: mid });
  // Where B is exact, |A| and its radii have the common factor |B|.
  if (exactB) {
    dgemm(blas, { ...sizes, a: combined(g, a), b: b.mid.map(Math.abs), c: rad });
  } else {
    dgemm(blas, { ...sizes, a: a.mid.map(Math.abs), b: combined(g, b), c: rad });
    if (!exactA) dgemm(blas, { ...sizes, a: a.rad, b: combined(1, b), c: rad, beta: 1 });
  }
  const more = 1 + (4 * k + 64) * u;
  for (let i = 0; i < rad.length; i++) {
    const r = rad[i]! * more;
    const known = r < Number.POSITIVE_INFINITY && Number.isFinite(mid[i]!);
    rad[i] = known ? r : Number.POSITIVE_INFINITY;
    if (!known) mid[i] = 0;
  }
  return { mid, rad };
}

/** factor |mid| + rad */
function combined(factor: number, { mid, rad }: Enclosure): Float64Array {
  return mid.map((value, i) => factor * Math.abs(value) + rad[i]!);
}

/** The least size that is not 0, at most 1. */
function leastOf(arrays: readonly Float64Array[]): number {
  let low = 1;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const size = Math.abs(values[i]!);
      if (size < low && size > 0) low = size;
    }
  }
  return low;
}

function isExact({ rad }: Enclosure): boolean {
  return rad.every((r) => r === 0);
}

export function enclosureOf(who: string, values: Enclosure | Float64Array): Enclosure {
  if (values instanceof Float64Array) return { mid: values, rad: new Float64Array(values.length) };
  const { mid, rad } = (values ?? {}) as Partial<Enclosure>;
  checkNumbers(who, "mid", mid as Float64Array);
  checkNumbers(who, "rad", rad as Float64Array);
  if (mid!.length !== rad!.length) {
    throw failure("ERR_LENGTH", `${who}: expected as many radii as midpoints, got ${rad!.length} and ${mid!.length}`);
  }
  return { mid: mid!, rad: rad! };
}

export function checkSize(who: string, values: Float64Array, rows: number, columns: number): void {
  if (Number.isInteger(rows) && Number.isInteger(columns) && rows >= 0 && columns >= 0) {
    if (values.length === rows * columns) return;
  }
  throw failure("ERR_LENGTH", `${who}: expected ${rows} x ${columns} numbers, got ${values.length}`);
}
