import { failure } from "../errors.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import { memoryOfProgram, type ProgramMemory } from "../linalg/programMemory.ts";
import type { InputData } from "./chosenRows.ts";
import type { FieldEngine, ResidualOwner } from "./fieldEngine.ts";

/**
 * J at a point. It stays valid: if the residuals in memory belong to another point by now, the engine linearises again.
 */
export class FieldMap implements LinearMap, ResidualOwner {
  readonly rows: number;
  readonly columns: number;
  readonly data: readonly InputData[];
  readonly point: Float64Array;
  readonly symmetric: boolean;
  readonly #engine: FieldEngine;

  constructor(engine: FieldEngine, data: readonly InputData[], point: Float64Array, symmetric: boolean) {
    this.rows = engine.dimension;
    this.columns = engine.dimension;
    this.data = data;
    this.point = point;
    this.symmetric = symmetric;
    this.#engine = engine;
  }

  apply(v: Float64Array, out: Float64Array): void {
    this.#multiply(v, 1, out, false);
  }

  applyTranspose(u: Float64Array, out: Float64Array): void {
    this.#multiply(u, 1, out, !this.symmetric);
  }

  applyMany(vectors: Float64Array, count: number, out: Float64Array): void {
    this.#multiply(vectors, count, out, false);
  }

  [memoryOfProgram](numbers: number, onProduct?: () => void): ProgramMemory | undefined {
    return this.#engine.lend?.(this, numbers, onProduct);
  }

  #multiply(vectors: Float64Array, count: number, out: Float64Array, transpose: boolean): void {
    const length = count * this.rows;
    if (vectors.length !== length || out.length !== length) {
      throw failure(
        "ERR_LENGTH",
        `linear map: expected ${length} numbers to multiply and as many for the result, ` +
          `got ${vectors.length} and ${out.length}`,
      );
    }
    this.#engine.multiply(this, vectors, count, out, transpose);
  }
}
