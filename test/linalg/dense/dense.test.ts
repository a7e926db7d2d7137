import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf, symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal, scaled } from "../../../src/linalg/maps/maps.ts";
import { frobeniusNorm, spectralNorm } from "../../../src/linalg/spectra/norms.ts";
import { dot, norm } from "../../../src/linalg/vector.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { orthogonal, withSpectrum } from "../../support/symmetric.ts";

const eigen = suite("symmetricEigen");
eigen("finds ascending eigenvalues and orthonormal eigenvectors of random symmetric matrices", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(-3, -1, 0, 0, 1e-3, 2, 7, 7), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 99 }),
      (spectrum, seed) => {
        const n = spectrum.length;
        const matrix = withSpectrum(spectrum, orthogonal(n, seed));
        const { values, vectors } = symmetricEigen(denseMatrix(n, n, matrix, { symmetric: true }));
        assertClose(
          values,
          [...spectrum].sort((a, b) => a - b),
          1e-12,
          "eigenvalues",
          7,
        );
        for (let k = 0; k < n; k++) {
          const vector = vectors.subarray(k * n, (k + 1) * n);
          const image = new Float64Array(n);
          for (let i = 0; i < n; i++) image[i] = dot(matrix.subarray(i * n, (i + 1) * n), vector);
          assertClose(
            image,
            vector.map((x) => values[k]! * x),
            1e-12,
            "A v = lambda v",
            7,
          );
          for (let other = 0; other <= k; other++) {
            const product = dot(vector, vectors.subarray(other * n, (other + 1) * n));
            assertClose(product, other === k ? 1 : 0, 1e-12, "orthonormal", 1);
          }
        }
      },
    ),
    { numRuns: 60, seed: 3 },
  );
});
eigen("solves A v = lambda v where entries are of any size, subnormal ones too", () => {
  const entry = fc.constantFrom(0, 0, 5e-316, -5e-324, 1e-200, -1e-160, 1e-20, -1.75, 1.5, 2);
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 5 }).chain((n) => fc.array(entry, { minLength: n * n, maxLength: n * n })),
      (values) => {
        const n = Math.sqrt(values.length);
        const matrix = Float64Array.from(values, (_, k) => values[Math.max(k, (k % n) * n + Math.floor(k / n))]!);
        const found = symmetricEigen(matrix);
        for (let k = 0; k < n; k++) {
          const vector = found.vectors.subarray(k * n, (k + 1) * n);
          const product = Float64Array.from({ length: n }, (_, i) => dot(matrix.subarray(i * n, (i + 1) * n), vector));
          const most = Math.max(...matrix.map(Math.abs));
          const error = product.map((x, i) => x - found.values[k]! * vector[i]!);
          assert.ok(norm(error) <= 1e-13 * most + 1e-322, `${[...matrix]}`);
          assert.ok(Math.abs(norm(vector) - 1) <= 1e-13, `${[...matrix]}`);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

eigen("takes the symmetric part of a matrix", () => {
  assertClose(symmetricEigen(Float64Array.of(0, 2, 0, 0)).values, [-1, 1], 1e-15);
});
eigen("refuses what has no real spectrum of its own", () => {
  assertError(() => symmetricEigen(denseMatrix(2, 2, new Float64Array(4))), "ERR_NOT_SYMMETRIC");
  assertError(() => symmetricEigen(new Float64Array(5)), "ERR_LENGTH", /n x n values, got 5/);
  assertError(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1)), "ERR_NOT_FINITE", /\(1, 0\)/);
});
eigen.run();

const dense = suite("denseOf");
dense("collects the columns of a map wider than a batch", () => {
  const values = normalVector(70 * 3, 1);
  assert.equal(denseOf(denseMatrix(3, 70, values)), values);
});
dense.run();

const norms = suite("frobeniusNorm and spectralNorm");
norms("frobeniusNorm is exact for small maps and estimated for large ones", () => {
  const values = normalVector(40 * 50, 4);
  const map = denseMatrix(40, 50, values);
  assertClose(frobeniusNorm(map), norm(values), 1e-14);
  const estimate = frobeniusNorm(map, { exactUpTo: 10 });
  assertClose(estimate, norm(values), 0.05);
  assert.is(frobeniusNorm(map, { exactUpTo: 10 }), estimate);
  assert.is.not(frobeniusNorm(map, { exactUpTo: 10, seed: 1 }), estimate);
});
norms("frobeniusNorm spends as many products as it says", () => {
  let products = 0;
  const map = linearMap({
    rows: 1200,
    columns: 1200,
    symmetric: true,
    apply(v, out) {
      products++;
      out.set(v);
    },
  });
  // Random signs give the trace of a diagonal matrix exactly.
  assertClose(frobeniusNorm(map), Math.sqrt(1200), 1e-14);
  assert.is(products, 64);
  assertError(() => frobeniusNorm(map, { probes: 0 }), "ERR_OPTION_RANGE", /probes/);
});
norms("spectralNorm finds the largest singular value, of maps that are not symmetric too", () => {
  assertClose(spectralNorm(diagonal(Float64Array.of(1, -3, 2))), 3, 1e-14);
  const n = 60;
  const spectrum = Array.from({ length: n }, (_, k) => -5 + (9 * k) / n);
  const symmetric = denseMatrix(n, n, withSpectrum(spectrum, orthogonal(n, 1)), { symmetric: true });
  const found = spectralNorm(symmetric);
  assert.ok(found <= 5 * (1 + 1e-12) && found > 4.9, `${found}`);
  const rotation = denseMatrix(2, 2, Float64Array.of(0, -2, 2, 0));
  assertClose(spectralNorm(rotation), 2, 1e-14);
  assert.is(spectralNorm(scaled(0, rotation)), 0);
  assertError(() => spectralNorm(rotation, { steps: 0 }), "ERR_OPTION_RANGE", /steps/);
});
norms.run();
