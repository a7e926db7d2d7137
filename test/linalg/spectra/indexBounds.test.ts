import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { indexBounds } from "../../../src/linalg/spectra/indexBounds.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { orthogonal, withSpectrum } from "../../support/symmetric.ts";

const test = suite("indexBounds");

test("encloses the count, however few the steps, and meets it after n", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(-9, -2, -1, -1e-4, 0, 1e-4, 1, 3, 40), { minLength: 2, maxLength: 24 }),
      fc.integer({ min: 0, max: 99 }),
      (spectrum, seed) => {
        const n = spectrum.length;
        const map = denseMatrix(n, n, withSpectrum(spectrum, orthogonal(n, seed)), { symmetric: true });
        for (const below of [-1e-5, 0.5]) {
          const count = spectrum.filter((x) => x < below).length;
          for (const steps of [1, Math.ceil(n / 2), n]) {
            const { lower, upper, products } = indexBounds(map, { below, steps, seed });
            assert.ok(lower <= count && count <= upper, `${lower} <= ${count} <= ${upper}`);
            assert.ok(products <= n);
            if (steps === n) assert.equal([lower, upper], [count, count]);
          }
        }
      },
    ),
    { numRuns: 80, seed: 7 },
  );
});

test("finds few negative eigenvalues that stand apart after few products", () => {
  const entries = Float64Array.from({ length: 3000 }, (_, k) => (k < 4 ? -5 - k : 1 + (k % 97) / 50));
  const { lower, upper, smallest, smallestResidual } = indexBounds(diagonal(entries), { steps: 40 });
  assert.is(lower, 4);
  assert.ok(upper >= 4 && upper < 3000);
  assertClose(smallest, -8, 1e-10);
  assert.ok(smallestResidual < 1e-4);
});

test("counts no zero as negative, and refuses NaN", () => {
  assert.is(indexBounds(diagonal(new Float64Array(5))).lower, 0);
  assertError(() => indexBounds(diagonal(new Float64Array(2)), { below: Number.NaN }), "ERR_OPTION_RANGE", /below/);
});

test.run();
