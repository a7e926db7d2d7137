import { suite } from "uvu";
import * as assert from "uvu/assert";
import { triangularFactor } from "../../../src/linalg/dense/triangularFactor.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

/** A^T A of `columns` columns. */
function gram(a: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(columns * columns);
  for (let row = 0; row < a.length; row += columns) {
    for (let at = 0; at < out.length; at++) {
      out[at] = out[at]! + a[row + Math.floor(at / columns)]! * a[row + (at % columns)]!;
    }
  }
  return out;
}

const factor = suite("triangularFactor");

factor("is upper triangular with R^T R = A^T A, for tall, square and flat matrices", () => {
  for (const [rows, columns] of [
    [40, 5],
    [6, 6],
    [3, 5],
    [1, 1],
  ] as const) {
    const a = normalVector(rows * columns, rows);
    const r = triangularFactor(a, columns);
    assert.is(r.length, columns * columns);
    for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) assert.is(r[i * columns + j], 0);
    assertClose(gram(r, columns), gram(a, columns), 1e-14, `${rows} x ${columns}`);
  }
});

factor("keeps the small direction of a nearly dependent matrix, where A^T A has lost it", () => {
  const e = 1e-9;
  const r = triangularFactor(Float64Array.of(1, 1, e, 0, 0, e), 2);
  assertClose(Math.abs(r[3]!), Math.SQRT2 * e, 1e-7, "second diagonal");
});

factor("takes dependent and zero columns, and numbers whose squares overflow", () => {
  assertClose(triangularFactor(Float64Array.of(0, 1, 0, 2), 2).map(Math.abs), [0, 1, 0, 2], 1e-15);
  assertClose(Math.abs(triangularFactor(Float64Array.of(3e200, 4e200), 1)[0]!), 5e200, 1e-15);
  const a = normalVector(20, 8);
  const large = triangularFactor(
    a.map((x) => 1e200 * x),
    4,
  );
  assertClose(
    large.map((x) => x / 1e200),
    triangularFactor(a, 4),
    1e-14,
  );
});

factor("leaves its argument alone", () => {
  const a = normalVector(12, 1);
  triangularFactor(a, 3);
  assert.equal(a, normalVector(12, 1));
});

factor("refuses numbers that are no whole rows", () => {
  assertError(() => triangularFactor(new Float64Array(5), 2), "ERR_LENGTH", /got 5 numbers/);
});

factor.run();
