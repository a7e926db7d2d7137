import type { SampleTile } from "../../passes/sampleSums.ts";
import type { BackendOptions } from "../backend.ts";
import type { Product } from "./mapProgram.ts";
import { firstTile, type Tiling } from "./sizes.ts";
import type { Stash } from "./stash.ts";
import { TileProgram } from "./tileProgram.ts";

/** Computes blocks of tiles in one thread. */
export class TileWork {
  readonly tiling: Tiling;
  readonly #programs: readonly TileProgram[];

  /** @param tile makes the graph for a number of samples */
  constructor(tile: (size: number) => SampleTile, tiling: Tiling, options: BackendOptions) {
    const { samples, size } = tiling;
    const last = samples % size;
    this.tiling = tiling;
    this.#programs = [size, ...(last === 0 ? [] : [last])].map((count) => new TileProgram(tile(count), count, options));
  }

  get dimension(): number {
    return this.#programs[0]!.dimension;
  }

  get sums(): number {
    return this.#programs[0]!.sums;
  }

  /** Number of residuals of a tile. */
  residuals(product: Product): number {
    return Math.max(...this.#programs.map((program) => program.residuals(product)));
  }

  load(data: readonly Float64Array[]): void {
    for (const program of this.#programs) program.load(data);
  }

  move(point: Float64Array): void {
    for (const program of this.#programs) program.move(point);
  }

  /** Writes the sums over the tiles of a block. */
  evaluate(block: number, into: Float64Array): void {
    this.#tiles(block, (program, _, first, add) => program.evaluate(first, into, add));
  }

  /** Writes products with the Jacobian of a block's sums, for `count` vectors one after the other. */
  multiply(
    block: number,
    product: Product,
    { stash, stamp }: { readonly stash: Stash; readonly stamp: number },
    vectors: Float64Array,
    count: number,
    into: Float64Array,
  ): void {
    this.#tiles(block, (program, tile, first, add) =>
      program.multiply(product, { first, tile, stash, stamp }, vectors, count, into, add),
    );
  }

  #tiles(block: number, each: (program: TileProgram, tile: number, first: number, add: boolean) => void): void {
    const { size, samples } = this.tiling;
    const from = firstTile(this.tiling, block);
    const to = firstTile(this.tiling, block + 1);
    for (let tile = from; tile < to; tile++) {
      const first = tile * size;
      const program = first + size > samples ? this.#programs[1]! : this.#programs[0]!;
      each(program, tile, first, tile > from);
    }
  }
}
