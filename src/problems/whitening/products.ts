import { denseProducts } from "../../linalg/dense/denseProducts.ts";

/** Gives the images A y of samples y, row after row. */
export function product(
  rows: number,
  columns: number,
  a: Float64Array,
): (y: Float64Array, count: number) => Float64Array {
  const { applyMany } = denseProducts(rows, columns, a);
  return (y, count) => {
    const out = new Float64Array(count * rows);
    if (count > 0) applyMany(y, count, out);
    return out;
  };
}

/** Transposes a row-major matrix. */
export function transposed(x: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = x[i * columns + j]!;
  return out;
}
