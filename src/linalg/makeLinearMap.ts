import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import type { LinearMap } from "./linearMap.ts";
import { flag, functionRule } from "./rules.ts";

/** What {@link linearMap} needs; it fills in the rest. */
export interface LinearMapSpec {
  /** Length of A v, a positive integer. */
  readonly rows: number;
  /** Length of v, a positive integer. */
  readonly columns: number;
  /** Whether the map equals its transpose. Default false. */
  readonly symmetric?: boolean;
  /** Writes A v into `out`, which is never `v`. */
  readonly apply: (v: Float64Array, out: Float64Array) => void;
  /** Writes A^T u into `out`. Default: `apply` if the map is symmetric, else an error when it is called. */
  readonly applyTranspose?: (u: Float64Array, out: Float64Array) => void;
  /** Maps `count` vectors that lie one after the other. Default: `apply` to each in turn. */
  readonly applyMany?: (vectors: Float64Array, count: number, out: Float64Array) => void;
}

/** The value of a size is checked after the rules, since a wrong one is an error of length. */
const size = { required: true, expected: "a number", is: (value: unknown) => typeof value === "number" } as const;
const rules = {
  rows: size,
  columns: size,
  symmetric: flag,
  apply: { ...functionRule, required: true },
  applyTranspose: functionRule,
  applyMany: functionRule,
} as const;

/**
 * Makes a linear map from a function that applies it.
 *
 * @example
 * const twice = linearMap({ rows: 2, columns: 2, symmetric: true, apply: (v, out) => out.set(v.map((x) => 2 * x)) });
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for a specification with wrong or unknown parts;
 *   ERR_UNSUPPORTED when `applyTranspose` is called on a map without one
 * @throws {RangeError} ERR_LENGTH if a size is not a positive integer, or if a symmetric map is not square
 */
export function linearMap(spec: LinearMapSpec): LinearMap {
  const { rows, columns, symmetric, apply, ...others } = readOptions("linearMap", spec, rules);
  if (!(Number.isInteger(rows) && rows > 0 && Number.isInteger(columns) && columns > 0)) {
    throw failure("ERR_LENGTH", `linearMap: expected positive integers for rows and columns, got ${rows} x ${columns}`);
  }
  if (symmetric && rows !== columns) {
    throw failure("ERR_LENGTH", `linearMap: expected a symmetric map to be square, got ${rows} x ${columns}`);
  }
  const applyTranspose = others.applyTranspose ?? (symmetric ? apply : noTranspose);
  const applyMany =
    others.applyMany ??
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
    "linearMap: expected a map with a transpose, got one without; give linearMap applyTranspose, or symmetric: true",
  );
}
