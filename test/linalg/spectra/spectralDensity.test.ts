import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { spectralDensity } from "../../../src/linalg/spectra/spectralDensity.ts";
import { hutchinson, hutchPlusPlus } from "../../../src/linalg/spectra/traceEstimates.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { orthogonal, withSpectrum } from "../../support/symmetric.ts";

const density = suite("spectralDensity");

density("estimates means and shares of the spectrum within a few standard errors", () => {
  const n = 400;
  const spectrum = Array.from({ length: n }, (_, k) => (k < 60 ? -2 - k / 40 : k < 160 ? 0 : 1 + k / 200));
  const map = diagonal(Float64Array.from(spectrum));
  const found = spectralDensity(map, { probes: 20, steps: 60, seed: 1 });
  for (const [estimate, exact] of [
    [found.below(-1), 60 / n],
    [found.below(0.5), 160 / n],
    [found.mean((x) => x), spectrum.reduce((sum, x) => sum + x, 0) / n],
    [found.mean((x) => x * x), spectrum.reduce((sum, x) => sum + x * x, 0) / n],
    [found.mean(Math.exp), spectrum.reduce((sum, x) => sum + Math.exp(x), 0) / n],
  ] as const) {
    assert.ok(estimate.standardError > 0);
    const error = Math.abs(estimate.value - exact);
    assert.ok(error < 4 * estimate.standardError, `${estimate.value} +- ${estimate.standardError}, exact ${exact}`);
  }
  assertClose(
    found.weights.reduce((sum, w) => sum + w, 0),
    1,
    1e-12,
  );
  assert.is(found.nodes.length, found.weights.length);
  assert.ok(found.products <= 1200);
});

density("is a density: not negative, of integral one", () => {
  const found = spectralDensity(diagonal(normalVector(100, 3)), { probes: 4 });
  let integral = 0;
  for (let x = -8; x < 8; x += 0.02) {
    const value = found.at(x, 0.2);
    assert.ok(value >= 0);
    integral += 0.02 * value;
  }
  assertClose(integral, 1, 1e-6);
});

density("is exact with one probe for a multiple of the identity, without a standard error", () => {
  const found = spectralDensity(diagonal(new Float64Array(30).fill(3)), { probes: 1 });
  assertClose(found.nodes, [3], 1e-13);
  assert.ok(Number.isNaN(found.mean((x) => x).standardError));
});

density("gives the same for the same seed", () => {
  const map = diagonal(normalVector(50, 1));
  const options = { probes: 2, steps: 10 };
  assert.equal(spectralDensity(map, options).nodes, spectralDensity(map, options).nodes);
  assert.not.equal(spectralDensity(map, options).nodes, spectralDensity(map, { ...options, seed: 1 }).nodes);
});

density("refuses what it cannot do", () => {
  const map = diagonal(Float64Array.of(1, 2));
  assertError(() => spectralDensity(map, { probes: 0 }), "ERR_OPTION_RANGE", /probes/);
  assertError(() => spectralDensity(map).at(0, 0), "ERR_OPTION_RANGE", /width/);
  assertError(() => spectralDensity(denseMatrix(2, 2, new Float64Array(4))), "ERR_NOT_SYMMETRIC");
});
density.run();

const traces = suite("hutchinson and hutchPlusPlus");

traces("hutchinson is exact for diagonal maps, and within a few standard errors else", () => {
  assertClose(hutchinson(diagonal(Float64Array.of(1, -2, 5)), { products: 2 }).value, 4, 1e-14);
  const n = 80;
  const a = normalVector(n * n, 6);
  let exact = 0;
  for (let i = 0; i < n; i++) exact += a[i * n + i]!;
  const { value, standardError, products } = hutchinson(denseMatrix(n, n, a), { products: 200 });
  assert.ok(Math.abs(value - exact) < 4 * standardError && standardError > 0);
  assert.is(products, 200);
});

traces("hutchPlusPlus is exact where the rank is below a third of its products", () => {
  const n = 60;
  const spectrum = Array.from({ length: n }, (_, k) => (k < 5 ? 10 - 3 * k : 0));
  const map = denseMatrix(n, n, withSpectrum(spectrum, orthogonal(n, 1)), { symmetric: true });
  assertClose(hutchPlusPlus(map, { products: 30 }).value, 20, 1e-10);
  const small = denseMatrix(3, 3, Float64Array.of(1, 5, 0, -4, 2, 7, 0, 1, 3));
  const all = hutchPlusPlus(small, { products: 9 });
  assertClose(all.value, 6, 1e-12);
});

traces("hutchPlusPlus has a far smaller error than hutchinson on a spectrum that decays, for the same products", () => {
  const n = 150;
  const spectrum = Array.from({ length: n }, (_, k) => 100 / (k + 1) ** 2);
  const map = denseMatrix(n, n, withSpectrum(spectrum, orthogonal(n, 4)), { symmetric: true });
  const exact = spectrum.reduce((sum, x) => sum + x, 0);
  let plain = 0;
  let better = 0;
  for (let seed = 0; seed < 10; seed++) {
    plain += Math.abs(hutchinson(map, { products: 45, seed }).value - exact);
    const found = hutchPlusPlus(map, { products: 45, seed });
    assert.ok(found.products <= 45);
    better += Math.abs(found.value - exact);
  }
  assert.ok(better < plain / 5, `${better} against ${plain}`);
});

traces("refuse maps that are not square, and too few products", () => {
  assertError(() => hutchinson(denseMatrix(1, 2, new Float64Array(2))), "ERR_LENGTH", /1 x 2/);
  assertError(() => hutchPlusPlus(diagonal(new Float64Array(4)), { products: 2 }), "ERR_OPTION_RANGE", /at least 3/);
  assertClose(hutchPlusPlus(diagonal(new Float64Array(4))).value, 0, 0);
});
traces.run();
