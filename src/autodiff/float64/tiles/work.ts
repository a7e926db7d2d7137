import type { SampleSums } from "../../passes/sampleSums.ts";
import type { BackendOptions } from "../backend.ts";
import type { TileData } from "./rows.ts";
import { firstTile, type Tiling } from "./sizes.ts";
import { type TileGraph, tileGraph } from "./tileGraph.ts";
import { type Tile, TileProgram } from "./tileProgram.ts";

/** What is computed for a block of tiles. */
export type Task =
  | { readonly kind: "evaluate" }
  | { readonly kind: "linearize" }
  | { readonly kind: "multiply"; readonly vectors: Float64Array; readonly count: number };

/** What a thread needs to compute blocks: plain data. */
export interface WorkGraphs {
  readonly tiling: Tiling;
  /** Graph of a full tile, and of the last one if that has fewer samples. */
  readonly graphs: readonly TileGraph[];
}

/** Writes down the graphs of all tiles. */
export function workGraphs(sums: SampleSums, tiling: Tiling): WorkGraphs {
  const { samples, size } = tiling;
  const last = samples % size;
  const sizes = [...(samples >= size ? [size] : []), ...(last === 0 ? [] : [last])];
  return { tiling, graphs: sizes.map((count) => tileGraph(sums.tile(count), count)) };
}

/** Computes blocks of tiles in one thread. */
export class TileWork {
  readonly tiling: Tiling;
  readonly #programs: readonly TileProgram[];

  constructor({ tiling, graphs }: WorkGraphs, options: BackendOptions) {
    this.tiling = tiling;
    this.#programs = graphs.map((graph) => new TileProgram(graph, options));
  }

  /** Numbers of the sums that do not depend on the directions. */
  get pointSums(): number {
    return this.#programs[0]!.pointSums;
  }
  get directions(): number {
    return this.#programs[0]!.directions;
  }
  get movingSums(): number {
    return this.#programs[0]!.movingSums;
  }

  /** Numbers of residuals that are kept of a tile. */
  get residuals(): number {
    return Math.max(...this.#programs.map(({ residuals }) => residuals));
  }

  load(data: readonly TileData[]): void {
    for (const program of this.#programs) program.load(data);
  }

  move(point: Float64Array): void {
    for (const program of this.#programs) program.move(point);
  }

  /** Writes the sums over a block, or the products for each vector, one after the other; or adds a block of one tile. */
  run(task: Task, block: number, kept: Pick<Tile, "stash" | "stamp">, into: Float64Array, add = false): void {
    const { size, samples } = this.tiling;
    const from = firstTile(this.tiling, block);
    const to = firstTile(this.tiling, block + 1);
    for (let number = from; number < to; number++) {
      const tile: Tile = { number, first: number * size, ...kept };
      const program = tile.first + size > samples ? this.#programs.at(-1)! : this.#programs[0]!;
      const adds = add || number > from;
      if (task.kind === "evaluate") program.evaluate(tile.first, into, adds);
      else if (task.kind === "linearize") program.linearize(tile, into, adds);
      else program.multiply(tile, task.vectors, task.count, into, adds);
    }
  }
}
