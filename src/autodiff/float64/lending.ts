import type { ProgramMemory } from "../../linalg/programMemory.ts";
import type { WasmFunction, WasmMemory } from "../../linalg/wasm/host.ts";
import type { Arena } from "./arena.ts";
import type { LinearProgram } from "./compile.ts";

/**
 * Greatest count of numbers that are lent. Products with longer vectors cost so much that copying these is nothing.
 */
const mostNumbers = 65_536;
/** Size in bytes of an arena up to which it may move for the sake of what is lent. */
const largestArena = 2 ** 25;

const nothing = (): void => {};

/** Lends memory beside the program of J v, to one solver at a time. */
export class Lending implements ProgramMemory {
  readonly input: number;
  readonly output: number;
  own = 0;
  memory!: WasmMemory;
  product!: WasmFunction;
  readonly #arena: Arena;
  readonly #linear: LinearProgram;
  #size = 0;
  #lent = false;
  #prepare = nothing;
  #version = -1;

  constructor(arena: Arena, linear: LinearProgram) {
    this.#arena = arena;
    this.#linear = linear;
    this.input = linear.directions.place;
    this.output = linear.products.place;
  }

  /**
   * Lends memory for so many numbers.
   *
   * @param prepare makes the program ready for a product
   */
  lend(numbers: number, prepare: () => void): ProgramMemory | undefined {
    const arena = this.#arena;
    if (this.#lent || numbers > mostNumbers || arena.bytes > largestArena) return undefined;
    if (this.#linear.program.plan.steps.length === 0) return undefined;
    if (this.#size < numbers) {
      this.own = arena.reserve(numbers).place;
      this.#size = numbers;
      arena.settle();
    }
    this.#find();
    this.#lent = true;
    this.#prepare = prepare;
    return this;
  }

  prepare(): boolean {
    this.#prepare();
    return this.#find();
  }

  release(): void {
    this.#lent = false;
    this.#prepare = nothing;
  }

  /** Finds memory and code where they have moved, and tells whether they have. */
  #find(): boolean {
    if (this.#version === this.#arena.version) return false;
    this.product = this.#linear.program.code()!;
    this.memory = this.#arena.memory;
    this.#version = this.#arena.version;
    return true;
  }
}
