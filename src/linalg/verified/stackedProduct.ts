import type { Blas } from "../blas/blas.ts";
import { BlasProduct } from "./blasProduct.ts";
import type { Enclosure } from "./enclosure.ts";
import type { ProductOptions } from "./productOptions.ts";

/**
 * Many small products that share an operand, as one large product by the machine's BLAS: A B_0, A B_1, ... are A times the
 * B_i side by side, and A_0 B, A_1 B, ... the A_i one below the other times B.
 */
export class StackedProduct {
  readonly #product: BlasProduct;
  /** The transpose of the left factor, and the right factor: both can be cut along the inner index without a copy. */
  readonly #left: Enclosure;
  readonly #right: Enclosure;
  /** The products side by side, where A is shared. */
  readonly #wide: Enclosure | undefined;

  /** @param shared the operand that all products have in common */
  constructor(
    readonly shared: "a" | "b",
    readonly count: number,
    readonly rows: number,
    readonly inner: number,
    readonly columns: number,
    private readonly options: ProductOptions,
  ) {
    const ball = (length: number): Enclosure => ({ mid: new Float64Array(length), rad: new Float64Array(length) });
    const [m, n] = shared === "a" ? [rows, count * columns] : [count * rows, columns];
    const layout = { ...options, transposeA: true, transposeB: false };
    // The blocks of few terms keep the radii small.
    this.#product = new BlasProduct(m, inner, n, layout, Math.max(4, Math.ceil(Math.sqrt(inner) / 2)));
    this.#left = ball(inner * m);
    this.#right = ball(inner * n);
    this.#wide = shared === "a" ? ball(m * n) : undefined;
  }

  /** @returns false if products may underflow: nothing is done then */
  run(
    blas: Blas,
    a: Enclosure,
    startsA: ArrayLike<number>,
    b: Enclosure,
    startsB: ArrayLike<number>,
    out: Enclosure,
  ): boolean {
    const { count, rows, inner, columns } = this;
    const { transposeA = false, transposeB = false, exactA = false, exactB = false } = this.options;
    const stacks = this.shared === "a" ? ([1, count] as const) : ([count, 1] as const);
    gather(a, exactA, startsA, stacks[0], transposeA ? [rows, 1] : [1, inner], inner, rows, this.#left);
    gather(b, exactB, startsB, stacks[1], transposeB ? [1, inner] : [columns, 1], inner, columns, this.#right);
    if (!this.#product.run(blas, this.#left, 0, this.#right, 0, this.#wide ?? out, 0)) return false;
    if (this.#wide === undefined) return true;
    for (const part of ["mid", "rad"] as const) {
      const [values, to] = [this.#wide[part], out[part]];
      for (let at = 0, k = 0; at < count; at++) {
        for (let i = 0; i < rows; i++) {
          for (let j = 0, from = (i * count + at) * columns; j < columns; j++) to[k++] = values[from++]!;
        }
      }
    }
    return true;
  }
}

/** Puts `count` matrices side by side, whose rows are `step` apart and whose entries are `next` apart. */
function gather(
  values: Enclosure,
  exact: boolean,
  starts: ArrayLike<number>,
  count: number,
  [step, next]: readonly [step: number, next: number],
  rows: number,
  columns: number,
  out: Enclosure,
): void {
  for (const part of exact ? (["mid"] as const) : (["mid", "rad"] as const)) {
    const [given, to] = [values[part], out[part]];
    for (let i = 0, k = 0; i < rows; i++) {
      for (let at = 0; at < count; at++) {
        for (let j = 0, from = starts[at]! + i * step; j < columns; j++, from += next) to[k++] = given[from]!;
      }
    }
  }
}

/** Which operand is the same in all products; undefined if neither is. */
export function sharedOperand(startsA: ArrayLike<number>, startsB: ArrayLike<number>): "a" | "b" | undefined {
  const same = (starts: ArrayLike<number>): boolean => {
    for (let at = 1; at < starts.length; at++) if (starts[at] !== starts[0]) return false;
    return true;
  };
  if (startsA.length < 2) return undefined;
  return same(startsB) ? "b" : same(startsA) ? "a" : undefined;
}
