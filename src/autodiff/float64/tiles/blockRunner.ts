import type { BackendOptions } from "../backend.ts";
import { threadCount } from "../threads/count.ts";
import { Crew } from "../threads/crew.ts";
import { shared } from "../threads/memory.ts";
import { patience } from "../threads/patience.ts";
import { addTo } from "./addTo.ts";
import type { TileData } from "./rows.ts";
import { firstTile, type Tiling } from "./sizes.ts";
import { Stash } from "./stash.ts";
import { type Task, TileWork, type WorkGraphs } from "./work.ts";

/** Vectors that are multiplied while a tile's residuals are at hand, and most bytes of their sums over all blocks. */
const mostVectors = 8;
const vectorBytes = 1 << 28;

/** Options of {@link BlockRunner}. */
export interface BlockOptions extends BackendOptions {
  /** Most bytes of residuals that are kept from one product to the next. */
  readonly residualBytes: number;
  /** Most threads. Default: as `threadCount` says. */
  readonly threads?: number | undefined;
}

/** Computes sums over all blocks, in this thread and in others if the work is worth them. The bits are the same. */
export class BlockRunner {
  readonly tiling: Tiling;
  readonly #work: TileWork;
  readonly #stash: Stash;
  readonly #graphs: WorkGraphs;
  readonly #options: BackendOptions;
  readonly #threads: number | undefined;
  #crew: Crew | undefined;
  #spent = 0;
  #data: readonly TileData[] = [];
  #point: Float64Array = new Float64Array(0);

  constructor(graphs: WorkGraphs, { residualBytes, threads, ...options }: BlockOptions) {
    this.#threads = threads;
    this.tiling = graphs.tiling;
    this.#graphs = graphs;
    this.#options = options;
    this.#work = new TileWork(graphs, options);
    const { residuals } = this.#work;
    const allocate = threadCount(threads) > 1 ? shared : undefined;
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

  load(data: readonly TileData[]): void {
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
    const own = (block: number, into: Float64Array, add = false): void =>
      this.#work.run(task, block, { stash: this.#stash, stamp }, into, add);
    const threads = threadCount(this.#threads);
    const crew = threads > 1 ? this.#crew : undefined;
    if (crew === undefined || !crew.sum(task, { stamp, threads }, total, own)) {
      let part: Float64Array | undefined;
      for (let block = 0; block < blocks; block++) {
        // One tile is added at once: its sums need no place of their own.
        const isOne = firstTile(this.tiling, block + 1) - firstTile(this.tiling, block) === 1;
        if (block === 0 || isOne) {
          own(block, total, block > 0);
          continue;
        }
        part ??= new Float64Array(total.length);
        own(block, part);
        addTo(total, part);
      }
      this.#spent += performance.now() - start;
      if (threads > 1 && blocks > 1 && this.#spent > patience) this.#callHelp(threads);
    }
    return total;
  }

  #callHelp(threads: number): void {
    this.#spent = 0;
    // Rows that this thread reads from a file others cannot have.
    if (this.#crew !== undefined || !this.#data.every((values) => values instanceof Float64Array)) return;
    this.#crew = Crew.of({
      threads,
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
