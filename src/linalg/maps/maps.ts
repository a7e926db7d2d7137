import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { checkMap, checkNumbers } from "../arguments.ts";
import { denseProducts } from "../dense/denseProducts.ts";
import type { LinearMap } from "../linearMap.ts";
import { linearMap } from "../makeLinearMap.ts";
import { flag } from "../rules.ts";

const rules = { symmetric: flag } as const;

/**
 * Makes the map of a dense matrix A, row-major: `values[i * columns + j]` is A_ij.
 *
 * The values are kept, not copied. Cost of a product: 2 x rows x columns operations, by the machine's BLAS where it has
 * one and the matrix is large.
 *
 * @example denseMatrix(2, 2, Float64Array.of(2, 1, 1, 3), { symmetric: true })
 * @param options `symmetric` promises that A = A^T. Default false
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_LENGTH if the number of values is not rows x columns, ERR_OPTION_RANGE
 */
export function denseMatrix(
  rows: number,
  columns: number,
  values: Float64Array,
  options: { readonly symmetric?: boolean } = {},
): LinearMap {
  checkNumbers("denseMatrix", "values", values);
  const { symmetric } = readOptions("denseMatrix", options, rules);
  if (values.length !== rows * columns) {
    throw failure("ERR_LENGTH", `denseMatrix: expected ${rows} x ${columns} values, got ${values.length}`);
  }
  return linearMap({ rows, columns, symmetric, ...denseProducts(rows, columns, values) });
}

/**
 * Makes the map of a diagonal matrix.
 *
 * The entries are kept, not copied. Cost of a product: n operations.
 *
 * @example diagonal(Float64Array.of(1, -2, 0))
 */
export function diagonal(entries: Float64Array): LinearMap {
  checkNumbers("diagonal", "entries", entries);
  const n = entries.length;
  return linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      let i = 0;
      // The loop takes four entries per turn for the reason given in vector.ts.
      for (; i + 3 < n; i += 4) {
        out[i] = entries[i]! * v[i]!;
        out[i + 1] = entries[i + 1]! * v[i + 1]!;
        out[i + 2] = entries[i + 2]! * v[i + 2]!;
        out[i + 3] = entries[i + 3]! * v[i + 3]!;
      }
      for (; i < n; i++) out[i] = entries[i]! * v[i]!;
    },
  });
}

/**
 * Makes the map A + shift I of a square map A.
 *
 * Cost of a product: one with A, and 2 n operations.
 *
 * @example
 * const damped = shifted(diagonal(Float64Array.of(1, -2)), 0.5);
 * console.log(denseOf(damped).join(" "));
 * // 1.5 0 0 -1.5
 * @throws {RangeError} ERR_LENGTH if the map is not square
 */
export function shifted(map: LinearMap, shift: number): LinearMap {
  if (map.rows !== map.columns) {
    throw failure("ERR_LENGTH", `shifted: expected a square map, got ${map.rows} x ${map.columns}`);
  }
  const add = (v: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < v.length; i++) out[i] = out[i]! + shift * v[i]!;
  };
  return linearMap({
    rows: map.rows,
    columns: map.columns,
    symmetric: map.symmetric,
    apply(v, out) {
      map.apply(v, out);
      add(v, out);
    },
    applyTranspose(u, out) {
      map.applyTranspose(u, out);
      add(u, out);
    },
    applyMany(vectors, count, out) {
      map.applyMany(vectors, count, out);
      add(count * map.columns === vectors.length ? vectors : vectors.subarray(0, count * map.columns), out);
    },
  });
}

/**
 * Makes the map factor A of a map A.
 *
 * Cost of a product: one with A, and n operations.
 *
 * @example
 * console.log(denseOf(scaled(-1, diagonal(Float64Array.of(1, 2)))).join(" "));
 * // -1 0 0 -2
 */
export function scaled(factor: number, map: LinearMap): LinearMap {
  const multiply = (out: Float64Array, length: number): void => {
    for (let i = 0; i < length; i++) out[i] = factor * out[i]!;
  };
  return linearMap({
    rows: map.rows,
    columns: map.columns,
    symmetric: map.symmetric,
    apply(v, out) {
      map.apply(v, out);
      multiply(out, map.rows);
    },
    applyTranspose(u, out) {
      map.applyTranspose(u, out);
      multiply(out, map.columns);
    },
    applyMany(vectors, count, out) {
      map.applyMany(vectors, count, out);
      multiply(out, count * map.rows);
    },
  });
}

/**
 * Makes the product A B of two maps, v -> A (B v).
 *
 * Cost of a product: one with each map. One vector is kept.
 *
 * @example
 * const jacobian = denseMatrix(1, 2, Float64Array.of(3, 4));
 * const gram = composed(transposed(jacobian), jacobian, { symmetric: true });
 * console.log(denseOf(gram).join(" "));
 * // 9 12 12 16
 * @param outer A
 * @param inner B
 * @param options `symmetric` promises that A B is symmetric. Default false
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_LENGTH if A takes vectors of another length than B gives, ERR_OPTION_RANGE
 */
export function composed(
  outer: LinearMap,
  inner: LinearMap,
  options: { readonly symmetric?: boolean } = {},
): LinearMap {
  checkMap("composed", outer);
  checkMap("composed", inner);
  const { symmetric } = readOptions("composed", options, rules);
  if (outer.columns !== inner.rows) {
    throw failure("ERR_LENGTH", `composed: expected an outer map of ${inner.rows} columns, got ${outer.columns}`);
  }
  const between = new Float64Array(inner.rows);
  return linearMap({
    rows: outer.rows,
    columns: inner.columns,
    symmetric,
    apply(v, out) {
      inner.apply(v, between);
      outer.apply(between, out);
    },
    applyTranspose(u, out) {
      outer.applyTranspose(u, between);
      inner.applyTranspose(between, out);
    },
  });
}

/**
 * Makes the transpose A^T of a map A.
 *
 * @example transposed(denseMatrix(1, 2, Float64Array.of(3, 4))) // 2 x 1
 */
export function transposed(map: LinearMap): LinearMap {
  checkMap("transposed", map);
  return linearMap({
    rows: map.columns,
    columns: map.rows,
    symmetric: map.symmetric,
    apply: (v, out) => map.applyTranspose(v, out),
    applyTranspose: (u, out) => map.apply(u, out),
  });
}
