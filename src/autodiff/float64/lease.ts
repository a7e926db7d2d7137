import { isFluxionError } from "../../errors.ts";
import { shareMemory, strideOf } from "../../linalg/vectorMemory.ts";
import type { Arena } from "./arena.ts";
import type { Parts } from "./parts.ts";

/** Length from which on vectors are lent: for shorter ones copies cost nothing beside all else. */
const shortest = 512;
/** Size in bytes of an arena up to which it may move for the sake of what is lent. */
const largestArena = 2 ** 27;

/**
 * Lends the places of point and field, and further vectors beside them, to one run at a time. The run writes its point
 * where the program reads it, and reads its field where the program writes it, so that nothing is copied.
 *
 * Whoever has the vectors may write to them at any time, and may keep them for good. So whatever else the program is
 * needed for ends the lease: the program moves to another memory, and the vectors stay behind as ordinary ones.
 */
export class Lease {
  readonly #arena: Arena;
  readonly #point: Parts;
  readonly #field: Parts;
  /** Start and count of the further vectors. */
  #beside: { readonly place: number; readonly count: number } | undefined;
  /** Version of the arena whose vectors are lent. */
  #version = -1;

  constructor(arena: Arena, point: Parts, field: Parts) {
    this.#arena = arena;
    this.#point = point;
    this.#field = field;
  }

  /** Whether the memory of the program is lent. */
  get isOpen(): boolean {
    return this.#version === this.#arena.version;
  }

  /** Lends so many vectors, of which the last is the point's place and the one before it the field's. */
  begin(count: number): readonly Float64Array[] | undefined {
    const { length } = this.#point;
    const arena = this.#arena;
    const stride = strideOf(length);
    const bytes = stride * (count - 2);
    if (length < shortest || arena.bytes + bytes > largestArena) return undefined;
    this.end();
    if (this.#beside === undefined || this.#beside.count < count - 2) {
      const more = arena.reserve(bytes / 8);
      try {
        arena.settle();
      } catch (error) {
        if (!isFluxionError(error) || error.code !== "ERR_MEMORY") throw error;
        // The run does without.
        arena.giveBack(more);
        return undefined;
      }
      this.#beside = { place: more.place, count: count - 2 };
    }
    this.#version = arena.version;
    shareMemory(arena.memory);
    const { place } = this.#beside;
    const others = Array.from({ length: count - 2 }, (_, i) => place + i * stride);
    const { buffer } = arena.memory;
    return [...others, this.#field.place, this.#point.place].map((at) => new Float64Array(buffer, at, length));
  }

  /** Whether point and field are the vectors that are lent for them. */
  holds(point: Float64Array, field: Float64Array): boolean {
    if (!this.isOpen) return false;
    const { buffer } = this.#arena.memory;
    const isAt = (vector: Float64Array, { place }: Parts): boolean =>
      vector.buffer === buffer && vector.byteOffset === place;
    return isAt(point, this.#point) && isAt(field, this.#field);
  }

  /** Leaves the vectors to their borrower. Results of the program that depend on the point are no longer valid. */
  end(): void {
    if (!this.isOpen) return;
    const { place = 0, count = 0 } = this.#beside ?? {};
    this.#arena.move({ place, size: (count * strideOf(this.#point.length)) / 8 });
  }
}
