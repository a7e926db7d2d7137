import { type Node, sizeOf } from "../../graph/graph.ts";
import { dependents, reachable } from "../../graph/walk.ts";
import type { Arena } from "../arena.ts";
import type { BackendOptions } from "../backend.ts";
import type { CompiledField } from "../compile.ts";
import { isStored } from "../stages.ts";
import { copyRows } from "./copyRows.ts";
import { collect, compileMap } from "./mapProgram.ts";
import type { Rows, TileData } from "./rows.ts";
import type { Stash } from "./stash.ts";
import { type TileGraph, tileNodes } from "./tileGraph.ts";

/** A tile: its number, its first sample, and where its residuals are kept for which point. */
export interface Tile {
  readonly number: number;
  readonly first: number;
  readonly stash: Stash;
  /** Number of the point, above 0. */
  readonly stamp: number;
}

/** Runs the sums over a fixed number of samples. */
export class TileProgram {
  readonly size: number;
  readonly #arena: Arena;
  readonly #compiled: CompiledField;
  readonly #rows: readonly (Rows | undefined)[];
  /** Inputs that products read, and residuals that differ from tile to tile. */
  readonly #linearInputs: readonly number[];
  readonly #kept: readonly { readonly place: number; readonly size: number }[];
  /** Whether products also read what depends on the point alone, and the point for which that was computed. */
  readonly #readsPoint: boolean;
  #computed = 0;
  #direction: Float64Array | undefined;
  #data: readonly TileData[] = [];

  constructor(graph: TileGraph, options: BackendOptions) {
    const { builder, parameters, directions, data, pointSums, movingSums } = tileNodes(graph);
    this.size = graph.size;
    const { arena, compiled } = compileMap(
      {
        builder,
        parameters,
        directions,
        data,
        outputs: pointSums,
        linear: movingSums,
        sampled: graph.rows.map((rows) => rows && { rows, count: graph.size }),
      },
      options,
    );
    this.#arena = arena;
    this.#compiled = compiled;
    this.#rows = graph.rows;
    const { reads } = compiled.jacobian;
    const leaves = data.filter((_, i) => this.#rows[i] !== undefined);
    const varying = dependents(reachable(reads.map(({ node }) => node)), leaves);
    const inputOf = new Map<Node, number>(data.map((node, i) => [node, i]));
    this.#linearInputs = reads.flatMap(({ node }) => inputOf.get(node) ?? []);
    const residuals = reads.filter(({ node }) => !inputOf.has(node));
    this.#kept = residuals
      .filter(({ node }) => varying.has(node))
      .map(({ node, buffer }) => ({ place: buffer.place, size: sizeOf(node.shape) }));
    this.#readsPoint = residuals.some(({ node }) => !varying.has(node) && isStored(node));
  }

  /** Numbers of the sums that do not depend on the directions. */
  get pointSums(): number {
    return this.#compiled.field.length;
  }

  /** Numbers of the directions, and of the sums that depend on them. */
  get directions(): number {
    return this.#compiled.jacobian.directions.length;
  }
  get movingSums(): number {
    return this.#compiled.jacobian.products.length;
  }

  /** Numbers of residuals that are kept of a tile. */
  get residuals(): number {
    return this.#kept.reduce((sum, { size }) => sum + size, 0);
  }

  /** Takes the data: for each input the numbers of all samples. Those without samples are read now. */
  load(data: readonly TileData[]): void {
    this.#data = data;
    const { outside } = this.#arena;
    for (const [i, buffer] of this.#compiled.data.entries()) {
      const { place, size } = buffer;
      // Inputs without samples are one group of one sample.
      if (this.#rows[i] === undefined)
        copyRows(data[i]!, { width: size, groups: 1, stride: 0 }, 0, 1, this.#arena, place);
      else if (outside?.has(buffer) === true) outside.load(buffer, data[i]!);
    }
    this.#computed = 0;
  }

  /** Takes a point. What depends on the old one is no longer valid. */
  move(point: Float64Array): void {
    this.#arena.write(this.#compiled.point.place, point);
    this.#computed = 0;
  }

  /** Writes the sums over a tile, or adds them to those that are there. */
  evaluate(first: number, into: Float64Array, add: boolean): void {
    for (const i of this.#rows.keys()) this.#read(i, first);
    const [prepare, evaluate] = this.#compiled.stages;
    prepare.run();
    evaluate.run();
    this.#collectSums(into, add);
  }

  /** Does the same, and keeps the residuals for products. */
  linearize(tile: Tile, into: Float64Array, add: boolean): void {
    this.#compute(tile);
    this.#collectSums(into, add);
  }

  /**
   * Writes products with several directions, or adds them to those that are there. The residuals come from the stash, or
   * are computed if it does not have them.
   */
  multiply(tile: Tile, vectors: Float64Array, count: number, into: Float64Array, add: boolean): void {
    // Several vectors take turns in the memory; one stays there for all tiles.
    const isThere = count === 1 && this.#direction === vectors;
    this.#direction = vectors;
    const { stash, stamp, number, first } = tile;
    if (stash.has(number, stamp) && (!this.#readsPoint || this.#computed === stamp)) {
      for (const i of this.#linearInputs) this.#read(i, first);
      let at = stash.start(number);
      for (const { place, size } of this.#kept) {
        this.#arena.write(place, stash.numbers, at, size);
        at += size;
      }
    } else {
      this.#compute(tile);
    }
    const { directions, products, program } = this.#compiled.jacobian;
    for (let k = 0; k < count; k++) {
      if (!isThere) this.#arena.write(directions.place, vectors, k * directions.length, directions.length);
      program.run();
      collect(this.#arena, products.place, into, k * products.length, products.length, add);
    }
  }

  /** Computes the residuals, and keeps them if there is a slot. */
  #compute({ stash, stamp, number, first }: Tile): void {
    for (const i of this.#rows.keys()) this.#read(i, first);
    for (const stage of this.#compiled.stages) stage.run();
    this.#compiled.jacobian.residuals.run();
    this.#computed = stamp;
    if (!stash.holds(number) || stash.has(number, stamp)) return;
    let at = stash.start(number);
    for (const { place, size } of this.#kept) {
      this.#arena.read(place, stash.numbers, at, size);
      at += size;
    }
    stash.mark(number, stamp);
  }

  #collectSums(into: Float64Array, add: boolean): void {
    const { place, length } = this.#compiled.field;
    collect(this.#arena, place, into, 0, length, add);
  }

  #read(input: number, first: number): void {
    const rows = this.#rows[input];
    if (rows === undefined) return;
    const buffer = this.#compiled.data[input]!;
    const { outside } = this.#arena;
    if (outside?.has(buffer) === true) outside.move(buffer, this.#data[input]!, first);
    else copyRows(this.#data[input]!, rows, first, this.size, this.#arena, buffer.place);
  }
}
