import { suite } from "uvu";
import * as assert from "uvu/assert";
import { banded } from "../../src/linalg/maps/banded.ts";
import { denseMatrix } from "../../src/linalg/maps/maps.ts";
import { affineField } from "../../src/problems/affineField.ts";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { complementarity } from "../../src/problems/complementarity.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { byBoth } from "../support/solve.ts";

const affine = suite("affineField");

affine("is A z + b with Jacobian A, and a gradient where A is symmetric", () => {
  const offset = Float64Array.of(3, -4);
  for (const [entries, symmetric, value] of [
    [[0, 1, -1, 0], false, Number.NaN],
    [[2, 1, 1, 5], true, (2 + 4 + 20) / 2 + 3 - 8],
  ] as const) {
    const problem = affineField(denseMatrix(2, 2, Float64Array.from(entries), { symmetric }), { offset });
    const field = new Float64Array(2);
    assert.ok(Object.is(problem.evaluate(Float64Array.of(1, 2), field), value));
    const [a, b, c, d] = entries;
    assert.equal([...field], [a + 2 * b + 3, c + 2 * d - 4]);
    assert.is(problem.symmetric, symmetric);
    const report = checkDerivatives(problem, Float64Array.of(0.3, -2));
    assert.is(report.verdict, "agrees", report.table);
  }
});

affine("gives a linear complementarity problem with a sparse matrix: the obstacle problem", () => {
  // A string above a table, its ends held at height 0, lifted at three places and pressed down at the others.
  const n = 9;
  const string = affineField(banded(n, { [-1]: -1, 0: 2, 1: -1 }), {
    offset: Float64Array.from({ length: n }, (_, i) => (i < 3 ? -1 : 1)),
  });
  for (const z of byBoth(complementarity(string), new Float64Array(n))) {
    const field = new Float64Array(n);
    string.evaluate(z, field);
    for (let i = 0; i < n; i++) assertClose(Math.min(z[i]!, field[i]!), 0, 1e-9, `coordinate ${i}`, 1);
    assert.ok(z[0]! > 1 && z[n - 1] === 0);
  }
});

affine("refuses what is no map, and sizes that do not fit", () => {
  assertError(() => affineField(denseMatrix(1, 2, new Float64Array(2))), "ERR_LENGTH", /square/);
  assertError(() => affineField([[1]] as never), "ERR_OPTION_TYPE", /a linear map.*got object/);
  assertError(() => affineField(undefined as never), "ERR_OPTION_TYPE", /got undefined/);
  const map = banded(3, { 0: 1 });
  assertError(() => affineField(map, { offset: new Float64Array(2) }), "ERR_LENGTH", /offset of 3 numbers, got 2/);
});

affine.run();
