import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricFactor } from "../../../src/linalg/dense/symmetricFactor.ts";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { smallestAbsoluteEigenvalue } from "../../../src/linalg/spectra/smallestAbsoluteEigenvalue.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { orthogonal, withSpectrum } from "../../support/symmetric.ts";

const test = suite("symmetricFactor");

test("counts eigenvalues below a shift, of random matrices with gaps and multiplicities", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(-30, -3, -1, -1e-3, 0, 0, 1e-3, 2, 7), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 0, max: 99 }),
      (spectrum, seed) => {
        const matrix = withSpectrum(spectrum, orthogonal(spectrum.length, seed));
        for (const shift of [-2, -1e-5, 1e-5, 5]) {
          const { negative, zero, positive } = symmetricFactor(matrix, shift).inertia;
          assert.is(negative, spectrum.filter((x) => x < shift).length, `below ${shift}`);
          assert.is(zero, 0);
          assert.is(positive, spectrum.filter((x) => x > shift).length, `above ${shift}`);
        }
      },
    ),
    { numRuns: 150, seed: 4 },
  );
});

test("counts in matrices whose diagonal is zero, where only blocks of two can be pivots", () => {
  // The graph of a cycle: eigenvalues 2 cos(2 pi k / n).
  for (const n of [4, 5, 9, 16]) {
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      const j = (i + 1) % n;
      matrix[i * n + j] = 1;
      matrix[j * n + i] = 1;
    }
    const spectrum = Array.from({ length: n }, (_, k) => 2 * Math.cos((2 * Math.PI * k) / n));
    for (const shift of [-1.99, -1e-6, 1e-6, 1.5]) {
      assert.is(symmetricFactor(matrix, shift).inertia.negative, spectrum.filter((x) => x < shift).length);
    }
  }
});

test("solves indefinite systems", () => {
  for (const n of [1, 2, 3, 8, 40]) {
    for (let seed = 1; seed <= 6; seed++) {
      const spectrum = Array.from(normalVector(n, seed), (x) => x + Math.sign(x));
      const matrix = withSpectrum(spectrum, orthogonal(n, seed));
      const x = normalVector(n, seed + 50);
      const b = new Float64Array(n);
      denseMatrix(n, n, matrix).apply(x, b);
      assertClose(symmetricFactor(matrix).solve(b)!, x, 1e-11, `n = ${n}, seed ${seed}`);
    }
  }
  assertClose(symmetricFactor(Float64Array.of(0, 3, 3, 0)).solve(Float64Array.of(3, 6))!, [2, 1], 1e-15);
});

test("reports zero pivots, and gives no solution there", () => {
  const factor = symmetricFactor(new Float64Array(9));
  assert.equal(factor.inertia, { negative: 0, zero: 3, positive: 0 });
  assert.is(factor.solve(Float64Array.of(1, 2, 3)), undefined);
  assert.equal(symmetricFactor(Float64Array.of(1, 1, 1, 1)).inertia, { negative: 0, zero: 1, positive: 1 });
});

test("keeps its matrix, of which it reads the lower triangle", () => {
  const matrix = Float64Array.of(1, 99, 2, -3);
  const kept = matrix.slice();
  assert.equal(symmetricFactor(matrix).inertia, { negative: 1, zero: 0, positive: 1 });
  assert.equal(matrix, kept);
});

test("refuses NaN and what is not square", () => {
  assertError(() => symmetricFactor(new Float64Array(3)), "ERR_LENGTH");
  assertError(() => symmetricFactor(Float64Array.of(1, 0, Number.NaN, 1)), "ERR_NOT_FINITE", /NaN at \(1, 0\)/);
});

test.run();

const smallest = suite("smallestAbsoluteEigenvalue");
smallest("finds the eigenvalue nearest to zero, of either sign", () => {
  for (const least of [0.3, -0.3, 1e-6, -1e-9]) {
    const spectrum = [...Array.from({ length: 30 }, (_, k) => (k % 2 === 0 ? 1 : -1) * (1 + k / 3)), least];
    const matrix = withSpectrum(spectrum, orthogonal(31, 2));
    const found = smallestAbsoluteEigenvalue(matrix);
    assert.ok(Math.abs(found - Math.abs(least)) < 1e-10 * Math.abs(least) + 1e-14, `${found}`);
  }
});
smallest("is zero, or rounding, for singular matrices", () => {
  assert.is(smallestAbsoluteEigenvalue(new Float64Array(4)), 0);
  const matrix = withSpectrum([0, 0, 0, 1, 2, -5], orthogonal(6, 1));
  assert.ok(smallestAbsoluteEigenvalue(matrix) < 1e-14);
});
smallest.run();
