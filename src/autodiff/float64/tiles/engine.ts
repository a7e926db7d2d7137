import type { InputData } from "../../chosenRows.ts";
import type { FieldCounts, FieldEngine, ResidualOwner } from "../../fieldEngine.ts";
import type { FieldParts } from "../../fieldParts.ts";
import { sizeOf } from "../../graph/graph.ts";
import { productGraph, rewritten } from "../../passes/linearize.ts";
import { directionsOf } from "../../passes/pass.ts";
import { type SampleSums, sampleSums } from "../../passes/sampleSums.ts";
import { type BackendOptions, backendOf } from "../backend.ts";
import { Float64Engine } from "../engine.ts";
import { residualBytes } from "./residualBytes.ts";
import { chooseTiling, isLittleWork, type Tiling, tilingOf } from "./sizes.ts";
import { type SummedOptions, SummedProgram } from "./summedProgram.ts";

/** Options of {@link tiledEngine}. */
interface TileOptions extends BackendOptions {
  /** Bytes of residuals that are kept from one product to the next. Default: as `residualBytes` says. */
  readonly residualBytes?: number;
  /** Samples of a tile. Default: chosen by the work and the results of a sample. */
  readonly size?: number;
  /** Most threads. Default: as `threadCount` says. */
  readonly threads?: number | undefined;
}

/** The graphs of a field as functions of sums over samples. */
interface SummedField {
  readonly field: SampleSums;
  readonly forward: SampleSums;
  /** Absent if the Jacobian is symmetric. */
  readonly transposed?: SampleSums;
}

/**
 * Runs a field that is a function of sums over samples, tile by tile.
 *
 * Let S(z) be the sums and T the tail, so that F(z) = T(z, S(z)). A tile computes its part of S in a memory that the cache
 * holds, and the parts are added in a fixed order. The graphs of J v and J^T u are cut in the same way, after all passes
 * that make them cheaper. So memory beside the data does not grow with the number of samples, apart from residuals that
 * are kept for further products at the same point, up to a limit; beyond it they are computed for each product.
 */
class TiledEngine implements FieldEngine {
  readonly dimension: number;
  readonly counts: { -readonly [K in keyof FieldCounts]: number } = {
    evaluations: 0,
    linearizations: 0,
    relinearizations: 0,
  };
  readonly #parts: FieldParts;
  readonly #sums: SummedField;
  readonly #options: SummedOptions;
  readonly #field: SummedProgram;
  /** Compiled when they are first needed. */
  #forward: SummedProgram | undefined;
  #transposed: SummedProgram | undefined;
  readonly #maps = new Map<string, SummedProgram | undefined>();
  /** Multiplies by maps whose products are not sums over samples. */
  #whole: Float64Engine | undefined;
  #owner: ResidualOwner | undefined;

  constructor(parts: FieldParts, sums: SummedField, tiling: Tiling, options: TileOptions = {}) {
    const { residualBytes: bytes = residualBytes(), ...backend } = options;
    this.#parts = parts;
    this.#sums = sums;
    // Both products may be needed by turns, each with residuals of its own.
    this.#options = { ...backend, tiling, residualBytes: parts.symmetric ? bytes : bytes / 2 };
    this.#field = new SummedProgram(sums.field, parts, { ...this.#options, residualBytes: 0 });
    this.dimension = parts.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  get tiling(): Tiling {
    return this.#field.tiling;
  }

  evaluate(data: readonly InputData[], point: Float64Array, field: Float64Array): number {
    if (this.#field.evaluate(data, point)) this.counts.evaluations++;
    const hasValue = this.#parts.value !== undefined;
    this.#field.outputs(hasValue ? 1 : 0, field);
    return hasValue ? this.#field.output(0) : Number.NaN;
  }

  linearize(owner: ResidualOwner): void {
    if (this.#owner === owner) return;
    this.#owner = owner;
    this.counts.linearizations++;
  }

  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose = false): void {
    if (this.#owner !== owner) {
      this.linearize(owner);
      this.counts.relinearizations++;
    }
    const program = transpose ? this.#forTranspose() : this.#forForward();
    program.linearize(owner.data, owner.point);
    program.multiply(vectors, count, out);
  }

  multiplyBy(name: string, owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    if (!this.#maps.has(name)) this.#maps.set(name, this.#summed(name));
    const program = this.#maps.get(name);
    if (program !== undefined) {
      program.linearize(owner.data, owner.point);
      program.multiply(vectors, count, out);
      return;
    }
    if (this.#whole === undefined) {
      const { value: _, ...parts } = this.#parts;
      this.#whole = new Float64Engine({ ...parts, field: [] }, this.#options);
    }
    this.#whole.multiplyBy(name, owner, vectors, count, out);
  }

  /** Compiles a map whose products are sums over the samples. */
  #summed(name: string): SummedProgram | undefined {
    const { builder, parameters, maps } = this.#parts;
    const graph = maps?.[name]?.();
    if (graph === undefined) throw new Error(`internal: engine: no map is named ${name}`);
    const product = rewritten(builder, graph, backendOf(this.#options).compile.rewrite);
    const directions = directionsOf(product);
    const sums = sampleSums({ parameters, directions, outputs: product.outputs }, this.tiling.samples);
    return sums && new SummedProgram(sums, this.#parts, this.#options);
  }

  #forForward(): SummedProgram {
    this.#forward ??= new SummedProgram(this.#sums.forward, this.#parts, this.#options);
    return this.#forward;
  }

  #forTranspose(): SummedProgram {
    const sums = this.#sums.transposed ?? this.#sums.forward;
    this.#transposed ??= new SummedProgram(sums, this.#parts, this.#options);
    return this.#transposed;
  }
}

/**
 * Makes an engine that runs a field tile by tile.
 *
 * @returns undefined if the field is not a function of sums over samples, or if they are too few for tiles to gain
 */
export function tiledEngine(parts: FieldParts, options: TileOptions = {}): TiledEngine | undefined {
  const { size, ...others } = options;
  const { builder, parameters, value, field } = parts;
  const outputs = value === undefined ? field : [value, ...field];
  if (size === undefined && isLittleWork(outputs)) return undefined;
  const sums = sampleSums({ parameters, outputs });
  if (sums === undefined) return undefined;
  const tiling = size === undefined ? chooseTiling(sums) : tilingOf(sums.samples, size, 1);
  if (tiling === undefined) return undefined;
  const { rewrite } = backendOf(others).compile;
  const product = (transpose: boolean): SampleSums | undefined => {
    const graph = productGraph(builder, field, parameters, { rewrite, transpose });
    return sampleSums({ parameters, directions: directionsOf(graph), outputs: graph.outputs }, tiling.samples);
  };
  const forward = product(false);
  const transposed = parts.symmetric ? undefined : product(true);
  if (forward === undefined || (transposed === undefined && !parts.symmetric)) return undefined;
  const summed = { field: sums, forward, ...(transposed === undefined ? {} : { transposed }) };
  return new TiledEngine(parts, summed, tiling, others);
}
