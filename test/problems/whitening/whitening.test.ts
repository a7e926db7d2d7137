import { suite } from "uvu";
import * as assert from "uvu/assert";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { digits8x8 } from "../../../src/problems/datasets/digits8x8.ts";
import { moments } from "../../../src/problems/whitening/moments.ts";
import type { Samples } from "../../../src/problems/whitening/samples.ts";
import type { Whitening, WhiteningKind, WhiteningOptions } from "../../../src/problems/whitening/types.ts";
import { whitening } from "../../../src/problems/whitening/whitening.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { bothFactors } from "../../support/bothFactors.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { between } from "../../support/rowProducts.ts";

const kinds: readonly WhiteningKind[] = ["pca", "zca", "cholesky"];
const epsilon = 2 ** -52;

/** Samples of a rank, whose features have sizes over `decades` decades, and a mean. */
const cases = fc
  .record({
    samples: fc.integer({ min: 2, max: 24 }),
    features: fc.integer({ min: 1, max: 20 }),
    rank: fc.integer({ min: 1, max: 20 }),
    decades: fc.integer({ min: 0, max: 5 }),
    mean: fc.constantFrom(0, 1, 1e6),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ samples, features, rank: wanted, decades, mean, seed }) => {
    const rank = Math.min(wanted, samples, features);
    const left = normalVector(samples * rank, seed);
    const right = normalVector(rank * features, seed + 1);
    const x = new Float64Array(samples * features);
    for (let i = 0; i < samples; i++) {
      for (let l = 0; l < rank; l++) {
        const weight = left[i * rank + l]! * 10 ** (-(decades * l) / Math.max(1, rank - 1));
        for (let j = 0; j < features; j++) x[i * features + j]! += weight * right[l * features + j]!;
      }
    }
    for (let i = 0; i < x.length; i++) x[i]! += mean * (1 + (i % features));
    return { x, samples, features };
  });

const transform = suite("whitening");

transform("gives samples whose moment is the identity on its range, for each kind, of whatever rank", () => {
  fc.assert(
    fc.property(cases, fc.boolean(), fc.constantFrom(...kinds), ({ x, samples, features }, centred, kind) => {
      bothFactors(() => {
        let white: Whitening;
        try {
          white = whitening(x, { features, centred, kind });
        } catch (error) {
          // Only these two may be refused: Cholesky below full rank, and two equal samples, centred.
          assertError(() => {
            throw error;
          }, "ERR_NOT_POSITIVE_DEFINITE");
          return;
        }
        const y = white.transform(x);
        assert.is(y.length, samples * white.outputs);
        const moment = between(transposed(y, samples), transposed(y, samples), samples).map((sum) => sum / samples);
        // A projection of the rank: the identity where there are as many outputs.
        const squared = between(moment, moment, white.outputs);
        const rounding = 200 * epsilon * Math.sqrt(white.condition * features) * Math.sqrt(samples);
        assertClose(squared, moment, rounding, "S = S^2", 1);
        const trace = moment.reduce((sum, own, at) => sum + (at % (white.outputs + 1) === 0 ? own : 0), 0);
        assertClose(trace, white.rank, rounding * features, "trace", 1);
      });
    }),
    { numRuns: 150 },
  );
});

function transposed(y: Float64Array, rows: number): Float64Array {
  const columns = y.length / rows;
  return y.map((_, at) => y[(at % rows) * columns + Math.floor(at / rows)]!);
}

transform("goes back to the samples, and treats new data by the matrix and the mean that it shows", () => {
  fc.assert(
    fc.property(
      cases,
      fc.boolean(),
      fc.constantFrom(...kinds),
      fc.constantFrom(0, 0.25, "ledoit-wolf" as const),
      ({ x, samples, features }, centred, kind, shrinkage) => {
        const white = attempt(x, { features, centred, kind, shrinkage });
        if (white === undefined) return;
        const size = Math.max(...x.map(Math.abs));
        const rounding = 100 * epsilon * Math.sqrt(white.condition) * Math.sqrt(features);
        assertClose(white.inverse(white.transform(x)), x, rounding, "back", size);
        const other = normalVector(3 * features, samples);
        const expected = between(
          other.map((value, at) => value - white.mean[at % features]!),
          white.matrix,
          features,
        );
        const largest = Math.max(1, ...white.mean.map(Math.abs)) * Math.max(...white.matrix.map(Math.abs));
        assertClose(white.transform(other), expected, 10 * rounding, "new data", largest);
      },
    ),
    { numRuns: 150 },
  );
});

