import { failure } from "../../errors.ts";
import { denseProducts } from "../dense/denseProducts.ts";
import type { LinearMap } from "../linearMap.ts";
import { linearMap } from "../makeLinearMap.ts";

/**
 * The map of a dense matrix, `values[i * columns + j]` = A_ij (kept, not copied). Cost of a product: rows x columns,
 * by the machine's BLAS where it has one and they are many.
 *
 * @example denseMatrix(2, 2, Float64Array.of(2, 1, 1, 3), { symmetric: true })
 * @param options `symmetric`: a promise that A = A^T, default false
 * @throws {RangeError} ERR_LENGTH if the number of values is not rows x columns
 */
export function denseMatrix(
  rows: number,
  columns: number,
  values: Float64Array,
  options: { readonly symmetric?: boolean } = {},
): LinearMap {
  if (values.length !== rows * columns) {
    throw failure("ERR_LENGTH", `denseMatrix: expected ${rows} x ${columns} values, got ${values.length}`);
  }
  return linearMap({
    rows,
    columns,
    symmetric: options.symmetric ?? false,
    ...denseProducts(rows, columns, values),
  });
}

/**
 * The map of a diagonal matrix (its entries are kept, not copied).
 *
 * @example diagonal(Float64Array.of(1, -2, 0))
 */
export function diagonal(entries: Float64Array): LinearMap {
  const n = entries.length;
  return linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      let i = 0;
      // Four entries a turn, for the reason given in vector.ts.
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
 * A + shift I, of a square map.
 *
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

/** factor A. */
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
 * A B: v -> A (B v).
 *
 * @param options `symmetric`: a promise that the product is symmetric, as in composed(transposed(B), B); default false
 * @throws {RangeError} ERR_LENGTH if A takes vectors of another length than B gives
 */
export function composed(
  outer: LinearMap,
  inner: LinearMap,
  options: { readonly symmetric?: boolean } = {},
): LinearMap {
  if (outer.columns !== inner.rows) {
    throw failure("ERR_LENGTH", `composed: expected an outer map of ${inner.rows} columns, got ${outer.columns}`);
  }
  const between = new Float64Array(inner.rows);
  return linearMap({
    rows: outer.rows,
    columns: inner.columns,
    symmetric: options.symmetric ?? false,
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

/** A^T. */
export function transposed(map: LinearMap): LinearMap {
  return linearMap({
    rows: map.columns,
    columns: map.rows,
    symmetric: map.symmetric,
    apply: (v, out) => map.applyTranspose(v, out),
    applyTranspose: (u, out) => map.apply(u, out),
  });
}
