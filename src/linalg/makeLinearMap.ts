import { failure } from "../errors.ts";
import type { LinearMap } from "./linearMap.ts";

/** What {@link linearMap} needs; the rest is filled in. */
export interface LinearMapSpec {
  readonly rows: number;
  readonly columns: number;
  /** Whether the map equals its transpose. Default false. */
  readonly symmetric?: boolean;
  /** Writes A v into `out`, which is never `v`. */
  readonly apply: (v: Float64Array, out: Float64Array) => void;
  /** Writes A^T u into `out`. Default: `apply` where the map is symmetric, else an error when asked for. */
  readonly applyTranspose?: (u: Float64Array, out: Float64Array) => void;
  /** Maps vectors lying one after the other. Default: one `apply` after the other. */
  readonly applyMany?: (vectors: Float64Array, count: number, out: Float64Array) => void;
}

/**
 * A linear map from a function that applies it.
 *
 * @example const twice = linearMap({ rows: 2, columns: 2, symmetric: true, apply: (v, out) => out.set(v.map((x) => 2 * x)) });
 * @throws {RangeError} ERR_LENGTH if a size is not a positive integer, or a symmetric map is not square
 */
export function linearMap(spec: LinearMapSpec): LinearMap {
  const { rows, columns, symmetric = false, apply } = spec;
  if (!(Number.isInteger(rows) && rows > 0 && Number.isInteger(columns) && columns > 0)) {
    throw failure("ERR_LENGTH", `linearMap: expected positive integer sizes, got ${rows} x ${columns}`);
  }
  if (symmetric && rows !== columns) {
    throw failure("ERR_LENGTH", `linearMap: expected a symmetric map to be square, got ${rows} x ${columns}`);
  }
  const applyTranspose = spec.applyTranspose ?? (symmetric ? apply : noTranspose);
  const applyMany =
    spec.applyMany ??
    ((vectors: Float64Array, count: number, out: Float64Array): void => {
      for (let k = 0; k < count; k++) {
        apply(vectors.subarray(k * columns, (k + 1) * columns), out.subarray(k * rows, (k + 1) * rows));
      }
    });
  return { rows, columns, symmetric, apply, applyTranspose, applyMany };
}

function noTranspose(): never {
  throw failure(
    "ERR_UNSUPPORTED",
    "linearMap: expected a map with a transpose, got one made without; give linearMap applyTranspose, or symmetric: true",
  );
}
