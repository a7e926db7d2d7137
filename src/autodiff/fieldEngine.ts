/** Whose residuals lie in memory: a point on some data. */
export interface ResidualOwner {
  readonly data: readonly Float64Array[];
  readonly point: Float64Array;
}

/** How often something was computed, over all instances. */
export interface FieldCounts {
  /** Forward passes: value and field. */
  readonly evaluations: number;
  /** Residuals computed for a point. */
  readonly linearizations: number;
  /** Those of them for a map that was used after its residuals had been overwritten. */
  readonly relinearizations: number;
}

/** What executes a field's graphs. */
export interface FieldEngine {
  readonly dimension: number;
  readonly counts: FieldCounts;
  /** Returns L (NaN without a value), writes F into `field`. */
  evaluate(data: readonly Float64Array[], point: Float64Array, field: Float64Array): number;
  /** Computes the residuals of a point. */
  linearize(owner: ResidualOwner): void;
  /** out = J v or J^T u of the owner's point, for `count` vectors one after the other. */
  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose?: boolean): void;
}
