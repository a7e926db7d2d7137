import { type Blas, dgemm, findBlas } from "../blas/blas.ts";

/** Products with a dense matrix A, row-major. Outputs are overwritten and must not be inputs. */
interface DenseProducts {
  /** Computes out <- A v. */
  readonly apply: (v: Float64Array, out: Float64Array) => void;
  /** Computes out <- A^T u. */
  readonly applyTranspose: (u: Float64Array, out: Float64Array) => void;
  /** Computes A v for `count` vectors that lie one after the other. */
  readonly applyMany: (vectors: Float64Array, count: number, out: Float64Array) => void;
}

/** Number of entries from which on the machine's BLAS is worth its call. */
const worthBlas = 16_384;

/**
 * Gives the products with a matrix: by the machine's BLAS where it has one and the matrix is large, else by loops that
 * take four rows at a time.
 *
 * BLAS and loops add in different orders, so last bits differ. `FLUXION_BLAS=off` forces the loops.
 */
export function denseProducts(rows: number, columns: number, values: Float64Array): DenseProducts {
  const blas = values.length >= worthBlas ? findBlas() : undefined;
  return blas === undefined ? byLoops(rows, columns, values) : byBlas(blas, rows, columns, values);
}

function byBlas(blas: Blas, rows: number, columns: number, values: Float64Array): DenseProducts {
  const exactly = (vector: Float64Array, length: number): Float64Array =>
    vector.length === length ? vector : vector.subarray(0, length);
  const applyMany = (vectors: Float64Array, count: number, out: Float64Array): void =>
    dgemm(blas, {
      m: count,
      n: rows,
      k: columns,
      a: exactly(vectors, count * columns),
      b: values,
      transposeB: true,
      c: exactly(out, count * rows),
    });
  return {
    apply: (v, out) => applyMany(v, 1, out),
    applyTranspose: (u, out) =>
      dgemm(blas, { m: 1, n: columns, k: rows, a: exactly(u, rows), b: values, c: exactly(out, columns) }),
    applyMany,
  };
}

function byLoops(rows: number, columns: number, values: Float64Array): DenseProducts {
  const apply = (v: Float64Array, out: Float64Array): void => {
    let i = 0;
    for (; i + 3 < rows; i += 4) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let j = 0, at = i * columns; j < columns; j++, at++) {
        const x = v[j]!;
        a += values[at]! * x;
        b += values[at + columns]! * x;
        c += values[at + 2 * columns]! * x;
        d += values[at + 3 * columns]! * x;
      }
      out[i] = a;
      out[i + 1] = b;
      out[i + 2] = c;
      out[i + 3] = d;
    }
    for (; i < rows; i++) {
      let sum = 0;
      for (let j = 0, at = i * columns; j < columns; j++) sum += values[at++]! * v[j]!;
      out[i] = sum;
    }
  };
  return {
    apply,
    applyTranspose(u, out) {
      out.fill(0);
      let i = 0;
      for (; i + 3 < rows; i += 4) {
        const a = u[i]!;
        const b = u[i + 1]!;
        const c = u[i + 2]!;
        const d = u[i + 3]!;
        for (let j = 0, at = i * columns; j < columns; j++, at++) {
          const sum = values[at]! * a + values[at + columns]! * b;
          out[j] = out[j]! + (sum + (values[at + 2 * columns]! * c + values[at + 3 * columns]! * d));
        }
      }
      for (; i < rows; i++) {
        const ui = u[i]!;
        for (let j = 0, at = i * columns; j < columns; j++, at++) out[j] = out[j]! + values[at]! * ui;
      }
    },
    applyMany(vectors, count, out) {
      for (let k = 0; k < count; k++) {
        apply(vectors.subarray(k * columns, (k + 1) * columns), out.subarray(k * rows, (k + 1) * rows));
      }
    },
  };
}
