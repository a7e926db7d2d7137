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

/** Kinds of tasks as words of shared memory. */
export const kinds = ["evaluate", "linearize", "multiply", "product"] as const;
