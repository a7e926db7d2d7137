import { suite } from "uvu";
import * as assert from "uvu/assert";
import { luFactor } from "../../../src/linalg/dense/luFactor.ts";
import { pseudoSolve } from "../../../src/linalg/dense/pseudoInverse.ts";
import { symmetricFactor } from "../../../src/linalg/dense/symmetricFactor.ts";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

const lu = suite("luFactor");
lu("solves random systems, and keeps the matrix", () => {
  for (const n of [1, 2, 5, 30, 48, 120]) {
    const a = normalVector(n * n, n);
    const x = normalVector(n, n + 100);
    const b = new Float64Array(n);
    denseMatrix(n, n, a).apply(x, b);
    const kept = a.slice();
    assertClose(luFactor(a).solve(b)!, x, 1e-10, `n = ${n}`);
    assert.equal(a, kept);
  }
});
lu("has sign and size of the determinant", () => {
  const cases: readonly (readonly [readonly number[], number])[] = [
    [[3], 3],
    [[0, 1, 1, 0], -1],
    [[2, 1, 1, -3], -7],
    [[0, 2, 0, 0, 0, 3, 4, 0, 0], 24],
  ];
  for (const [matrix, determinant] of cases) {
    const { determinantSign, logDeterminant } = luFactor(Float64Array.from(matrix));
    assertClose(determinantSign * Math.exp(logDeterminant), determinant, 1e-13);
  }
});
lu("has the same determinant and solution by LAPACK and without, in other units and with rows exchanged", () => {
  const n = 60;
  const a = normalVector(n * n, 3);
  const b = normalVector(n, 4);
  const own = luFactor(a);
  const before = process.env.FLUXION_BLAS;
  process.env.FLUXION_BLAS = "off";
  const factored = luFactor(a);
  if (before === undefined) delete process.env.FLUXION_BLAS;
  else process.env.FLUXION_BLAS = before;
  assert.is(own.determinantSign, factored.determinantSign);
  assertClose(own.logDeterminant, factored.logDeterminant, 1e-11);
  assertClose(own.solve(b)!, factored.solve(b)!, 1e-9);
  const unit = 2 ** 300;
  const scaled = luFactor(a.map((entry) => entry * unit));
  assert.equal(scaled.solve(b.map((entry) => entry * unit)), own.solve(b));
  for (const power of [-1040, -1022, -1001, -900, 900, 1001, 1015]) {
    // In two steps, since 2^-1040 has few digits.
    const half = 2 ** (power / 2);
    const { determinantSign, logDeterminant } = luFactor(a.map((entry) => entry * half * half));
    assert.is(determinantSign, own.determinantSign, `2^${power}`);
    assertClose(logDeterminant, own.logDeterminant + n * power * Math.LN2, power < -1022 ? 1e-7 : 1e-12, `2^${power}`);
  }
  // Pivots at both ends of the range.
  for (const size of [2 ** -1060, 2 ** 1015]) {
    const graded = a.slice();
    for (let i = 0; i < n; i++) graded[n * i + 7]! *= size;
    const { determinantSign, logDeterminant } = luFactor(graded);
    assert.is(determinantSign, own.determinantSign);
    assertClose(logDeterminant, own.logDeterminant + Math.log(size), 1e-4);
  }
  const exchanged = a.slice();
  exchanged.set(a.subarray(n, 2 * n), 0);
  exchanged.set(a.subarray(0, n), n);
  assert.is(luFactor(exchanged).determinantSign, -own.determinantSign);
  // A row twice.
  exchanged.set(a.subarray(n, 2 * n), n);
  assert.ok(luFactor(exchanged).logDeterminant < own.logDeterminant - 20);
  exchanged.fill(0, 0, n);
  assert.is(luFactor(exchanged).determinantSign, 0);
  assert.is(luFactor(exchanged).solve(b), undefined);
});
lu("has no solution where a pivot is zero", () => {
  const { determinantSign, logDeterminant, solve } = luFactor(Float64Array.of(1, 1, 1, 1));
  assert.is(determinantSign, 0);
  assert.is(logDeterminant, Number.NEGATIVE_INFINITY);
  assert.is(solve(Float64Array.of(1, 2)), undefined);
});
lu("refuses NaN and what is not square", () => {
  assertError(() => luFactor(new Float64Array(3)), "ERR_LENGTH");
  assertError(() => luFactor(Float64Array.of(1, Number.NaN, 0, 1)), "ERR_NOT_FINITE", /NaN at \(0, 1\)/);
});
lu.run();

