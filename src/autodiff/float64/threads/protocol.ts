import type { BackendOptions } from "../backend.ts";
import type { WorkGraphs } from "../tiles/work.ts";

/** What a thread gets when it starts. */
export interface ThreadData {
  /** Place of the thread among the others. */
  readonly index: number;
  readonly control: Int32Array;
  /** For each thread one of {@link state}. */
  readonly states: Int32Array;
  readonly port: import("node:worker_threads").MessagePort;
  /** The present product, as `writeProduct` writes it. */
  readonly product: Float64Array;
  /** Library and kernels that the main thread uses; another one would give other last bits. */
  readonly blas: { readonly library?: string; readonly core?: string };
}

export const state = { starting: 0, ready: 1, unfit: 2 } as const;

/** A field's programs and the memory through which threads work on them. */
export interface JobData {
  readonly graphs: WorkGraphs;
  readonly options: BackendOptions;
  readonly stash: { readonly numbers: Float64Array; readonly stamps: Int32Array; readonly size: number };
  readonly point: Float64Array;
  readonly vectors: Float64Array;
  /** Sums of each block, one after the other. */
  readonly sums: Float64Array;
}

/** A message to a thread. */
export type ToThread =
  | { readonly kind: "job"; readonly job: number; readonly data: JobData }
  | { readonly kind: "data"; readonly job: number; readonly data: readonly Float64Array[] }
  | { readonly kind: "drop"; readonly job: number };

/** Kinds of tasks as words of shared memory. */
export const kinds = ["evaluate", "linearize", "multiply", "product"] as const;
