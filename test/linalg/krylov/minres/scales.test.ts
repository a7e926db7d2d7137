/** MINRES-QLP at every scale: powers of two change the exponents of x and of the norms, and no other bit. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { minresQLP } from "../../../../src/linalg/krylov/minres/minresQLP.ts";
import { denseMatrix } from "../../../../src/linalg/maps/maps.ts";
import * as fc from "../../../support/fastCheck.ts";
import { normalVector } from "../../../support/random.ts";
import { orthogonal, withSpectrum } from "../../../support/symmetric.ts";

const scales = suite("minresQLP at every scale");

const spectra: Readonly<Record<string, readonly number[]>> = {
  definite: [1, 2, 3, 5, 8],
  indefinite: [-4, -1, 0.5, 2, 7],
  singular: [0, 0, -1, 2, 3],
};

for (const [name, spectrum] of Object.entries(spectra)) {
  scales(`${name}: A times 2^p and b times 2^q give x times 2^(q - p), bit for bit`, () => {
    const n = spectrum.length;
    const exponent = fc.integer({ min: -450, max: 450 });
    fc.assert(
      fc.property(exponent, exponent, fc.integer({ min: 0, max: 20 }), (p, q, seed) => {
        const matrix = withSpectrum(spectrum, orthogonal(n, seed));
        const b = normalVector(n, seed + 1);
        const plain = minresQLP(denseMatrix(n, n, matrix, { symmetric: true }), b);
        const { x, termination, norm, residualNorm, ...rest } = minresQLP(
          denseMatrix(
            n,
            n,
            matrix.map((entry) => entry * 2 ** p),
            { symmetric: true },
          ),
          b.map((entry) => entry * 2 ** q),
        );
        assert.is(termination, plain.termination);
        assert.equal(
          Array.from(x, (entry) => entry / 2 ** (q - p)),
          Array.from(plain.x),
        );
        assert.is(norm, plain.norm * 2 ** p);
        assert.is(residualNorm, plain.residualNorm * 2 ** q);
        assert.is(rest.relativeResidual, plain.relativeResidual);
        assert.is(rest.condition, plain.condition);
        assert.is(rest.iterations, plain.iterations);
      }),
    );
  });
}

scales("the ends of float64 are solved, not called non-finite or zero", () => {
  for (const size of [1e-320, 1e-308, 1e-170, 1e150, 1e300]) {
    const matrix = Float64Array.of(2 * size, size, size, 3 * size);
    const { x, termination } = minresQLP(
      denseMatrix(2, 2, matrix, { symmetric: true }),
      Float64Array.of(3 * size, 4 * size),
    );
    assert.is(termination, "solution", `${size}`);
    for (const entry of x) assert.ok(Math.abs(entry - 1) < (size < 1e-300 ? 2e-3 : 1e-12), `${size}: ${x.join(" ")}`);
  }
});

scales("a map that gives NaN is still called non-finite", () => {
  for (const size of [1, 1e300]) {
    const broken = denseMatrix(2, 2, Float64Array.of(Number.NaN, 0, 0, 1), { symmetric: true });
    assert.is(minresQLP(broken, Float64Array.of(size, size)).termination, "non-finite");
  }
});

scales.run();
