import { type InputData, numbersOf } from "../../chosenRows.ts";
import type { FieldCounts, FieldEngine, ResidualOwner } from "../../fieldEngine.ts";
import type { FieldParts } from "../../fieldParts.ts";
import { isOp, type Node } from "../../graph/graph.ts";
import { type SampleSums, type SampleTail, sampleSums } from "../../passes/sampleSums.ts";
import type { BackendOptions } from "../backend.ts";
import { sameBits } from "../sameBits.ts";
import { MapProgram, type Product } from "./mapProgram.ts";
import { chooseTiling, type Tiling, tilingOf } from "./sizes.ts";
import { Stash } from "./stash.ts";
import { TileWork } from "./work.ts";

/** Options of {@link TiledEngine}. */
export interface TileOptions extends BackendOptions {
  /** Bytes of residuals that are kept from one product to the next. Default 1 GiB. */
  readonly residualBytes?: number;
}

const residualBytes = 2 ** 30;
/** Vectors that are multiplied while a tile's residuals are at hand. */
const mostVectors = 8;

/**
 * Runs a field that is a function of sums over samples, tile by tile.
 *
 * Let S(z) be the sums and T the tail, so that F(z) = T(z, S(z)). A tile computes its part of S, of S' v or of S'^T w in a
 * memory that the cache holds, and the parts are added in a fixed order. With them the tail gives
 *
 *     J v = T_z v + T_S S' v,    J^T u = T_z^T u + S'^T T_S^T u.
 *
 * So memory beside the data does not grow with the number of samples, apart from residuals that are kept for further
 * products at the same point, up to a limit.
 */
export class TiledEngine implements FieldEngine {
  readonly dimension: number;
  readonly counts: { -readonly [K in keyof FieldCounts]: number } = {
    evaluations: 0,
    linearizations: 0,
    relinearizations: 0,
  };
  readonly #symmetric: boolean;
  readonly #work: TileWork;
  readonly #tail: MapProgram;
  /** For each input of a tile and of the tail: a constant, or the place of a data input. */
  readonly #tileSources: readonly (number | Float64Array)[];
  readonly #tailSources: readonly (number | Float64Array)[];
  readonly #residualBytes: number;
  readonly #stashes = new Map<Product, Stash>();
  #loaded: readonly InputData[] | undefined;
  readonly #now: Float64Array;
  /** Whether `#now` is a point, and whether the sums belong to it. */
  #moved = false;
  #summed = false;
  /** The point, then the sums. */
  readonly #tailPoint: Float64Array;
  readonly #block: Float64Array;
  #owner: ResidualOwner | undefined;
  /** The tail's point at the owner's. */
  readonly #ownerPoint: Float64Array;
  #stamp = 0;
  /** Owner for which the tail's residuals are in its memory, by product. */
  readonly #tailOwners = new Map<Product, ResidualOwner>();

  constructor(parts: FieldParts, sums: SampleSums, tiling: Tiling, options: TileOptions = {}) {
    const { tail } = sums;
    const tile = (size: number) => sums.tile(size);
    this.#symmetric = parts.symmetric;
    this.#residualBytes = options.residualBytes ?? residualBytes;
    this.#work = new TileWork(tile, tiling, options);
    this.#tail = new MapProgram(tailParts(tail), options, true);
    this.#tileSources = sums.tile(1).inputs.map(({ source }) => sourceOf(parts, source));
    this.#tailSources = tail.data.map(({ source }) => sourceOf(parts, source));
    this.dimension = this.#work.dimension;
    this.#now = new Float64Array(this.dimension);
    this.#tailPoint = new Float64Array(this.dimension + this.#work.sums);
    this.#ownerPoint = new Float64Array(this.#tailPoint.length);
    this.#block = new Float64Array(this.#work.sums);
  }

  get tiling(): Tiling {
    return this.#work.tiling;
  }

  evaluate(data: readonly InputData[], point: Float64Array, field: Float64Array): number {
    this.#reach(data, point);
    const { arena, compiled } = this.#tail;
    arena.write(compiled.point.place, this.#tailPoint);
    compiled.stages[1].run();
    this.#tailOwners.clear();
    arena.read(compiled.field.place, field);
    return compiled.value === undefined ? Number.NaN : arena.number(compiled.value.place);
  }

  linearize(owner: ResidualOwner): void {
    if (this.#owner === owner) return;
    this.#reach(owner.data, owner.point);
    this.#ownerPoint.set(this.#tailPoint);
    this.#owner = owner;
    this.#stamp++;
    this.#tailOwners.clear();
    this.counts.linearizations++;
  }

  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose = false): void {
    const before = this.counts.linearizations;
    this.linearize(owner);
    this.counts.relinearizations += this.counts.linearizations - before;
    this.#load(owner.data);
    this.#move(owner.point);
    const n = this.dimension;
    for (let at = 0; at < count; at += mostVectors) {
      const some = Math.min(mostVectors, count - at);
      const given = vectors.subarray(at * n, (at + some) * n);
      const result = out.subarray(at * n, (at + some) * n);
      if (transpose) this.#transposed(owner, given, some, result);
      else this.#forward(owner, given, some, result);
    }
  }

  #forward(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    const { dimension: n } = this;
    const m = this.#work.sums;
    const sums = this.#product("forward", vectors, count, m);
    this.#linearizeTail("forward", owner);
    const { directions, products, program } = this.#tail.linear("forward");
    const { arena } = this.#tail;
    for (let k = 0; k < count; k++) {
      arena.write(directions.place, vectors, k * n, n);
      arena.write(directions.place + 8 * n, sums, k * m, m);
      program.run();
      arena.read(products.place, out, k * n, n);
    }
  }

