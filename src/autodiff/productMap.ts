import { failure } from "../errors.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import { ownDiagonal, ownGram, ownMatrix } from "../linalg/ownMatrix.ts";
import type { InputData } from "./chosenRows.ts";
import type { FieldEngine, ResidualOwner } from "./fieldEngine.ts";

/** Names of the programs of a map, and its size. */
export interface ProductPrograms {
  readonly rows: number;
  readonly columns: number;
  readonly forward: string;
  /** Program of the transpose. Absent if the map is symmetric, or if nobody needs the transpose. */
  readonly transposed?: string;
  /** Computes the matrix, row-major, in `into` if given, where that is cheaper than products; undefined if it is not. */
  readonly matrix?: (into?: Float64Array) => Float64Array | undefined;
  /** Computes the diagonal, on the same condition. */
  readonly diagonal?: () => Float64Array | undefined;
  /** Computes A A^T, on the same condition. */
  readonly gram?: () => Float64Array | undefined;
}

/** One of the further maps of a field at a point. It stays valid, as the Jacobian does. */
export class ProductMap implements LinearMap, ResidualOwner {
  readonly rows: number;
  readonly columns: number;
  readonly symmetric: boolean;
  readonly data: readonly InputData[];
  readonly point: Float64Array;
  readonly #engine: FieldEngine;
  readonly #programs: ProductPrograms;

  constructor(engine: FieldEngine, data: readonly InputData[], point: Float64Array, programs: ProductPrograms) {
    this.rows = programs.rows;
    this.columns = programs.columns;
    this.symmetric = programs.transposed === undefined && programs.rows === programs.columns;
    this.data = data;
    this.point = point;
    this.#engine = engine;
    this.#programs = programs;
  }

  apply(v: Float64Array, out: Float64Array): void {
    this.#multiply(this.#programs.forward, v, 1, out, this.columns, this.rows);
  }

  applyTranspose(u: Float64Array, out: Float64Array): void {
    const { forward, transposed = forward } = this.#programs;
    this.#multiply(transposed, u, 1, out, this.rows, this.columns);
  }

  applyMany(vectors: Float64Array, count: number, out: Float64Array): void {
    this.#multiply(this.#programs.forward, vectors, count, out, this.columns, this.rows);
  }

  [ownMatrix](into?: Float64Array): Float64Array | undefined {
    return this.#programs.matrix?.(into);
  }

  [ownGram](): Float64Array | undefined {
    return this.#programs.gram?.();
  }

  [ownDiagonal](): Float64Array | undefined {
    return this.#programs.diagonal?.();
  }

  #multiply(name: string, vectors: Float64Array, count: number, out: Float64Array, from: number, to: number): void {
    if (vectors.length !== count * from || out.length !== count * to) {
      throw failure(
        "ERR_LENGTH",
        `linear map: expected ${count * from} numbers to multiply and ${count * to} for the result, ` +
          `got ${vectors.length} and ${out.length}`,
      );
    }
    this.#engine.multiplyBy(name, this, vectors, count, out);
  }
}
