import { isFluxionError } from "../../errors.ts";
import { shareMemory, strideOf } from "../../linalg/vectorMemory.ts";
import type { Arena } from "./arena.ts";
import type { Parts } from "./parts.ts";

/** Length from which on vectors are lent: for shorter ones copies cost nothing beside all else. */
const shortest = 512;
/** Size in bytes of an arena up to which it may move for the sake of what is lent. */
const largestArena = 2 ** 27;
/** Number of entries of which one is not 0 in a vector that was used, unless it is 0 nearly everywhere. */
const samples = 16;

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
  /** Most vectors beside the program that a run has needed; undefined before the first one has ended. */
  #used: number | undefined;
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

  /**
   * Lends at most so many vectors, of which the last is the point's place and the one before it the field's. A run is
   * lent at most one more than earlier ones have needed: memory that nobody uses costs no pages, but V8
   * collects garbage the sooner for it.
   */
  begin(count: number): readonly Float64Array[] | undefined {
    const { length } = this.#point;
    const arena = this.#arena;
    if (this.isOpen) this.#used = Math.max(this.#used ?? 0, this.#wanted());
    const wanted = Math.min(count - 2, this.#used === undefined ? count : this.#used + 1);
    const has = length >= shortest && this.#hasPlaces(wanted);
    this.end();
    if (!has) return undefined;
    this.#version = arena.version;
    shareMemory(arena.memory);
    const { buffer } = arena.memory;
    return [...this.#places(), this.#field.place, this.#point.place].map((at) => new Float64Array(buffer, at, length));
  }

  /** Makes places for so many vectors beside the program, and says whether there are any. */
  #hasPlaces(count: number): boolean {
    const arena = this.#arena;
    const bytes = count * strideOf(this.#point.length);
    const { place, count: before } = this.#beside ?? { place: -1, count: -1 };
    const isLast = place + before * strideOf(this.#point.length) === arena.bytes;
    if (before === count || (before > count && !isLast)) return true;
    const top = isLast ? place : arena.bytes;
    if (top + bytes > largestArena) return false;
    if (isLast) arena.giveBack({ place });
    const fresh = arena.reserve(bytes / 8);
    this.#beside = { place: fresh.place, count };
    try {
      arena.settle();
      return true;
    } catch (error) {
      if (!isFluxionError(error) || error.code !== "ERR_MEMORY") throw error;
      // The run does without.
      arena.giveBack(fresh);
      this.#beside = undefined;
      return false;
    }
  }

  #places(): readonly number[] {
    const { place, count } = this.#beside!;
    return Array.from({ length: count }, (_, i) => place + i * strideOf(this.#point.length));
  }

  /**
   * Number of vectors beside the program that the borrower has written to: it takes the last ones first. Twice as many if
   * it has used all, since it may have needed more.
   */
  #wanted(): number {
    const places = this.#places();
    const { length } = this.#point;
    const first = places.findIndex((place) => {
      const vector = this.#arena.view(place, length);
      for (let i = 0; i < samples; i++) if (vector[Math.floor((i * length) / samples)] !== 0) return true;
      return false;
    });
    if (first < 0) return 0;
    return first === 0 ? 2 * places.length : places.length - first;
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
