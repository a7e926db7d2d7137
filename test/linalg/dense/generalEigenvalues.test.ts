import { suite } from "uvu";
import { generalEigenvalues } from "../../../src/linalg/dense/generalEigenvalues.ts";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

const test = suite("generalEigenvalues");

test("gives the pair of a rotation, and real ones of a triangle in order", () => {
  const rotation = generalEigenvalues(Float64Array.of(0, 2, -2, 0));
  assertClose(rotation.real, [0, 0], 1e-15);
  assertClose(rotation.imaginary, [-2, 2], 1e-15);
  const triangle = generalEigenvalues(Float64Array.of(3, 1, 1, 0, -1, 1, 0, 0, 2));
  assertClose(triangle.real, [-1, 2, 3], 1e-14);
  assertClose(triangle.imaginary, [0, 0, 0], 0);
});

test("agrees with trace and determinant, and takes maps", () => {
  const n = 12;
  const values = normalVector(n * n, 3);
  const { real, imaginary } = generalEigenvalues(denseMatrix(n, n, values));
  let trace = 0;
  let traceOfSquare = 0;
  for (let i = 0; i < n; i++) {
    trace += values[i * n + i]!;
    for (let j = 0; j < n; j++) traceOfSquare += values[i * n + j]! * values[j * n + i]!;
  }
  let sum = 0;
  let sumOfSquares = 0;
  real.forEach((x, k) => {
    sum += x;
    sumOfSquares += x * x - imaginary[k]! ** 2;
  });
  assertClose(sum, trace, 1e-12, "trace", 1);
  assertClose(sumOfSquares, traceOfSquare, 1e-12, "trace of the square", 1);
});

test("refuses what is not square or not finite", () => {
  assertError(() => generalEigenvalues(new Float64Array(3)), "ERR_LENGTH");
  assertError(() => generalEigenvalues(denseMatrix(1, 4, new Float64Array(4))), "ERR_LENGTH");
  assertError(() => generalEigenvalues(Float64Array.of(Number.NaN)), "ERR_NOT_FINITE");
});

test.run();
