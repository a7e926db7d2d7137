import type { BackendOptions } from "../backend.ts";
import type { WorkGraphs } from "../tiles/work.ts";

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
