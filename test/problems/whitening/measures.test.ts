import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digits8x8 } from "../../../src/problems/datasets/digits8x8.ts";
import { degreesOfFreedom } from "../../../src/problems/whitening/degreesOfFreedom.ts";
import { kernelAlignment } from "../../../src/problems/whitening/kernelAlignment.ts";
import { sampleMoment } from "../../../src/problems/whitening/sampleMoment.ts";
import type { Samples } from "../../../src/problems/whitening/samples.ts";
import { whitening } from "../../../src/problems/whitening/whitening.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

const digits = digits8x8();
const some = (from: number, count: number) => digits.rows(Array.from({ length: count }, (_, i) => from + i));

const moment = suite("sampleMoment");

moment("finds nothing that relates samples after full whitening, and something after that of the training set", () => {
  const [train, test] = [some(0, 25), some(100, 15)];
  const measured = (using: "none" | "train" | "all") => {
    if (using === "none") return sampleMoment(train, { test });
    const white = whitening(train, using === "all" ? { using, test } : { using });
    return sampleMoment(white.transform(train), { test: white.transform(test) });
  };
  const [raw, own, full] = [measured("none"), measured("train"), measured("all")];
  assert.ok(raw.identityDistance > 1 && raw.crossShare! > 0.9, `${raw.identityDistance} ${raw.crossShare}`);
  assert.ok(own.identityDistance < 1e-12, `${own.identityDistance}`);
  assert.ok(own.crossShare! > 0.01, `${own.crossShare}`);
  assert.ok(full.identityDistance < 1e-12 && full.crossShare! < 1e-11, `${full.crossShare}`);
  for (const { effectiveRank, participationRatio, rank } of [own, full]) {
    assertClose([effectiveRank, participationRatio, rank], [25, 25, 25], 1e-12);
  }
  assert.ok(raw.effectiveRank < 20);
});

moment("measures do not depend on units and rotations, and keep their bounds", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: -400, max: 400 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 1e6 }),
      (n, d, k, centred, seed) => {
        const [x, y] = [normalVector(n * d, seed), normalVector(3 * d, seed + 1)];
        const own = sampleMoment(x, { features: d, test: y, centred });
        const scale = (values: Float64Array): Float64Array => values.map((value) => value * 2 ** k);
        const other = sampleMoment(scale(x), { features: d, test: scale(y), centred });
        for (const what of ["identityDistance", "effectiveRank", "participationRatio", "rank"] as const) {
          assert.is(other[what], own[what], what);
        }
        // The test samples have a unit of their own.
        assertClose(other.crossShare!, own.crossShare!, 1e-14, "crossShare", 1);
        assert.ok(own.crossShare! <= 1 && own.identityDistance <= Math.sqrt(n - 1) * (1 + 1e-14));
        const most = own.rank * (1 + 1e-12);
        assert.ok(own.participationRatio <= own.effectiveRank * (1 + 1e-12) && own.effectiveRank <= most);
        assert.ok(own.participationRatio >= 1 - 1e-12);
        assert.is(own.rank, Math.min(d, centred ? n - 1 : n));
        const sum = own.spectrum.reduce((all, value) => all + value, 0);
        let trace = 0;
        for (let i = 0; i < n; i++) trace += own.train[i * n + i]!;
        assertClose(sum, trace, 1e-13, "trace");
      },
    ),
  );
});

moment("refuses samples like whitening does", () => {
  assertError(() => sampleMoment([[1, 2]]), "ERR_LENGTH", /at least two samples, got 1/);
  assertError(() => sampleMoment([[1], [Number.NaN]]), "ERR_NOT_FINITE", /got NaN in row 1, feature 0/);
  assertError(() => sampleMoment([[1], [2]], { test: [[1, 2]] }), "ERR_LENGTH", /1 feature per row, got 2 in row 0/);
  assertError(() => sampleMoment([[0], [0]]), "ERR_NOT_POSITIVE_DEFINITE", /not all zero/);
  assertError(() => sampleMoment("data" as unknown as Samples), "ERR_OPTION_TYPE", /to be samples/);
});

moment.run();

const freedom = suite("degreesOfFreedom");

freedom("counts what whitening takes: r (r + 1) / 2, and all up to the rank", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (n, rank) => {
      const { raw, whitened, lost } = degreesOfFreedom(n, rank);
      const r = Math.min(n, rank);
      assert.is(lost, (r * (r + 1)) / 2);
      assert.is(raw - whitened, lost);
      // n x r matrices but for rotations from the right; projections of rank r.
      assert.is(raw, n * r - (r * (r - 1)) / 2);
      assert.is(whitened, r * (n - r));
      if (n <= rank) assert.equal([raw, whitened], [(n * (n + 1)) / 2, 0]);
    }),
  );
});

