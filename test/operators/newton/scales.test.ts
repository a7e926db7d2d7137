/** Finders in other units: docs/scales.md says which are scale-free in which sense, and here both sides are tried. */
import { readdirSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exponentOf } from "../../../src/elementary/index.ts";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { dampedNewton } from "../../../src/operators/newton/dampedNewton.ts";
import { deflateDirection } from "../../../src/operators/newton/deflateDirection.ts";
import { denseNewtonDirection } from "../../../src/operators/newton/denseNewtonDirection.ts";
import { eigenvectorFollowing } from "../../../src/operators/newton/eigenvectorFollowing.ts";
import { gentlestAscent } from "../../../src/operators/newton/gentlestAscent.ts";
import { gradientNormDirection } from "../../../src/operators/newton/gradientNormDirection.ts";
import { levenbergMarquardt } from "../../../src/operators/newton/levenbergMarquardt.ts";
import { backtrackGradientNorm } from "../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { minimizeGradientNorm } from "../../../src/operators/newton/minimizeGradientNorm.ts";
import { newtonDirection } from "../../../src/operators/newton/newtonDirection.ts";
import { newtonFlow } from "../../../src/operators/newton/newtonFlow.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { saddleFreeDirection } from "../../../src/operators/newton/saddleFreeDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { searchOutcomes } from "../../../src/operators/support/searchOutcome.ts";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate, Update } from "../../../src/streams/types.ts";
import { checkError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { doubleWells } from "../../support/minima.ts";
import { nistLoss, nistSets } from "../../support/nist.ts";
import { normalVector } from "../../support/random.ts";
import { referenceDeepLinearAutoencoder } from "../../support/referenceDeepLinearAutoencoder.ts";
import { rescaled } from "../../support/rescaled.ts";
import { claims, type Sense, senses } from "../../support/scaleClaims.ts";

/** A chain for each finder at its default options; `t` are the units of the parameters. */
const finders: Readonly<Record<string, (t: readonly number[]) => Update>> = {
  newtonDirection: () => chain(newtonDirection(), backtrackGradientNorm()),
  newtonMR: () => newtonMR(),
  dampedNewton: () => dampedNewton(),
  denseNewtonDirection: () => chain(denseNewtonDirection(), backtrackGradientNorm()),
  levenbergMarquardt: () => levenbergMarquardt(),
  saddleFreeDirection: () => chain(saddleFreeDirection(), wolfeLineSearch({ merit: "value" })),
  eigenvectorFollowing: () => eigenvectorFollowing(),
  gentlestAscent: () => chain(gentlestAscent(), gradientStep()),
  gradientNormDirection: () => chain(gradientNormDirection(), backtrackGradientNorm()),
  minimizeGradientNorm: () => minimizeGradientNorm(),
  newtonFlow: () => newtonFlow(),
  deflateDirection: (t) =>
    chain(denseNewtonDirection(), deflateDirection([t.map((unit) => 0.3 * unit)]), gradientStep(1)),
  backtrackGradientNorm: () => chain(denseNewtonDirection(), backtrackGradientNorm()),
  wolfeLineSearch: () => chain(denseNewtonDirection(), wolfeLineSearch({ merit: "value" })),
};
/** Options with which further senses hold, as the table says in its last column. */
const withOptions: Readonly<Record<string, () => Update>> = {
  'newtonDirection, scaling: "curvature"': () =>
    chain(newtonDirection({ scaling: "curvature" }), backtrackGradientNorm()),
  'newtonMR, scaling: "curvature"': () => newtonMR({ direction: { scaling: "curvature" } }),
  "saddleFreeDirection on a subspace": () =>
    chain(saddleFreeDirection({ subspace: 2, scaling: "curvature" }), wolfeLineSearch({ merit: "value" })),
  "denseNewtonDirection, exact": () => chain(denseNewtonDirection({ inverse: "exact" }), backtrackGradientNorm()),
  'gentlestAscent, scaling: "curvature"': () => chain(gentlestAscent({ scaling: "curvature" }), gradientStep()),
  "eigenvectorFollowing, index 0": () => eigenvectorFollowing({ index: 0 }),
};
/** Options with which the sense of the loss and that of all parameters hold as well. */
const inLossAndAll: Readonly<Record<string, () => Update>> = {
  "minimizeGradientNorm, conjugate": () => minimizeGradientNorm({ direction: { conjugate: true } }),
  "minimizeGradientNorm, Wolfe": () => minimizeGradientNorm({ wolfe: true }),
  "momentum with a local step": () => chain(momentum(), gradientStep()),
};

const inputs = 3;
const moment = secondMoment(gaussianData({ inputs, samples: 50, seed: 1 }), inputs);
const fits = nistSets.filter(({ name }) => ["Misra1a", "MGH09", "Thurber", "Eckerle4"].includes(name));
const autoencoder = referenceDeepLinearAutoencoder({ inputs, hidden: 2, moment });
const problems: readonly (readonly [Problem, readonly number[]])[] = [
  [quartic(), [-3.5, 1]],
  [quartic(), [2.5, 0.5]],
  [doubleWells(3), [0.5, 0.3, 1.2]],
  [autoencoder, Array.from(normalVector(autoencoder.dimension, 2), (x) => 0.4 * x)],
  ...fits.map((set) => [nistLoss(set), set.starts[1]] as const),
];
/** Number of rows of a run. */
const count = 15;

const run = (problem: Problem, start: readonly number[], update: Update): readonly Iterate[] =>
  firstRows(problem, start, update, count);

/** What must be the same in all units, once points are measured in those of the problem. */
function courseOf(rows: readonly Iterate[], s: number, t: readonly number[]): readonly unknown[] {
  return rows.map(({ point, value, status, columns }) => ({
    point: Array.from(point, (z, i) => z / t[i]!),
    value: value / s,
    status,
    outcome: columns.outcome === undefined ? undefined : searchOutcomes[columns.outcome],
    cutDirections: columns.cutDirections,
    cutShare: columns.cutShare,
    negativeEigenvalues: columns.negativeEigenvalues,
  }));
}

/**
 * Number of rows until F has fallen by 2^-100. Squares of what is left after that may underflow in some units and not in
 * others.
 */
function countOf(rows: readonly Iterate[]): number {
  const first = norm(rows[0]!.at.field);
  const end = rows.findIndex(({ at }) => norm(at.field) < 2 ** -100 * first);
  return end < 0 ? rows.length + 1 : end;
}

type Make = (t: readonly number[]) => Update;

function coursesOf(make: Make, s: number, units: (i: number) => number, counts: readonly number[]) {
  return problems.map(([problem, start], k) => {
    const t = start.map((_, i) => units(i));
    const rows = run(
      rescaled(problem, s, t),
      start.map((z, i) => z * t[i]!),
      make(t),
    );
    return courseOf(rows.slice(0, counts[k]), s, t);
  });
}

const countsOf = (make: Make): readonly number[] =>
  problems.map(([problem, start]) => countOf(run(problem, start, make(start.map(() => 1)))));

const tests = suite("scales");

tests("the table of docs/scales.md has every finder", () => {
  const folder = new URL("../../../src/operators/newton/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const names = files.map((file) => file.slice(file.lastIndexOf("/") + 1, -3)).filter((name) => name !== "strongWolfe");
  assert.equal([...claims.keys()].sort(), names.sort());
  // outputScales.test.ts tries those that need the outputs of a model.
  const others = ["gaussNewtonDirection", "kfacDirection", "naturalGradientDirection"];
  assert.equal([...Object.keys(finders), ...others].sort(), names.sort());
});

const exponent = fc.integer({ min: -100, max: 100 });
const arbitraries: Readonly<Record<Sense, fc.Arbitrary<readonly [number, (i: number) => number]>>> = {
  loss: exponent.map((k) => [2 ** k, () => 1] as const),
  "all parameters": exponent.map((k) => [1, () => 2 ** k] as const),
  "each parameter": fc
    .array(exponent, { minLength: 12, maxLength: 12 })
    .map((all) => [1, (i: number) => 2 ** all[i % 12]!] as const),
};

for (const [name, make] of Object.entries(finders)) {
  const counts = countsOf(make);
  const plain = coursesOf(make, 1, () => 1, counts);
  for (const sense of senses) {
    if (claims.get(name)?.[sense] === true) {
      tests(`${name} takes the same steps, to the last bit, in other units of ${sense}`, () => {
        fc.assert(
          fc.property(arbitraries[sense], ([s, units]) => {
            assert.equal(coursesOf(make, s, units, counts), plain);
          }),
          { numRuns: 3 },
        );
      });
    } else {
      tests(`${name} takes other steps in other units of ${sense}, as the table says`, () => {
        const other = {
          loss: () => coursesOf(make, 2 ** 11, () => 1, counts),
          "all parameters": () => coursesOf(make, 1, () => 2 ** -11, counts),
          "each parameter": () => coursesOf(make, 1, (i) => 2 ** (11 * (i % 2)), counts),
        }[sense]();
        assert.not.equal(other, plain);
      });
    }
  }
}

for (const [name, make] of Object.entries(withOptions)) {
  tests(`${name} takes the same steps, to the last bit, in any units`, () => {
    const counts = countsOf(make);
    const plain = coursesOf(make, 1, () => 1, counts);
    fc.assert(
      fc.property(exponent, arbitraries["each parameter"], (k, [, units]) => {
        assert.equal(coursesOf(make, 2 ** k, units, counts), plain);
      }),
      { numRuns: 3 },
    );
  });
}

for (const [name, make] of Object.entries(inLossAndAll)) {
  tests(`${name} takes the same steps, to the last bit, in other units of the loss and of all parameters`, () => {
    const counts = countsOf(make);
    const plain = coursesOf(make, 1, () => 1, counts);
    fc.assert(
      fc.property(exponent, exponent, (k, l) => {
        assert.equal(
          coursesOf(make, 2 ** k, () => 2 ** l, counts),
          plain,
        );
      }),
      { numRuns: 3 },
    );
  });
}

/** Whether all numbers of a problem along a run stay in range in units of 2^a for L and 2^b for the parameters. */
function inRange(rows: readonly Iterate[], a: number, b: number): boolean {
  const fits = (x: number, shift: number): boolean => x === 0 || Math.abs(exponentOf(x) + shift) < 1000;
  return rows.every(
    ({ point, at, value }) =>
      point.every((z) => fits(z, b)) &&
      fits(value, a) &&
      at.field.every((f) => fits(f, a - b)) &&
      denseOf(at.linearize()).every((j) => fits(j, a - 2 * b)),
  );
}

for (const [name, make] of Object.entries(finders)) {
  const claim = claims.get(name);
  if (claim?.loss !== true || claim["all parameters"] !== true) continue;
  tests(`${name} in units of 2^400 and 2^-400 ends as in others, or says that numbers are out of range`, () => {
    for (const [a, b] of [
      [400, 0],
      [-400, 0],
      [0, 400],
      [0, -400],
      [400, 400],
      [-400, -400],
      [400, -400],
      [-400, 400],
    ] as const) {
      const [s, unit] = [2 ** a, 2 ** b];
      for (const [problem, start] of problems.slice(0, 4)) {
        const plain = run(problem, start, make(start.map(() => 1)));
        const t = start.map(() => unit);
        let rows: readonly Iterate[];
        try {
          rows = run(
            rescaled(problem, s, t),
            start.map((z) => z * unit),
            make(t),
          );
        } catch (error) {
          checkError(error, "ERR_NOT_FINITE");
          assert.not.ok(inRange(plain, a, b));
          continue;
        }
        const what = `${problem.name} with s = 2^${a}, t = 2^${b}`;
        if (inRange(plain, a, b)) {
          const counted = countOf(plain);
          const expected = courseOf(
            plain.slice(0, counted),
            1,
            start.map(() => 1),
          );
          const got = courseOf(rows.slice(0, counted), s, t);
          assert.equal(got, expected, what);
        } else assert.is.not(rows.at(-1)!.status, "converged", what);
      }
    }
  });
}

tests.run();
