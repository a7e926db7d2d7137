import type { LinearMap } from "./linearMap.ts";
import { borrowMemory, type ProgramMemory } from "./programMemory.ts";
import type { WasmFunction, WasmMemory } from "./wasm/host.ts";
import { scaledProduct } from "./wasm/scaledProduct.ts";

/** Programs of scaled maps, by the program of the map. The places are those for which they were compiled. */
const known = new WeakMap<WasmFunction, { readonly own: number; readonly n: number; readonly product: WasmFunction }>();

/**
 * Borrows memory beside the program of a map A for the map R A C with diagonal R and C. The diagonals and the vector
 * that goes in lie in it too.
 */
export function borrowScaled(
  map: LinearMap,
  rows: Float64Array,
  columns: Float64Array,
  numbers: number,
  onProduct?: () => void,
): ProgramMemory | undefined {
  const stride = 2 * Math.ceil(map.columns / 2);
  const inner = borrowMemory(map, 3 * stride + numbers, onProduct);
  return inner === undefined ? undefined : new ScaledMemory(inner, rows, columns, 8 * stride);
}

class ScaledMemory implements ProgramMemory {
  readonly input: number;
  readonly output: number;
  readonly own: number;
  product: WasmFunction;
  readonly #inner: ProgramMemory;
  readonly #n: number;
  readonly #columns: number;
  readonly #rows: number;

  constructor(inner: ProgramMemory, rows: Float64Array, columns: Float64Array, stride: number) {
    this.#inner = inner;
    this.#n = columns.length;
    this.#columns = inner.own;
    this.#rows = inner.own + stride;
    this.input = inner.own + 2 * stride;
    this.own = inner.own + 3 * stride;
    this.output = inner.output;
    const { buffer } = inner.memory;
    new Float64Array(buffer, this.#columns, columns.length).set(columns);
    new Float64Array(buffer, this.#rows, rows.length).set(rows);
    this.product = this.#compiled();
  }

  get memory(): WasmMemory {
    return this.#inner.memory;
  }

  prepare(): boolean {
    if (!this.#inner.prepare()) return false;
    this.product = this.#compiled();
    return true;
  }

  release(): void {
    this.#inner.release();
  }

  #compiled(): WasmFunction {
    const { product, memory, input, own } = this.#inner;
    const found = known.get(product);
    if (found !== undefined && found.own === own && found.n === this.#n) return found.product;
    const places = { input: this.input, columns: this.#columns, inner: input, rows: this.#rows, output: this.output };
    const made = scaledProduct(product, memory, places, this.#n);
    known.set(product, { own, n: this.#n, product: made });
    return made;
  }
}
