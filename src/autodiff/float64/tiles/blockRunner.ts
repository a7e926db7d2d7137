import type { BackendOptions } from "../backend.ts";
import { threadCount } from "../threads/count.ts";
import { Crew } from "../threads/crew.ts";
import { shared } from "../threads/memory.ts";
import { addTo } from "./addTo.ts";
import type { Tiling } from "./sizes.ts";
import { Stash } from "./stash.ts";
import { type Task, TileWork, type WorkGraphs } from "./work.ts";

/** Vectors that are multiplied while a tile's residuals are at hand, and most bytes of their sums over all blocks. */
const mostVectors = 8;
const vectorBytes = 1 << 28;
/** Milliseconds of work after which other threads are asked to help. They take about as long to be ready. */
const patience = 300;

/** Computes sums over all blocks, in this thread and in others if the work is worth them. The bits are the same. */
export class BlockRunner {
  readonly tiling: Tiling;
  readonly #work: TileWork;
  readonly #stash: Stash;
  readonly #graphs: WorkGraphs;
  readonly #options: BackendOptions;
  #crew: Crew | undefined;
  #spent = 0;
  #data: readonly Float64Array[] = [];
  #point: Float64Array = new Float64Array(0);

  /** @param residualBytes most bytes of residuals that are kept from one product to the next */
  constructor(graphs: WorkGraphs, options: BackendOptions, residualBytes: number) {
    this.tiling = graphs.tiling;
    this.#graphs = graphs;
    this.#options = options;
    this.#work = new TileWork(graphs, options);
    const { residuals } = this.#work;
    const allocate = threadCount() > 1 ? shared : undefined;
    this.#stash = Stash.of(residuals === 0 ? 0 : this.tiling.tiles, residuals, residualBytes, allocate);
  }

  /** Numbers of the sums that do not depend on the directions, of the directions, and of the other sums. */
  get pointSums(): number {
    return this.#work.pointSums;
  }
  get movingSums(): number {
    return this.#work.movingSums;
  }

  /** Number of vectors that may be multiplied at once. */
  get mostVectors(): number {
    const most = Math.floor(vectorBytes / (8 * this.tiling.blocks * Math.max(1, this.movingSums)));
    return Math.max(1, Math.min(mostVectors, most));
  }

  load(data: readonly Float64Array[]): void {
    this.#data = data;
    this.#work.load(data);
    this.#crew?.load(data);
  }

  move(point: Float64Array): void {
    this.#point = point;
    this.#work.move(point);
    this.#crew?.move(point);
  }

  /** Writes the sums over all blocks, added in the order of the blocks. */
  sum(task: Task, stamp: number, total: Float64Array): Float64Array {
    if (total.length === 0) return total;
    const start = performance.now();
    const { blocks } = this.tiling;
    const own = (block: number, into: Float64Array): void => this.#work.run(task, block, this.#stash, stamp, into);
    if (this.#crew === undefined || !this.#crew.sum(task, stamp, total, own)) {
      const part = new Float64Array(total.length);
      for (let block = 0; block < blocks; block++) {
        own(block, block === 0 ? total : part);
        if (block > 0) addTo(total, part);
      }
      this.#spent += performance.now() - start;
      if (this.#spent > patience && blocks > 1) this.#callHelp();
    }
    return total;
  }

  #callHelp(): void {
    this.#spent = 0;
    if (this.#crew !== undefined || threadCount() === 1) return;
    this.#crew = Crew.of({
      graphs: this.#graphs,
      options: this.#options,
      stash: this.#stash,
      pointLength: this.#point.length,
      directions: this.#work.directions,
      sums: Math.max(this.pointSums, this.mostVectors * this.movingSums),
      vectors: this.mostVectors,
    });
    this.#crew?.load(this.#data);
    this.#crew?.move(this.#point);
  }
}
