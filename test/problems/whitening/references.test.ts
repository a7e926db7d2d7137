/** Whitening and its measures beside 50 digits of mpmath and scikit-learn; scripts/whiteningReferences.py wrote them. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelAlignment } from "../../../src/problems/whitening/kernelAlignment.ts";
import { sampleMoment } from "../../../src/problems/whitening/sampleMoment.ts";
import { whitening } from "../../../src/problems/whitening/whitening.ts";
import { assertClose } from "../../support/assert.ts";
import { bothFactors } from "../../support/bothFactors.ts";

interface Reference {
  readonly centred: boolean;
  readonly shrinkage: number;
  readonly rank: number;
  readonly mean: readonly number[];
  readonly spectrum: readonly number[];
  readonly pca: readonly number[];
  readonly zca: readonly number[];
  readonly cholesky?: readonly number[];
}

interface Case {
  readonly name: string;
  readonly features: number;
  readonly data: readonly number[];
  readonly whitened: readonly Reference[];
  readonly ledoitWolf: readonly [number, number];
  readonly measured: {
    readonly test: readonly number[];
    readonly train: readonly number[];
    readonly cross: readonly number[];
    readonly identityDistance: number;
    readonly crossShare: number;
    readonly effectiveRank: number;
    readonly participationRatio: number;
  };
  readonly labels: readonly number[];
  readonly alignment: readonly [number, number];
}

const file = new URL("../../data/whitening.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };
const epsilon = 2 ** -52;

const references = suite("whitening beside 50 digits");

for (const { name, features, data, whitened, ledoitWolf, measured, labels, alignment } of cases) {
  const samples = Float64Array.from(data);
  references(`finds spectrum, rank and matrices: ${name}`, () => {
    bothFactors(() => {
      for (const { centred, shrinkage, rank, mean, spectrum, ...matrices } of whitened) {
        for (const kind of ["pca", "zca", "cholesky"] as const) {
          const expected = matrices[kind];
          if (expected === undefined) continue;
          const white = whitening(samples, { features, kind, centred, shrinkage });
          const what = `${kind}, centred ${centred}, shrinkage ${shrinkage}`;
          assert.is(white.rank, rank, what);
          assert.is(white.matrix.length, expected.length, what);
          assertClose(white.mean, mean, 4 * epsilon, `mean, ${what}`);
          // Singular values are right to some eps times the largest, which the eigenvalues of a moment are not.
          const roots = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, Math.sqrt);
          assertClose(roots(white.spectrum), roots(spectrum), 30 * epsilon, `roots of the spectrum, ${what}`);
          // Eigenvectors do not feel the shrinkage, and those of an eigenvalue of several dimensions are a choice.
          if (kind === "pca" && shrinkage > 0 && rank < features) continue;
          const smallest = kind === "pca" ? spectrum[rank - 1]! : spectrum[0]! / white.condition;
          const condition = Math.sqrt(spectrum[0]! / smallest);
          assertClose(white.matrix, expected, 100 * epsilon * condition, `matrix, ${what}`);
        }
      }
    });
  });

  references(`estimates the share of Ledoit and Wolf as scikit-learn does: ${name}`, () => {
    bothFactors(() => {
      for (const centred of [false, true]) {
        const { shrinkage } = whitening(samples, { features, centred, shrinkage: "ledoit-wolf" });
        // scikit-learn subtracts a mean of 10^6 deviations at once.
        const rounding = name.startsWith("mean") ? 1e-8 : 1e-13;
        assertClose(shrinkage, ledoitWolf[centred ? 1 : 0], rounding, `centred ${centred}`, 1);
      }
    });
  });

  references(`measures the moment between samples: ${name}`, () => {
    bothFactors(() => {
      const { test, train, cross, ...measures } = measured;
      const own = sampleMoment(samples, { features, test: Float64Array.from(test) });
      assertClose(own.train, train, 1e-14, "train");
      assertClose(own.cross!, cross, 1e-14, "cross");
      for (const [measure, expected] of Object.entries(measures)) {
        assertClose(own[measure as keyof typeof measures]!, expected, 1e-12, measure);
      }
    });
  });

  references(`measures the alignment with labels: ${name}`, () => {
    const kernel = sampleMoment(samples, { features }).train;
    const size = Math.max(...kernel.map(Math.abs));
    for (const centred of [false, true]) {
      const own = kernelAlignment(kernel, labels, { centred });
      // A mean beside which the differences are small takes digits of the kernel with it.
      const lost = centred ? (size / own.spectrum[0]!) * labels.length : 1;
      assertClose(own.alignment, alignment[centred ? 1 : 0], 20 * epsilon * lost + 1e-14, `centred ${centred}`, 1);
    }
  });
}

references.run();
