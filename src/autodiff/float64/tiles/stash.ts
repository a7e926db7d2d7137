/** Makes memory for numbers; undefined if there is none. */
type Allocate = (bytes: number) => ArrayBufferLike | undefined;

/** Keeps residuals of tiles from one product to the next, as many as fit. */
export class Stash {
  readonly numbers: Float64Array;
  /** For each tile that fits, the stamp of the point to which its residuals belong. */
  readonly #stamps: Int32Array;
  readonly #size: number;

  /** @param size numbers per tile */
  constructor(numbers: Float64Array, stamps: Int32Array, size: number) {
    this.numbers = numbers;
    this.#stamps = stamps;
    this.#size = size;
  }

  /** Makes a stash for as many of `tiles` tiles as fit `bytes` bytes, or none if the machine has no memory for it. */
  static of(tiles: number, size: number, bytes: number, allocate: Allocate = plain): Stash {
    for (let count = Math.min(tiles, Math.floor(bytes / (8 * Math.max(size, 1)))); count > 0; count >>= 1) {
      const numbers = allocate(8 * count * size);
      const stamps = allocate(4 * count);
      if (numbers !== undefined && stamps !== undefined) {
        return new Stash(new Float64Array(numbers), new Int32Array(stamps), size);
      }
    }
    return new Stash(new Float64Array(0), new Int32Array(0), size);
  }

  get stamps(): Int32Array {
    return this.#stamps;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether there is a slot for the tile. */
  holds(tile: number): boolean {
    return tile < this.#stamps.length;
  }

  /** Whether the residuals of a tile are those of this stamp. Stamps are positive. */
  has(tile: number, stamp: number): boolean {
    return this.#stamps[tile] === stamp;
  }

  start(tile: number): number {
    return tile * this.#size;
  }

  mark(tile: number, stamp: number): void {
    this.#stamps[tile] = stamp;
  }
}

function plain(bytes: number): ArrayBufferLike | undefined {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    return undefined;
  }
}
