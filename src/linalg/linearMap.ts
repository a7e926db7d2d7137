/**
 * A linear map A, such as the Jacobian J(z) of a problem at a point.
 *
 * Vectors are dense, in float64. `apply`, `applyTranspose` and `applyMany` overwrite `out`, which must not be the
 * input. A map stays valid for ever: a Jacobian whose program has moved on to another point linearises again at its
 * own.
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
