/**
 * J(z), or any linear map. Valid for ever: when the program's residuals belong to another point by now, it linearises
 * again at its own.
 *
 * Vectors are dense float64. `apply` and its kin overwrite `out`, which must not be the input.
 */
export interface LinearMap {
  readonly rows: number;
  readonly columns: number;
  /** Whether the map equals its transpose. */
  readonly symmetric: boolean;
  /** Writes A v into `out`. */
  apply(v: Float64Array, out: Float64Array): void;
  /** Writes A^T u into `out`. */
  applyTranspose(u: Float64Array, out: Float64Array): void;
  /** Maps `count` vectors that lie one after the other. */
  applyMany(vectors: Float64Array, count: number, out: Float64Array): void;
}
