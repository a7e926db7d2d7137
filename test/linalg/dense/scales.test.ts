/** Dense decompositions at every scale: a power of two changes exponents, and no other bit. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { generalEigenvalues } from "../../../src/linalg/dense/generalEigenvalues.ts";
import { pseudoSolve } from "../../../src/linalg/dense/pseudoInverse.ts";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

const scales = suite("dense decompositions at every scale");
// From n = 12 on the machine's LAPACK takes symmetric matrices.
const sizes = fc.constantFrom(1, 2, 3, 5, 14);
const exponents = fc.integer({ min: -900, max: 900 });

const times = (values: Float64Array, exponent: number): Float64Array => values.map((x) => x * 2 ** exponent);
function symmetric(n: number, seed: number): Float64Array {
  const values = normalVector(n * n, seed);
  return values.map((x, at) => x + values[(at % n) * n + Math.floor(at / n)]!);
}

scales("symmetricEigen: eigenvalues times 2^p, the same eigenvectors", () => {
  fc.assert(
    fc.property(sizes, exponents, fc.nat(20), (n, p, seed) => {
      const plain = symmetricEigen(symmetric(n, seed));
      const { values, vectors } = symmetricEigen(times(symmetric(n, seed), p));
      assert.equal(values, times(plain.values, p));
      assert.equal(vectors, plain.vectors);
    }),
  );
});

scales("generalEigenvalues: times 2^p", () => {
  fc.assert(
    fc.property(sizes, exponents, fc.nat(20), (n, p, seed) => {
      const plain = generalEigenvalues(normalVector(n * n, seed));
      const { real, imaginary } = generalEigenvalues(times(normalVector(n * n, seed), p));
      assert.equal(real, times(plain.real, p));
      assert.equal(imaginary, times(plain.imaginary, p));
    }),
  );
});

scales("pseudoSolve: A times 2^p and b times 2^q give x times 2^(q - p)", () => {
  const half = fc.integer({ min: -450, max: 450 });
  fc.assert(
    fc.property(sizes, half, half, fc.boolean(), fc.nat(20), (n, p, q, isSymmetric, seed) => {
      const values = isSymmetric ? symmetric(n, seed) : normalVector(n * n, seed);
      const b = normalVector(n, seed + 1);
      const plain = pseudoSolve(denseMatrix(n, n, values, { symmetric: isSymmetric }), b);
      const scaled = pseudoSolve(denseMatrix(n, n, times(values, p), { symmetric: isSymmetric }), times(b, q));
      assert.equal(scaled.x, times(plain.x, q - p));
      assert.is(scaled.rank, plain.rank);
    }),
  );
});

scales("the ends of float64", () => {
  for (const size of [1e-320, 1e-170, 1e155, 1e300]) {
    const { real } = generalEigenvalues(Float64Array.of(1, 2, 3, 4).map((x) => x * size));
    assertClose(real, [-0.3722813232690143 * size, 5.372281323269014 * size], size < 1e-300 ? 1e-3 : 1e-14);
    const { values } = symmetricEigen(Float64Array.of(1, 2, 3, 2, 4, 5, 3, 5, 6).map((x) => x * size));
    assertClose(values[2]!, 11.344814282762078 * size, size < 1e-300 ? 1e-3 : 1e-14);
  }
});

scales("NaN and infinities are refused, in the matrix and in b", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const symmetric of [true, false]) {
      const matrix = denseMatrix(2, 2, Float64Array.of(bad, 1, 1, 1), { symmetric });
      assertError(() => pseudoSolve(matrix, Float64Array.of(1, 1)), "ERR_NOT_FINITE", /got (NaN|Infinity)/);
    }
    const identity = denseMatrix(2, 2, Float64Array.of(1, 0, 0, 1), { symmetric: true });
    assertError(
      () => pseudoSolve(identity, Float64Array.of(1, bad)),
      "ERR_NOT_FINITE",
      /in b, got (NaN|Infinity) at 1/,
    );
  }
});

scales.run();