function attempt(x: Samples, options: WhiteningOptions): Whitening | undefined {
  try {
    return whitening(x, options);
  } catch {
    return undefined;
  }
}

transform("does not depend on the unit of the samples: 2^k X has the same transform, to the last bit", () => {
  fc.assert(
    fc.property(
      cases,
      fc.integer({ min: -900, max: 900 }),
      fc.constantFrom(...kinds),
      fc.constantFrom(0, 0.25, "ledoit-wolf" as const),
      fc.boolean(),
      ({ x, features }, k, kind, shrinkage, centred) => {
        const options = { features, kind, shrinkage, centred };
        const white = attempt(x, options);
        const scaled = x.map((value) => value * 2 ** k);
        const other = attempt(scaled, options);
        assert.is(other === undefined, white === undefined);
        if (white === undefined || other === undefined) return;
        assert.equal(other.transform(scaled), white.transform(x));
        assert.is(other.rank, white.rank);
        assert.is(other.shrinkage, white.shrinkage);
        assert.equal(
          other.matrix.map((entry) => entry * 2 ** k),
          white.matrix,
        );
      },
    ),
    { numRuns: 100 },
  );
});

transform("resolves samples of condition 10^9 and more, with LAPACK and without", () => {
  const [n, d] = [40, 16];
  for (const condition of [1e9, 1e12]) {
    // Orthogonal columns of falling length, rotated by reflections: the singular values are known.
    const q = normalVector(d, 5);
    const p = normalVector(n, 6);
    const x = new Float64Array(n * d);
    for (let j = 0; j < d; j++) x[j * d + j] = condition ** (-j / (d - 1));
    const reflect = (v: Float64Array, rows: boolean): void => {
      const square = v.reduce((sum, own) => sum + own * own, 0);
      const [outer, inner] = rows ? [d, n] : [n, d];
      for (let o = 0; o < outer; o++) {
        const at = (i: number): number => (rows ? i * d + o : o * d + i);
        let sum = 0;
        for (let i = 0; i < inner; i++) sum += v[i]! * x[at(i)]!;
        for (let i = 0; i < inner; i++) x[at(i)]! -= ((2 * sum) / square) * v[i]!;
      }
    };
    reflect(q, false);
    reflect(p, true);
    bothFactors(() => {
      const white = whitening(x, { features: d });
      assert.is(white.rank, d);
      white.spectrum.forEach((own, j) => {
        const expected = condition ** (-j / (d - 1));
        assertClose(Math.sqrt(own * n), expected, (100 * epsilon) / expected, `value ${j} at ${condition}`);
      });
      const moment = secondMoment(white.transform(x), d);
      const identity = moment.map((_, at) => (at % (d + 1) === 0 ? 1 : 0));
      assertClose(moment, identity, 100 * epsilon * condition, `moment at ${condition}`);
      // By the moment as a matrix half of the values are lost.
      const bySecond = whitening(x, { features: d, using: secondMoment(x, d) });
      assert.ok(bySecond.rank < d, `${bySecond.rank}`);
    });
  }
});

transform("drops directions without variance, and takes the rank from samples alone", () => {
  const digits = digits8x8();
  const first = digits.rows(Array.from({ length: 200 }, (_, i) => i));
  const white = whitening(first);
  // Some pixels are blank in all images.
  assert.ok(white.rank < 64 && white.rank > 50, `${white.rank}`);
  assert.equal(white.outputs, white.rank);
  const constant = Array.from({ length: 9 }, (_, i) => [Math.sin(i), 1000000.1, Math.cos(2 * i)]);
  for (const kind of ["pca", "zca"] as const) {
    const centred = whitening(constant, { centred: true, kind });
    assert.is(centred.rank, 2);
    assert.is(centred.spectrum[2], 0);
    assert.is(centred.mean[1], 1000000.1);
    assertClose(Math.max(...centred.transform(constant).map(Math.abs)), 1, 2, "size");
  }
  assert.is(whitening(constant).rank, 3);
  assert.is(whitening(constant, { rankTolerance: 1e-3 }).rank, 1);
  // n centred samples span n - 1 dimensions, whatever rounding says.
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 1e6 }), (n, seed) => {
      const x = normalVector(n * 12, seed).map((value, at) => value + 1e6 * (at % 12));
      assert.is(whitening(x, { features: 12, centred: true }).rank, n - 1);
      assert.is(whitening(x, { features: 12 }).rank, n);
    }),
  );
});

