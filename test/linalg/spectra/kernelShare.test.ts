import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pseudoSolve } from "../../../src/linalg/dense/pseudoInverse.ts";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { kernelShare } from "../../../src/linalg/spectra/kernelShare.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { orthogonal, withSpectrum } from "../../support/symmetric.ts";

const test = suite("kernelShare");

test("is what the least-squares solution leaves", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(-3, -1, 0, 0, 0, 0.5, 2), { minLength: 2, maxLength: 14 }),
      fc.integer({ min: 0, max: 99 }),
      (spectrum, seed) => {
        const n = spectrum.length;
        const map = denseMatrix(n, n, withSpectrum(spectrum, orthogonal(n, seed)), { symmetric: true });
        const v = normalVector(n, seed + 1);
        const { x } = pseudoSolve(map, v);
        const image = new Float64Array(n);
        map.apply(x, image);
        const left = norm(image.map((y, i) => y - v[i]!)) / norm(v);
        assertClose(kernelShare(map, v), left, 1e-7, "share", 1);
      },
    ),
    { numRuns: 80, seed: 9 },
  );
});

test("projects on the kernel of a map that is not symmetric", () => {
  // A = (0 1; 0 0): its kernel is the first coordinate.
  const map = denseMatrix(2, 2, Float64Array.of(0, 1, 0, 0));
  assertClose(kernelShare(map, Float64Array.of(3, 4)), 0.6, 1e-12);
});

test("counts small eigenvalues by the tolerance, relative to the norm given", () => {
  const map = diagonal(Float64Array.of(1, 1e-3, 0));
  const v = Float64Array.of(0, 1, 1);
  const third = Float64Array.of(1, 1, 1);
  assertClose(kernelShare(map, third), 1 / Math.sqrt(3), 1e-12);
  assertClose(kernelShare(map, third, { relativeTolerance: 2e-3 }), Math.sqrt(2 / 3), 1e-12);
  assertClose(kernelShare(map, v, { norm: 10 }), 1, 1e-12);
});

test("is 1 for the zero vector and the zero map", () => {
  assert.is(kernelShare(diagonal(Float64Array.of(1, 2)), new Float64Array(2)), 1);
  assertClose(kernelShare(diagonal(new Float64Array(2)), Float64Array.of(1, 2)), 1, 1e-15);
});

test("refuses a tolerance outside its range", () => {
  assertError(
    () => kernelShare(diagonal(Float64Array.of(1)), Float64Array.of(1), { relativeTolerance: 1 }),
    "ERR_OPTION_RANGE",
    /relativeTolerance to be a number in \[0, 1\)/,
  );
});

test.run();
