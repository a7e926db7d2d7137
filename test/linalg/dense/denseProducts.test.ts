import { suite } from "uvu";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { assertClose } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

const test = suite("denseProducts");

for (const [rows, columns] of [
  [1, 1],
  [3, 5],
  [7, 4],
  [130, 127],
  [200, 300],
] as const) {
  test(`${rows} x ${columns}: A v, A^T u and several at once, as sums say`, () => {
    const values = normalVector(rows * columns, 1);
    const map = denseMatrix(rows, columns, values);
    const vectors = normalVector(3 * columns, 2);
    const u = normalVector(rows, 3);
    const product = (v: Float64Array): Float64Array =>
      Float64Array.from({ length: rows }, (_, i) => v.reduce((sum, x, j) => sum + values[i * columns + j]! * x, 0));
    const many = new Float64Array(3 * rows);
    map.applyMany(vectors, 3, many);
    for (let k = 0; k < 3; k++) {
      const v = vectors.slice(k * columns, (k + 1) * columns);
      const one = new Float64Array(rows).fill(Number.NaN);
      map.apply(v, one);
      assertClose(one, product(v), 1e-13);
      assertClose(many.subarray(k * rows, (k + 1) * rows), product(v), 1e-13);
    }
    const back = new Float64Array(columns).fill(Number.NaN);
    map.applyTranspose(u, back);
    const expected = Float64Array.from({ length: columns }, (_, j) =>
      u.reduce((sum, x, i) => sum + values[i * columns + j]! * x, 0),
    );
    assertClose(back, expected, 1e-13);
  });
}

test("takes the front of longer arrays, as batches do", () => {
  const map = denseMatrix(150, 150, normalVector(150 * 150, 4));
  const vectors = normalVector(4 * 150, 5);
  const long = new Float64Array(4 * 150);
  map.applyMany(vectors, 2, long);
  const short = new Float64Array(2 * 150);
  map.applyMany(vectors.slice(0, 300), 2, short);
  assertClose(long.subarray(0, 300), short, 0);
  assertClose(long.subarray(300), new Float64Array(300), 0);
});

test.run();