const pseudo = suite("pseudoSolve");
pseudo("has the four properties of the pseudo-inverse, symmetric or not, wide or tall", () => {
  for (const [rows, columns] of [
    [4, 4],
    [3, 5],
    [5, 3],
  ] as const) {
    // Rank 2: a product of two thin factors.
    const left = normalVector(rows * 2, 1);
    const right = normalVector(2 * columns, 2);
    const a = Float64Array.from({ length: rows * columns }, (_, at) => {
      const i = Math.floor(at / columns);
      const j = at % columns;
      return left[2 * i]! * right[j]! + left[2 * i + 1]! * right[columns + j]!;
    });
    const map = denseMatrix(rows, columns, a);
    const b = normalVector(rows, 3);
    const { x, rank } = pseudoSolve(map, b);
    assert.is(rank, 2);
    // A^T (A x - b) = 0, and x lies in the range of A^T: another solve from A x gives it again.
    const image = new Float64Array(rows);
    map.apply(x, image);
    const gradient = new Float64Array(columns);
    map.applyTranspose(
      image.map((y, i) => y - b[i]!),
      gradient,
    );
    assertClose(gradient, new Float64Array(columns), 1e-12, "A^T r", 1);
    assertClose(pseudoSolve(map, image).x, x, 1e-11);
  }
});
pseudo("counts by the cutoff, and gives 0 for the zero map", () => {
  const map = diagonal(Float64Array.of(-4, 1e-8, 0));
  assertClose(pseudoSolve(map, Float64Array.of(4, 1, 1)).x, [-1, 1e8, 0], 1e-9);
  const cut = pseudoSolve(map, Float64Array.of(4, 1, 1), 1e-6);
  assertClose(cut.x, [-1, 0, 0], 1e-12);
  assert.equal([cut.rank, cut.largest, cut.smallest], [1, 4, 4]);
  const none = pseudoSolve(diagonal(new Float64Array(2)), Float64Array.of(1, 1));
  assert.equal([none.rank, Array.from(none.x)], [0, [0, 0]]);
});
pseudo("refuses a cutoff outside [0, 1), with which no singular value or every one would count", () => {
  for (const cutoff of [-1e-9, 1, Number.NaN]) {
    assert.throws(() => pseudoSolve(diagonal(Float64Array.of(1, 2)), Float64Array.of(1, 1), cutoff), /cutoff/);
  }
});
pseudo.run();

const rightSide = suite("dense solvers: right sides");
rightSide("one of another length than the matrix has rows is refused", () => {
  const identity = Float64Array.of(1, 0, 0, 1);
  const solvers = {
    luFactor: (b: Float64Array) => luFactor(identity).solve(b),
    symmetricFactor: (b: Float64Array) => symmetricFactor(identity).solve(b),
    pseudoSolve: (b: Float64Array) => pseudoSolve(diagonal(Float64Array.of(1, 1)), b),
  };
  for (const [name, solve] of Object.entries(solvers)) {
    for (const length of [0, 1, 3]) {
      assertError(
        () => solve(new Float64Array(length)),
        "ERR_LENGTH",
        new RegExp(`^${name}: expected b of length 2, got ${length}$`),
      );
    }
  }
});
rightSide.run();
