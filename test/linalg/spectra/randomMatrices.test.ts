import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { weightedSum, wigner, wishart } from "../../../src/linalg/spectra/randomMatrices.ts";
import {
  marchenkoPastur,
  type SpectralLaw,
  semicircle,
  wishartPlusWigner,
} from "../../../src/linalg/spectra/spectralLaws.ts";
import { assertClose, assertError } from "../../support/assert.ts";

const n = 160;

/** Largest difference between the spectrum's distribution and the law's, away from the jump at zero. */
function distance(matrix: Float64Array, law: SpectralLaw): number {
  const { values } = symmetricEigen(matrix);
  let largest = 0;
  values.forEach((value, k) => {
    if (Math.abs(value) < 1e-9) return;
    const share = law.cumulative(value);
    largest = Math.max(largest, Math.abs(share - k / n), Math.abs(share - (k + 1) / n));
  });
  return largest;
}

const matrices = suite("random matrices");

matrices("Wigner's spectrum is near the semicircle, scaled too", () => {
  assert.ok(distance(wigner(n, 1), semicircle()) < 0.03);
  assert.ok(distance(weightedSum([[-3, wigner(n, 2)]]), semicircle(-3)) < 0.03);
});

matrices("Wishart's spectrum is near Marchenko and Pastur's law, with its share of exact zeros", () => {
  for (const samples of [80, 160, 320]) {
    const law = marchenkoPastur(n / samples);
    const matrix = wishart(n, samples, 3);
    assert.ok(distance(matrix, law) < 0.03, `k = ${samples}: ${distance(matrix, law)}`);
    const zeros = symmetricEigen(matrix).values.filter((value) => Math.abs(value) < 1e-10).length;
    assertClose(zeros / n, law.massAtZero, 1e-12, "zeros", 1);
  }
});

matrices("a negative Wishart matrix has the mirrored law, without NaN", () => {
  const law = marchenkoPastur(0.5, -1);
  assert.ok(law.support[1] < 0);
  assert.ok(distance(weightedSum([[-1, wishart(n, 320, 4)]]), law) < 0.03);
});

matrices("the weighted sum is near the free convolution, for any signs and ratios", () => {
  for (const [ratio, a, b] of [
    [0.5, 1, 0.5],
    [2, 1, 0.3],
    [0.25, -2, 1],
    [4, 0.5, 2],
  ] as const) {
    const matrix = weightedSum([
      [a, wishart(n, n / ratio, 5)],
      [b, wigner(n, 6)],
    ]);
    const found = distance(matrix, wishartPlusWigner({ ratio, wishart: a, wigner: b }));
    assert.ok(found < 0.035, `${ratio}, ${a}, ${b}: ${found}`);
  }
});

matrices("are the same for the same seed, symmetric, and of the variance stated", () => {
  assert.equal(wigner(20, 1), wigner(20, 1));
  assert.not.equal(wigner(20, 1), wigner(20, 2));
  const matrix = wishart(30, 10, 1);
  for (let i = 0; i < 30; i++) for (let j = 0; j < i; j++) assert.is(matrix[i * 30 + j], matrix[j * 30 + i]);
  const big = wigner(300, 9);
  const off = big.filter((_, at) => at % 300 !== Math.floor(at / 300));
  assertClose((300 * off.reduce((sum, x) => sum + x * x, 0)) / off.length, 1, 0.03);
});

matrices("refuse sizes that are none", () => {
  assertError(() => wigner(0, 1), "ERR_OPTION_RANGE", /wigner: expected n/);
  assertError(() => wishart(3, 0.5, 1), "ERR_OPTION_RANGE", /samples/);
  assertError(() => weightedSum([]), "ERR_LENGTH", /got none/);
  assertError(
    () =>
      weightedSum([
        [1, wigner(2, 1)],
        [1, wigner(3, 1)],
      ]),
    "ERR_LENGTH",
    /4, 9/,
  );
});
matrices.run();

const laws = suite("spectral laws");

laws("have the known density, mass and moments", () => {
  assertClose(semicircle().density(0), 1 / Math.PI, 1e-14);
  assert.is(marchenkoPastur(2).massAtZero, 0.5);
  assertClose(marchenkoPastur(0.25).support, [0.25, 2.25], 1e-14);
  for (const [law, mean, square] of [
    [semicircle(2), 0, 4],
    [marchenkoPastur(0.5), 1, 1.5],
    [marchenkoPastur(3), 1, 4],
    [marchenkoPastur(1), 1, 2],
    [marchenkoPastur(0.5, -2), -2, 6],
    // Free cumulants add: mean a, variance a^2 gamma + b^2.
    [wishartPlusWigner({ ratio: 0.5, wishart: 2, wigner: 0.7 }), 2, 4 + 2 + 0.49],
    [wishartPlusWigner({ ratio: 3, wishart: -1, wigner: 1.5 }), -1, 1 + 3 + 2.25],
  ] as const) {
    const [low, high] = law.support;
    const half = (high - low) / 2;
    let mass = law.massAtZero;
    let first = 0;
    let second = 0;
    const steps = 20_000;
    for (let k = 0; k < steps; k++) {
      const angle = ((k + 0.5) * Math.PI) / steps;
      const x = low + half * (1 - Math.cos(angle));
      const weight = law.density(x) * half * Math.sin(angle) * (Math.PI / steps);
      mass += weight;
      first += x * weight;
      second += x * x * weight;
    }
    assertClose([mass, first, second], [1, mean, square], 1e-4, "moments", 1);
    assertClose(law.cumulative(high), 1, 1e-12);
    assertClose(law.cumulative(low - 1), low - 1 >= 0 ? law.massAtZero : 0, 1e-12);
    assert.is(law.density(high + 1), 0);
  }
});

laws("jump at zero where there is mass", () => {
  const law = marchenkoPastur(2);
  assert.is(law.cumulative(-1e-9), 0);
  assertClose(law.cumulative(0), 0.5, 1e-12);
  assertClose(law.cumulative(100), 1, 1e-12);
});

laws("refuse ratios and scales that are none", () => {
  assertError(() => marchenkoPastur(0), "ERR_OPTION_RANGE", /ratio/);
  assertError(() => semicircle(0), "ERR_OPTION_RANGE", /scale/);
  assertError(() => wishartPlusWigner({ ratio: 1, wigner: 0 }), "ERR_OPTION_RANGE", /wigner/);
});
laws.run();
