import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { negativeEigenvalues } from "../../../src/linalg/spectra/negativeEigenvalues.ts";
import { randomSource } from "../../../src/random.ts";
import * as fc from "../../support/fastCheck.ts";

const test = suite("negativeEigenvalues");

/** A matrix with these eigenvalues, by reflections along random vectors. */
function matrixOf(eigenvalues: readonly number[], seed: number): Float64Array {
  const n = eigenvalues.length;
  const random = randomSource(seed, "matrixOf");
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) a[i * n + i] = eigenvalues[i]!;
  const v = Float64Array.from({ length: n }, () => random.normal());
  const square = v.reduce((sum, x) => sum + x * x, 0);
  const reflect = (at: (i: number) => number): void => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += v[i]! * a[at(i)]!;
    for (let i = 0; i < n; i++) a[at(i)] = a[at(i)]! - (2 * sum * v[i]!) / square;
  };
  for (let j = 0; j < n; j++) reflect((i) => i * n + j);
  for (let i = 0; i < n; i++) reflect((j) => i * n + j);
  return a;
}

const size = fc
  .tuple(fc.integer({ min: -9, max: 0 }), fc.double({ min: 1.5, max: 9, noNaN: true }), fc.boolean())
  .map(([power, digit, negative]) => (negative ? -1 : 1) * digit * 10 ** power);

test("counts below and near the threshold as all eigenvalues say, in every unit", () => {
  fc.assert(
    fc.property(
      fc.array(size, { minLength: 1, maxLength: 24 }),
      fc.integer({ min: -900, max: 900 }),
      (sizes, power) => {
        const values = [...sizes, 10];
        const matrix = matrixOf(values, 1);
        const { negative, near, threshold, largest, smallest } = negativeEigenvalues(matrix, { relative: 1e-6 }, 10);
        const found = symmetricEigen(matrix).values;
        assert.is(negative, found.filter((x) => x < -threshold).length);
        assert.is(near, found.filter((x) => Math.abs(x) > threshold / 10 && Math.abs(x) < 10 * threshold).length);
        assert.ok(Math.abs(largest - 10) < 1e-9);
        assert.ok(smallest > 0);
        const scaled = negativeEigenvalues(
          matrix.map((x) => x * 2 ** power),
          { relative: 1e-6 },
          10,
        );
        assert.equal([scaled.negative, scaled.near], [negative, near]);
        assert.is(scaled.threshold, threshold * 2 ** power);
      },
    ),
    { numRuns: 60 },
  );
});

test("takes a threshold in the units of the matrix", () => {
  const matrix = matrixOf([-3, -1e-3, -1e-7, 2], 2);
  const at = (absolute: number) => {
    const { negative, near } = negativeEigenvalues(matrix, { absolute }, 10);
    return [negative, near];
  };
  assert.equal(
    [at(1e-5), at(0.1), at(3e-4), at(0)],
    [
      [2, 0],
      [1, 0],
      [2, 1],
      [3, 0],
    ],
  );
});

test("trusts nothing about a matrix of zeros, and gives zero eigenvalues no sign", () => {
  assert.equal(negativeEigenvalues(new Float64Array(9), { relative: 1e-6 }, 10), {
    negative: 0,
    near: 3,
    threshold: 0,
    smallest: 0,
    largest: 0,
  });
  const { negative, near } = negativeEigenvalues(matrixOf([0, 0, -1, 1], 3), { relative: 1e-6 }, 10);
  assert.equal([negative, near], [1, 0]);
  assert.is(negativeEigenvalues(matrixOf([0, 0, -1, 1], 3), { absolute: 0 }, 10).near, 2);
});

test.run();
