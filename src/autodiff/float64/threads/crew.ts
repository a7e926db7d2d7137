import { describeBlas } from "../../../linalg/blas/blas.ts";
import type { BackendOptions } from "../backend.ts";
import { addTo } from "../tiles/addTo.ts";
import type { TileData } from "../tiles/rows.ts";
import type { Stash } from "../tiles/stash.ts";
import type { Task, WorkGraphs } from "../tiles/work.ts";
import { shared } from "./memory.ts";
import { Pool, processPool } from "./pool.ts";
import type { JobData, ToThread } from "./protocol.ts";
import { kinds } from "./threadData.ts";

/** What a crew needs to begin. */
interface CrewParts {
  /** Number of threads, this one among them. */
  readonly threads: number;
  readonly graphs: WorkGraphs;
  readonly options: BackendOptions;
  readonly stash: Stash;
  readonly pointLength: number;
  readonly directions: number;
  /** Most numbers of a block. */
  readonly sums: number;
  /** Most vectors of a product. */
  readonly vectors: number;
}

/** Tells threads of jobs that nobody holds any more. */
const dropped = new FinalizationRegistry<{ readonly pool: Pool; readonly job: number }>(({ pool, job }) =>
  pool.send({ kind: "drop", job } satisfies ToThread),
);

/** The threads of this process at work on one field. */
export class Crew {
  readonly #pool: Pool;
  readonly #job: number;
  readonly #blocks: number;
  readonly #point: Float64Array;
  readonly #vectors: Float64Array;
  readonly #sums: Float64Array;
  #pointNumber = 0;
  #canShare = true;

  private constructor(pool: Pool, data: JobData) {
    this.#pool = pool;
    this.#job = pool.newJob();
    this.#blocks = data.graphs.tiling.blocks;
    this.#point = data.point;
    this.#vectors = data.vectors;
    this.#sums = data.sums;
    pool.send({ kind: "job", job: this.#job, data } satisfies ToThread);
    dropped.register(this, { pool, job: this.#job });
  }

  /** Puts the threads to work; undefined if there are none, or no memory to share with them. */
  static of({ threads, graphs, options, stash, pointLength, directions, sums, vectors }: CrewParts): Crew | undefined {
    const numbers = (length: number): Float64Array | undefined => {
      const memory = shared(8 * length);
      return memory && new Float64Array(memory);
    };
    const point = numbers(pointLength);
    const given = numbers(vectors * directions);
    const results = numbers(graphs.tiling.blocks * sums);
    if (point === undefined || given === undefined || results === undefined) return undefined;
    processPool.current ??= new Pool(threads - 1);
    const pool = processPool.current;
    if (pool.closed) return undefined;
    const { numbers: kept, stamps, size } = stash;
    return new Crew(pool, {
      graphs,
      // The library that this thread has found, so that others do not find another one.
      options: { ...options, blas: describeBlas(options.blas).library ?? "off" },
      stash: { numbers: kept, stamps, size },
      point,
      vectors: given,
      sums: results,
    });
  }

  /** Gives the threads the data, in memory that all share. What this thread has to read for them they cannot have. */
  load(data: readonly TileData[]): void {
    const given = data.filter((values) => values instanceof Float64Array);
    this.#canShare = given.length === data.length;
    if (this.#canShare) this.#share(given);
  }

  #share(data: readonly Float64Array[]): void {
    const all = data.map((values) => {
      if (values.buffer instanceof SharedArrayBuffer) return values;
      const memory = shared(8 * values.length);
      const copy = memory && new Float64Array(memory);
      copy?.set(values);
      return copy;
    });
    if (all.every((values) => values !== undefined))
      this.#pool.send({ kind: "data", job: this.#job, data: all } satisfies ToThread);
    else this.#pool.close("there is no memory in which threads could share the data");
  }

  move(point: Float64Array): void {
    this.#point.set(point);
    this.#pointNumber++;
  }

  /** Writes the sums over all blocks. Returns false if there are no threads any more. */
  sum(
    task: Task,
    { stamp, threads }: { readonly stamp: number; readonly threads: number },
    total: Float64Array,
    own: (block: number, into: Float64Array) => void,
  ): boolean {
    if (this.#pool.closed || !this.#canShare) return false;
    const { length } = total;
    const count = task.kind === "multiply" ? task.count : 0;
    if (task.kind === "multiply") this.#vectors.set(task.vectors);
    const shares = Array.from({ length: this.#blocks }, (_, i) => this.#sums.subarray(i * length, (i + 1) * length));
    this.#pool.run(
      {
        job: this.#job,
        helpers: threads - 1,
        kind: kinds.indexOf(task.kind),
        count,
        stamp,
        blocks: this.#blocks,
        length,
        point: this.#pointNumber,
      },
      (block) => own(block, shares[block]!),
      (block) => {
        // A late thread may still write to the old place.
        shares[block] = new Float64Array(length);
        own(block, shares[block]);
      },
    );
    const [first, second, ...others] = shares as [Float64Array, ...Float64Array[]];
    // One pass for two blocks: what is added up may be larger than the cache.
    if (second === undefined) total.set(first);
    else for (let i = 0; i < length; i++) total[i] = first[i]! + second[i]!;
    for (const share of others) addTo(total, share);
    return true;
  }
}