freedom("refuses numbers that count nothing", () => {
  assertError(() => degreesOfFreedom(0, 3), "ERR_OPTION_RANGE", /samples to be a positive integer, got 0/);
  assertError(() => degreesOfFreedom(3, 1.5), "ERR_OPTION_RANGE", /rank to be a positive integer, got 1.5/);
});

freedom.run();

const alignment = suite("kernelAlignment");

alignment("is 1 for the kernel of the labels, and tells nothing of a kernel that is the identity", () => {
  const labels = [0, 1, 2, 0, 1, 2, 2, 0];
  const own = Float64Array.from({ length: 64 }, (_, at) => (labels[Math.floor(at / 8)] === labels[at % 8] ? 1 : 0));
  for (const centred of [true, false]) {
    assertClose(kernelAlignment(own, labels, { centred }).alignment, 1, 1e-14);
    const scaled = own.map((entry) => 2 ** 300 * entry);
    assert.is(
      kernelAlignment(scaled, labels, { centred }).alignment,
      kernelAlignment(own, labels, { centred }).alignment,
    );
  }
  const identity = Float64Array.from({ length: 64 }, (_, at) => (at % 9 === 0 ? 1 : 0));
  const { spectrum, labelShares } = kernelAlignment(identity, labels);
  assertClose(spectrum.slice(0, 7), new Float64Array(7).fill(1), 1e-14);
  assertClose(
    labelShares.reduce((sum, share) => sum + share, 0),
    1,
    1e-14,
  );
});

alignment("of real digits falls by whitening, and their labels lie along the first directions before it", () => {
  const train = some(0, 120);
  const raw = kernelAlignment(sampleMoment(train).train, train.labels!);
  const white = whitening(train);
  const after = kernelAlignment(sampleMoment(white.transform(train)).train, train.labels!);
  assert.ok(raw.alignment > 1.2 * after.alignment, `${raw.alignment} ${after.alignment}`);
  const first = (shares: Float64Array): number => shares.slice(0, 12).reduce((sum, share) => sum + share, 0);
  assert.ok(first(raw.labelShares) > 0.4, `${first(raw.labelShares)}`);
});

alignment("takes targets too: of labels one-hot they give the same", () => {
  const kernel = sampleMoment(normalVector(6 * 4, 3), { features: 4 }).train;
  const labels = [0, 1, 1, 2, 0, 2];
  const targets = new Float64Array(18);
  labels.forEach((label, i) => {
    targets[3 * i + label] = 1;
  });
  assert.equal(kernelAlignment(kernel, targets), kernelAlignment(kernel, labels));
});

alignment("refuses wrong kernels and labels", () => {
  const kernel = Float64Array.of(2, 1, 1, 2);
  const refused = (act: () => unknown, code: string, message: RegExp): void => assertError(act, code, message);
  refused(() => kernelAlignment(Float64Array.of(1, 2, 3), [0, 1]), "ERR_LENGTH", /n x n numbers, got 3/);
  refused(() => kernelAlignment([1, 0, 0, 1] as unknown as Float64Array, [0, 1]), "ERR_OPTION_TYPE", /Float64Array/);
  refused(() => kernelAlignment(kernel.with(1, Number.NaN), [0, 1]), "ERR_NOT_FINITE", /got NaN at \(0, 1\)/);
  refused(() => kernelAlignment(kernel, [0, 1, 1]), "ERR_LENGTH", /2 labels, one per sample, got 3/);
  refused(() => kernelAlignment(kernel, [0, -1]), "ERR_OPTION_RANGE", /integers from 0, got -1 in row 1/);
  refused(() => kernelAlignment(kernel, [1, 1]), "ERR_OPTION_RANGE", /labels that are not all the same/);
  refused(() => kernelAlignment(kernel, []), "ERR_OPTION_TYPE", /expected labels or targets/);
  refused(() => kernelAlignment(kernel, Float64Array.of(1, Number.NaN)), "ERR_NOT_FINITE", /got NaN in row 1/);
  refused(() => kernelAlignment(new Float64Array(4), [0, 1]), "ERR_OPTION_RANGE", /got a kernel of zero/);
});

alignment.run();