transform(
  "whitens training and test samples together, where asked to: pooled moments have no block between them",
  () => {
    const digits = digits8x8();
    const train = digits.rows(Array.from({ length: 25 }, (_, i) => i));
    const test = digits.rows(Array.from({ length: 15 }, (_, i) => 100 + i));
    for (const kind of ["pca", "zca"] as const) {
      const full = whitening(train, { using: "all", test, kind });
      assert.is(full.rank, 40);
      const [a, b] = [full.transform(train).inputs, full.transform(test).inputs];
      const k = between(a, a, full.outputs).map((entry) => entry / 40);
      assertClose(
        k,
        k.map((_, at) => (at % 26 === 0 ? 1 : 0)),
        1e-12,
        "K",
      );
      assertClose(between(a, b, full.outputs), new Float64Array(25 * 15), 1e-11, "cross", 1);
      const own = whitening(train, { kind });
      const cross = between(own.transform(train).inputs, own.transform(test).inputs, own.outputs);
      assert.ok(Math.max(...cross.map(Math.abs)) > 1, "training samples alone leave it");
    }
  },
);

transform("takes a moment, or a large sample, in place of the data", () => {
  const large = normalVector(5000 * 3, 3).map((value, at) => value * [3, 1, 0.2][at % 3]! + 10);
  const rows = Array.from({ length: 5000 }, (_, i) => large.subarray(3 * i, 3 * i + 3));
  const data = rows.slice(0, 20);
  const seen = moments({ features: 3 });
  seen.add(large);
  for (const centred of [false, true]) {
    for (const kind of kinds) {
      const bySamples = whitening(data, { using: rows, centred, kind });
      const byMoment = whitening(data, { using: seen, centred, kind });
      assertClose(byMoment.matrix, bySamples.matrix, 1e-11);
      assertClose(byMoment.transform(data), bySamples.transform(data), 1e-11);
      assert.is(byMoment.count, 5000);
      const { covariance, mean } = seen;
      assertClose(whitening(data, { using: { covariance, mean }, centred, kind }).matrix, bySamples.matrix, 1e-11);
      const more = { using: seen, centred, kind, divisor: "n - 1" } as const;
      assertClose(
        whitening(data, more).matrix,
        bySamples.matrix.map((entry) => entry * Math.sqrt(4999 / 5000)),
        1e-11,
      );
    }
  }
  assertClose(whitening(data, { using: seen.second }).matrix, whitening(data, { using: rows }).matrix, 1e-11);
});

transform("divides by n, n - 1 or 1", () => {
  const x = normalVector(30, 4);
  const by = (divisor: WhiteningOptions["divisor"]): Float64Array =>
    whitening(x, { features: 3, ...(divisor === undefined ? {} : { divisor }) }).matrix;
  assert.equal(by("n"), by(undefined));
  for (const [divisor, n] of [
    ["n - 1", 9],
    [1, 1],
  ] as const) {
    assertClose(
      by(divisor),
      by("n").map((entry) => entry * Math.sqrt(n / 10)),
      1e-14,
    );
  }
});

transform("keeps labels, targets and rows of a data set, and the shape of its images under zca", () => {
  const digits = digits8x8().rows(Array.from({ length: 100 }, (_, i) => i));
  const zca = whitening(digits, { kind: "zca" }).transform(digits);
  assert.equal(zca.fields.inputs, [8, 8, 1]);
  assert.equal(zca.labels, digits.labels);
  assert.equal(zca.names, digits.names);
  const white = whitening(digits);
  const pca = white.transform(digits);
  assert.equal(pca.fields.inputs, [white.rank]);
  assert.is(pca.names[0], "component 1");
  assert.equal(pca.targets, digits.targets);
  assert.equal(white.transform(digits.inputs), pca.inputs);
  assert.is.not(JSON.stringify(pca.description), JSON.stringify(digits.description));
});

transform.run();
