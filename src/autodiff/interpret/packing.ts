/**
 * Arrays that together hold `count` vectors. Each vector consists of one row of every array, in their order; a single
 * vector consists of the arrays one after the other.
 */
export class Packing {
  /** Length of one vector. */
  readonly length: number;
  readonly #parts: readonly { readonly values: Float64Array; readonly offset: number; readonly size: number }[];

  constructor(
    arrays: readonly Float64Array[],
    readonly count = 1,
  ) {
    let offset = 0;
    this.#parts = arrays.map((values) => {
      const part = { values, offset, size: values.length / count };
      offset += part.size;
      return part;
    });
    this.length = offset;
  }

  /** Writes the vectors, which lie one after the other from `start`, into the arrays. */
  scatter(vectors: Float64Array, start = 0): void {
    for (const { values, offset, size } of this.#parts) {
      for (let k = 0, from = start + offset; k < this.count; k++, from += this.length) {
        copy(vectors, from, values, k * size, size);
      }
    }
  }

  /** Writes the arrays as vectors, one after the other from `start`. */
  gather(vectors: Float64Array, start = 0): void {
    for (const { values, offset, size } of this.#parts) {
      for (let k = 0, to = start + offset; k < this.count; k++, to += this.length) {
        copy(values, k * size, vectors, to, size);
      }
    }
  }
}

/** Greatest number of numbers for which a loop is faster than a view and `set`. */
const few = 64;

function copy(source: Float64Array, from: number, target: Float64Array, to: number, size: number): void {
  if (size > few) target.set(source.subarray(from, from + size), to);
  else for (let i = 0; i < size; i++) target[to + i] = source[from + i]!;
}
