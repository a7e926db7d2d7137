import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diagonalOf } from "../../src/linalg/dense/diagonalOf.ts";
import { luFactor } from "../../src/linalg/dense/luFactor.ts";
import { conjugateGradients } from "../../src/linalg/krylov/conjugateGradients.ts";
import { denseMatrix, diagonal } from "../../src/linalg/maps/maps.ts";
import { assertClose, assertError } from "../support/assert.ts";

const n = 12;
const matrix = Float64Array.from({ length: n * n }, (_, k) => {
  const [i, j] = [Math.floor(k / n), k % n];
  return (i === j ? 3 + i : 0) + Math.sin(i + j) / 4;
});
const map = denseMatrix(n, n, matrix, { symmetric: true });
const b = Float64Array.from({ length: n }, (_, i) => Math.cos(i));

const solver = suite("conjugateGradients");

solver("solves positive definite systems, shifted too, in at most n + 1 iterations", () => {
  for (const shift of [0, 0.5]) {
    const found = conjugateGradients(map, b, { shift, relativeTolerance: 1e-12 });
    const shifted = matrix.map((entry, k) => entry + (k % (n + 1) === 0 ? shift : 0));
    assertClose(found.x, luFactor(shifted).solve(b)!, 1e-11);
    assert.is(found.termination, "converged");
    assert.ok(found.iterations <= n + 1);
  }
});

solver("has the same bits in other units", () => {
  const { x } = conjugateGradients(map, b);
  assert.equal(
    conjugateGradients(
      map,
      b.map((entry) => entry * 2 ** 700),
    ).x,
    x.map((entry) => entry * 2 ** 700),
  );
});

solver("says how it ended", () => {
  assert.is(conjugateGradients(diagonal(Float64Array.of(1, -1)), Float64Array.of(1, 2)).termination, "curvature");
  assert.is(conjugateGradients(map, b, { maxIterations: 2 }).termination, "iteration-limit");
  assert.equal(conjugateGradients(map, new Float64Array(n)).x, new Float64Array(n));
  assert.is(
    conjugateGradients(
      map,
      b.map(() => Number.NaN),
    ).termination,
    "non-finite",
  );
  assertError(() => conjugateGradients(denseMatrix(n, n, matrix), b), "ERR_NOT_SYMMETRIC");
  assertError(() => conjugateGradients(map, new Float64Array(3)), "ERR_LENGTH");
});

solver.run();

const diagonals = suite("diagonalOf");

diagonals("is the diagonal of the matrix, and refuses maps that are not square", () => {
  assert.equal(
    diagonalOf(map),
    Float64Array.from({ length: n }, (_, i) => matrix[i * (n + 1)]!),
  );
  assertError(() => diagonalOf(denseMatrix(1, 2, Float64Array.of(1, 2))), "ERR_LENGTH", /square map, got 1 x 2/);
});

diagonals.run();