  #transposed(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    const { dimension: n } = this;
    const m = this.#work.sums;
    this.#linearizeTail("transposed", owner);
    const { directions, products, program } = this.#tail.linear("transposed");
    const { arena } = this.#tail;
    const sums = new Float64Array(count * m);
    for (let k = 0; k < count; k++) {
      arena.write(directions.place, vectors, k * n, n);
      program.run();
      arena.read(products.place, out, k * n, n);
      arena.read(products.place + 8 * n, sums, k * m, m);
    }
    const parts = this.#product("transposed", sums, count, n);
    for (let i = 0; i < parts.length; i++) out[i]! += parts[i]!;
  }

  /** Adds up products of all blocks, each of `length` numbers per vector. */
  #product(product: Product, vectors: Float64Array, count: number, length: number): Float64Array {
    const work = this.#work;
    const residuals = { stash: this.#stashOf(product), stamp: this.#stamp };
    const total = new Float64Array(count * length);
    const part = new Float64Array(count * length);
    for (let block = 0; block < work.tiling.blocks; block++) {
      work.multiply(block, product, residuals, vectors, count, block === 0 ? total : part);
      if (block > 0) addTo(total, part);
    }
    return total;
  }

  #stashOf(product: Product): Stash {
    let known = this.#stashes.get(product);
    if (known === undefined) {
      const bytes = this.#symmetric ? this.#residualBytes : this.#residualBytes / 2;
      known = Stash.of(this.tiling.tiles, this.#work.residuals(product), bytes);
      this.#stashes.set(product, known);
    }
    return known;
  }

  #linearizeTail(product: Product, owner: ResidualOwner): void {
    if (this.#tailOwners.get(product) === owner) return;
    const { arena, compiled } = this.#tail;
    const { residuals } = this.#tail.linear(product);
    arena.write(compiled.point.place, this.#ownerPoint);
    compiled.stages[1].run();
    compiled.stages[2].run();
    residuals.run();
    this.#tailOwners.set(product, owner);
  }

  /** Makes the sums those of a point on some data. */
  #reach(data: readonly InputData[], point: Float64Array): void {
    this.#load(data);
    this.#move(point);
    if (this.#summed) return;
    const work = this.#work;
    const total = this.#tailPoint.subarray(this.dimension);
    for (let block = 0; block < work.tiling.blocks; block++) {
      work.evaluate(block, block === 0 ? total : this.#block);
      if (block > 0) addTo(total, this.#block);
    }
    this.#tailPoint.set(point);
    this.#summed = true;
    this.counts.evaluations++;
  }

  #load(data: readonly InputData[]): void {
    if (this.#loaded === data) return;
    const numbers = data.map(numbersOf);
    const given = (sources: readonly (number | Float64Array)[]): Float64Array[] =>
      sources.map((source) => (typeof source === "number" ? numbers[source]! : source));
    this.#work.load(given(this.#tileSources));
    const { arena, compiled } = this.#tail;
    for (const [i, values] of given(this.#tailSources).entries()) arena.write(compiled.data[i]!.place, values);
    compiled.stages[0].run();
    this.#loaded = data;
    this.#summed = false;
    this.#tailOwners.clear();
  }

  #move(point: Float64Array): void {
    if (this.#moved && sameBits(point, this.#now)) return;
    this.#now.set(point);
    this.#work.move(point);
    this.#moved = true;
    this.#summed = false;
  }
}

function addTo(total: Float64Array, part: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
}

function tailParts({ builder, parameters, data, value, field }: SampleTail): FieldParts {
  return {
    builder,
    parameters,
    data: data.map(({ node }) => node),
    ...(value === undefined ? {} : { value }),
    field,
    symmetric: false,
  };
}

/** Gives the place of a data input, or the numbers of a constant. */
function sourceOf({ data = [] }: FieldParts, source: Node): number | Float64Array {
  if (isOp(source, "constant")) return source.attributes.values;
  const place = (data as readonly Node[]).indexOf(source);
  if (place < 0) throw new Error("internal: tiles: an input is not among the data");
  return place;
}

/**
 * Makes an engine that runs a field tile by tile.
 *
 * @param size samples of a tile; default: chosen by the work and the results of a sample
 * @returns undefined if the field is not a function of sums over samples, or if they are too few for tiles to gain
 */
export function tiledEngine(parts: FieldParts, options: TileOptions = {}, size?: number): TiledEngine | undefined {
  const sums = sampleSums(parts);
  if (sums === undefined) return undefined;
  const tiling = size === undefined ? chooseTiling(sums) : tilingOf(sums.samples, size, 1);
  return tiling && new TiledEngine(parts, sums, tiling, options);
}
