import { type Node, sizeOf } from "../../graph/graph.ts";
import { dependents, reachable } from "../../graph/walk.ts";
import type { SampleTile } from "../../passes/sampleSums.ts";
import type { BackendOptions } from "../backend.ts";
import type { LinearProgram } from "../compile.ts";
import { isStored } from "../stages.ts";
import { collect, MapProgram, type Product } from "./mapProgram.ts";
import { copyRows, type Rows, rowsOf } from "./rows.ts";
import type { Stash } from "./stash.ts";

/** What a product reads of a tile's residuals. */
interface Reads {
  readonly program: LinearProgram;
  /** Residuals that differ from tile to tile. */
  readonly kept: readonly { readonly place: number; readonly size: number }[];
  readonly size: number;
  /** Inputs of the tile that it reads. */
  readonly inputs: readonly number[];
  /** Whether it also reads what depends on the point alone. */
  readonly readsPoint: boolean;
  /** Stamp of the point for which those were computed. */
  pointStamp: number;
}

/** Runs the sums over a fixed number of samples, and their derivatives. */
export class TileProgram {
  readonly size: number;
  readonly #map: MapProgram;
  readonly #rows: readonly (Rows | undefined)[];
  /** Inputs that differ from tile to tile. */
  readonly #leaves: readonly Node[];
  readonly #inputOf: ReadonlyMap<Node, number>;
  readonly #reads = new Map<Product, Reads>();
  #data: readonly Float64Array[] = [];

  constructor(tile: SampleTile, size: number, options: BackendOptions) {
    const { builder, parameters, inputs, sums } = tile;
    this.size = size;
    this.#map = new MapProgram(
      { builder, parameters, data: inputs.map(({ node }) => node), field: sums, symmetric: false },
      options,
      false,
    );
    this.#rows = inputs.map(({ source, place }) => place && rowsOf(source.shape, place));
    this.#inputOf = new Map(inputs.map(({ node }, i) => [node as Node, i]));
    this.#leaves = inputs.filter(({ place }) => place !== undefined).map(({ node }) => node);
  }

  get sums(): number {
    return this.#map.outputs;
  }

  get dimension(): number {
    return this.#map.inputs;
  }

  /** Takes the data: for each input the numbers of all samples. Those without samples are read now. */
  load(data: readonly Float64Array[]): void {
    this.#data = data;
    for (const [i, values] of data.entries()) {
      if (this.#rows[i] === undefined) this.#map.arena.write(this.#map.compiled.data[i]!.place, values);
    }
    for (const reads of this.#reads.values()) reads.pointStamp = -1;
  }

  /** Takes a point. What depends on the old one is no longer valid. */
  move(point: Float64Array): void {
    this.#map.arena.write(this.#map.compiled.point.place, point);
    for (const reads of this.#reads.values()) reads.pointStamp = -1;
  }

  /** Number of residuals of a tile. */
  residuals(product: Product): number {
    return this.#readsOf(product).size;
  }

  /** Writes the sums over the samples from `first` on, or adds them to those that are there. */
  evaluate(first: number, into: Float64Array, add: boolean): void {
    const { arena, compiled } = this.#map;
    for (const i of this.#rows.keys()) this.#read(i, first);
    compiled.stages[0].run();
    compiled.stages[1].run();
    collect(arena, compiled.field.place, into, 0, this.#map.outputs, add);
  }

  /**
   * Writes products of the sums' Jacobian with several vectors, or adds them to those that are there. The residuals come
   * from the stash if it has them for this stamp, else they are computed, and kept if the stash has a slot for the tile.
   */
  multiply(
    product: Product,
    { first, tile, stash, stamp }: { first: number; tile: number; stash: Stash; stamp: number },
    vectors: Float64Array,
    count: number,
    into: Float64Array,
    add: boolean,
  ): void {
    const { arena, compiled } = this.#map;
    const reads = this.#readsOf(product);
    const { directions, products, program, residuals } = reads.program;
    if (stash.has(tile, stamp) && (!reads.readsPoint || reads.pointStamp === stamp)) {
      for (const i of reads.inputs) this.#read(i, first);
      let at = stash.start(tile);
      for (const { place, size } of reads.kept) {
        arena.write(place, stash.numbers, at, size);
        at += size;
      }
    } else {
      for (const i of this.#rows.keys()) this.#read(i, first);
      for (const stage of compiled.stages) stage.run();
      residuals.run();
      reads.pointStamp = stamp;
      if (stash.holds(tile) && !stash.has(tile, stamp)) {
        let at = stash.start(tile);
        for (const { place, size } of reads.kept) {
          arena.read(place, stash.numbers, at, size);
          at += size;
        }
        stash.mark(tile, stamp);
      }
    }
    for (let k = 0; k < count; k++) {
      arena.write(directions.place, vectors, k * directions.length, directions.length);
      program.run();
      collect(arena, products.place, into, k * products.length, products.length, add);
    }
  }

  #read(input: number, first: number): void {
    const rows = this.#rows[input];
    if (rows === undefined) return;
    copyRows(this.#data[input]!, rows, first, this.size, this.#map.arena, this.#map.compiled.data[input]!.place);
  }

  #readsOf(product: Product): Reads {
    let known = this.#reads.get(product);
    if (known === undefined) {
      const program = this.#map.linear(product);
      const kept = [];
      const inputs = [];
      let readsPoint = false;
      const varying = dependents(reachable(program.reads.map(({ node }) => node)), this.#leaves);
      for (const { node, buffer } of program.reads) {
        const input = this.#inputOf.get(node);
        if (input !== undefined) inputs.push(input);
        else if (!varying.has(node)) readsPoint ||= isStored(node);
        else kept.push({ place: buffer.place, size: sizeOf(node.shape) });
      }
      const size = kept.reduce((sum, range) => sum + range.size, 0);
      known = { program, kept, size, inputs, readsPoint, pointStamp: -1 };
      this.#reads.set(product, known);
    }
    return known;
  }
}
