import type { Matrix, Step } from "./lower/steps.ts";
import { isWindowsTerm, readsOf } from "./lower/steps.ts";
import type { Buffer } from "./lower/values.ts";
import { type Rows, requireSamples, type TileData } from "./tiles/rows.ts";

/** Data of which programs read some samples: how many, and how those lie among all. */
export interface Sampled {
  readonly rows: Rows;
  readonly count: number;
}

/** A matrix in the data: where it begins behind the first sample, and the distance of its rows, counted in numbers. */
interface Layout {
  readonly offset: number;
  readonly distance: number;
}

/** An operand of a product as it lies among all samples, and as it would in a copy of some. */
interface Operand {
  readonly buffer: Buffer;
  readonly whole: Layout;
  readonly copy: Layout;
}

/** Where the samples of one input are now. */
interface Source {
  /** Held, since addresses are valid only as long as the numbers are. */
  readonly numbers: Float64Array;
  readonly address: number;
  readonly isWhole: boolean;
}

/**
 * Data that products read where they lie, outside the memory of the programs: copies of samples that only products read
 * would take as long as the products of a small layer.
 */
export class Outside {
  readonly #sampled: Map<Buffer, Sampled>;
  readonly #addressOf: (numbers: Float64Array) => number;
  readonly #operands: Operand[] = [];
  readonly #sources = new Map<Buffer, Source>();
  readonly #first = new Map<Buffer, number>();

  /** @param addressOf gives the address of the first number */
  constructor(sampled: ReadonlyMap<Buffer, Sampled>, addressOf: (numbers: Float64Array) => number) {
    this.#sampled = new Map(sampled);
    this.#addressOf = addressOf;
  }

  /**
   * Leaves out data that something else than a product reads, or that a product cannot read where they lie.
   *
   * @param isCalled whether a product of these sizes is computed by a library, which can read any memory
   */
  settle(steps: readonly Step[], isCalled: (m: number, n: number, k: number) => boolean): void {
    for (const step of steps) {
      if (step.kind !== "gemm") {
        for (const buffer of readsOf(step)) this.#sampled.delete(buffer);
        continue;
      }
      for (const term of step.terms) {
        if (isWindowsTerm(term)) {
          for (const buffer of readsOf({ ...step, terms: [term] })) this.#sampled.delete(buffer);
          continue;
        }
        const { a, b, m, n, k, batches } = term;
        const isPlain = batches.length === 0 && isCalled(m, n, k);
        if (!isPlain || this.#layout(a, m, k) === undefined) this.#sampled.delete(a.buffer);
        if (!isPlain || this.#layout(b, k, n) === undefined) this.#sampled.delete(b.buffer);
      }
    }
  }

  has(buffer: Buffer): boolean {
    return this.#sampled.has(buffer);
  }

  /** Gives a number to an operand; undefined if the programs have a copy of it. */
  operand(matrix: Matrix, rows: number, columns: number): number | undefined {
    if (!this.has(matrix.buffer)) return undefined;
    const { buffer, offset, distance } = matrix;
    const whole = this.#layout(matrix, rows, columns)!;
    return this.#operands.push({ buffer, whole, copy: { offset, distance } }) - 1;
  }

  /** Takes the data of an input. */
  load(buffer: Buffer, values: TileData): void {
    const { rows, count } = this.#sampled.get(buffer)!;
    const isWhole = values instanceof Float64Array;
    const numbers = isWhole ? values : new Float64Array(rows.groups * count * rows.width);
    this.#sources.set(buffer, { numbers, address: this.#addressOf(numbers), isWhole });
  }

  /** Moves on to the samples from `first` on. */
  move(buffer: Buffer, values: TileData, first: number): void {
    const { rows, count } = this.#sampled.get(buffer)!;
    const { width, groups, stride } = rows;
    const { numbers } = this.#sources.get(buffer)!;
    this.#first.set(buffer, first * width);
    if (values instanceof Float64Array) {
      requireSamples(values, rows, first + count);
      return;
    }
    const size = count * width;
    for (let i = 0; i < groups; i++)
      values.part(numbers.subarray(i * size, (i + 1) * size), i * stride + first * width);
  }

  /** Returns the address of an operand, and the distance of its rows. */
  place(operand: number): readonly [address: number, distance: number] {
    const { buffer, whole, copy } = this.#operands[operand]!;
    const { address, isWhole } = this.#sources.get(buffer)!;
    const { offset, distance } = isWhole ? whole : copy;
    return [address + 8 * (offset + (isWhole ? this.#first.get(buffer)! : 0)), distance];
  }

  /** Returns where a matrix in a copy of some samples lies among all; undefined if its rows are not rows there. */
  #layout({ buffer, offset, distance, transpose }: Matrix, rows: number, columns: number): Layout | undefined {
    const sampled = this.#sampled.get(buffer);
    if (sampled === undefined) return undefined;
    const { width, groups, stride } = sampled.rows;
    if (groups === 1) return { offset, distance };
    const length = sampled.count * width;
    const [down, across] = transpose ? [columns, rows] : [rows, columns];
    const [group, within] = [Math.floor(offset / length), offset % length];
    if (within + across > length || (down > 1 && distance !== length)) return undefined;
    return { offset: group * stride + within, distance: stride };
  }
}
