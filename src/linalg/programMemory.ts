import type { LinearMap } from "./linearMap.ts";
import type { WasmFunction, WasmMemory } from "./wasm/host.ts";

/**
 * Key under which a linear map lends the memory of its program. It is a symbol, so that no map of a user has it by
 * accident. Maps that pass vectors on unchanged lend what theirs lends.
 */
export const memoryOfProgram: unique symbol = Symbol("memoryOfProgram");

/** A linear map whose products a program in WebAssembly computes. */
interface ProgramMap extends LinearMap {
  /**
   * Lends memory for so many numbers; undefined where that does not pay, or where another solver has it.
   *
   * @param onProduct is called before each product
   */
  [memoryOfProgram](numbers: number, onProduct?: () => void): ProgramMemory | undefined;
}

/**
 * The memory of a program that computes A v, lent to a solver whose vectors then lie beside those of the program. One
 * call of WebAssembly can do a product and passes over vectors, and nothing is copied.
 *
 * Addresses are in bytes and stay as they are, even if everything moves to another memory.
 */
export interface ProgramMemory {
  readonly memory: WasmMemory;
  /** Computes the vector at `output` from that at `input`. */
  readonly product: WasmFunction;
  readonly input: number;
  readonly output: number;
  /** Where the solver's own numbers begin, at a multiple of 16. They are arbitrary at first. */
  readonly own: number;
  /**
   * Makes the program ready for one product. It comes before each, since code in between may have used the program at
   * another point.
   *
   * @returns whether `memory` and `product` have changed since the last call, or since they were lent
   */
  prepare(): boolean;
  /** Gives the memory back. */
  release(): void;
}

/** Borrows memory beside the program of a map; undefined for maps that have none to lend. */
export function borrowMemory(map: LinearMap, numbers: number, onProduct?: () => void): ProgramMemory | undefined {
  return memoryOfProgram in map ? (map as ProgramMap)[memoryOfProgram](numbers, onProduct) : undefined;
}

/** Key under which a problem lends the memory of its program to a run. It is a symbol, as {@link memoryOfProgram} is. */
export const vectorsOfProgram: unique symbol = Symbol("vectors");

/** What lends vectors that lie beside a program. */
export interface VectorLender {
  /**
   * Lends so many vectors as long as the point, at least two, of which all are arbitrary. The program evaluates without
   * copies where its point is the last of them and its field the one before it. They stay the borrower's for good.
   *
   * @returns undefined where that does not pay
   */
  [vectorsOfProgram]?(count: number): readonly Float64Array[] | undefined;
}
