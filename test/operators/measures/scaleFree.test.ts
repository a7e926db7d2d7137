/** Verdicts and indices do not depend on the units of the loss and of the parameters. */
import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { scaleByPower } from "../../../src/elementary/index.ts";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { endClasses, explainEnd } from "../../../src/operators/measures/explainEnd.ts";
import { morseIndex } from "../../../src/operators/measures/morseIndex.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { randomSource } from "../../../src/random.ts";
import { runDirectory } from "../../../src/sinks/runDirectory.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { replay } from "../../../src/streams/replay.ts";
import type { Update } from "../../../src/streams/types.ts";
import * as fc from "../../support/fastCheck.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { doubleWells } from "../../support/minima.ts";
import { scaledProblem } from "../../support/scaledProblem.ts";
import { scratchPath } from "../../support/scratch.ts";

const judged = (...parts: readonly Update[]): Update =>
  chain(...(parts as [Update]), morseIndex({ when: "end" }), classifyEnd());
const endOf = (row: Row): string => endClasses[row.columns.end!]!;

const autoencoder = deepLinearAutoencoder({ inputs: 6, hidden: 2, samples: 200, seed: 3 });
const classes = autoencoder.criticalPoints();
const off = (point: Float64Array, by: number, seed: number): Float64Array => {
  const random = randomSource(seed, "off");
  return point.map((z) => z + by * random.normal());
};
/** Points, with the length of a step from there: critical ones, near ones, and others. */
const cases: readonly { readonly problem: Problem; readonly start: Float64Array; readonly stepSize: number }[] = [
  ...[[], [0], [1, 3], [0, 1]].flatMap((directions) =>
    [0, 1e-9, 1e-6, 1e-3, 0.3].map((by, seed) => ({
      problem: autoencoder,
      start: off(classes.representative(directions), by, seed),
      stepSize: 0.01,
    })),
  ),
  { problem: quartic(), start: Float64Array.of(-3, 0), stepSize: 0.01 },
  { problem: quartic(), start: Float64Array.of(Math.SQRT2, 1e-3), stepSize: 0.01 },
  { problem: quartic(), start: Float64Array.of(1, 2), stepSize: 0.01 },
  { problem: doubleWells(5), start: Float64Array.of(0, 1, 0, -1, 1e-8), stepSize: 0.1 },
  {
    problem: linearProblem(
      [
        [1, 0],
        [0, -1e-6],
      ],
      [0, 1e-9],
    ),
    start: Float64Array.of(1e-8, 2),
    stepSize: 0.1,
  },
];

/** What the measures say where a run ends that makes a few gradient steps. */
function endIn(
  { problem, start, stepSize }: (typeof cases)[number],
  loss: number,
  parameters: number,
): { readonly last: Row; readonly words: readonly unknown[] } {
  const scaled = scaledProblem(problem, loss, parameters);
  const eta = scaleByPower(stepSize, 2 * parameters - loss);
  const update = judged(untilStep(3), gradientStep(Number.isFinite(eta) && eta > 0 ? eta : 1));
  const last = firstRows(
    scaled,
    start.map((z) => scaleByPower(z, parameters)),
    update,
    9,
  ).at(-1)!;
  const { morseIndex: index, nearThreshold, indexTrusted, relativeField } = last.columns;
  return { last, words: [endOf(last), index, nearThreshold, indexTrusted, relativeField] };
}

const scales = suite("scales");

const power = fc.integer({ min: -100, max: 100 });
scales("powers of two of the loss and of the parameters change no verdict, no index and no bit of a measure", () => {
  fc.assert(
    fc.property(fc.constantFrom(...cases), power, power, (one, loss, parameters) => {
      assert.equal(endIn(one, loss, parameters).words, endIn(one, 0, 0).words);
    }),
    { numRuns: 60 },
  );
});

const extreme = fc.integer({ min: -400, max: 400 });
scales("beyond that a verdict is the same, or refused by name, and so is an index", () => {
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...cases), extreme, extreme, (one, loss, parameters) => {
      const here = endIn(one, 0, 0);
      const there = endIn(one, loss, parameters);
      const verdict = endOf(there.last);
      if (verdict === "not judged" || verdict === "diverged") {
        refused++;
        const { because } = explainEnd(there.last, undefined);
        assert.match(because, /range of float64|not finite|is -?Infinity|NaN/);
      } else assert.is(verdict, endOf(here.last), `2^${loss}, 2^${parameters}`);
      const index = there.last.columns.morseIndex;
      if (index !== undefined) assert.is(index, here.last.columns.morseIndex, `2^${loss}, 2^${parameters}`);
    }),
    { numRuns: 200 },
  );
  assert.ok(refused > 0 && refused < 150, `${refused} refused`);
});

scales("a field whose square overflows is no reason for diverged", () => {
  const rows = firstRows(scaledProblem(quartic(), 700, 0), [1, 2], chain(untilStep(2), gradientStep(2 ** -710)), 5);
  assert.equal(
    rows.map(({ status, squaredFieldNorm }) => [status, squaredFieldNorm]),
    [
      ["running", Number.POSITIVE_INFINITY],
      ["running", Number.POSITIVE_INFINITY],
      ["stopped", Number.POSITIVE_INFINITY],
    ],
  );
});

scales("a saddle times 4e-6 has the index of its dimension as it has unscaled", () => {
  for (const factor of [1, 4e-6, 1e-12, 1e9]) {
    const saddle = linearProblem(
      [1, -1, -2].map((entry, i) => [0, 1, 2].map((j) => (i === j ? factor * entry : 0))),
      [0, 0, 0],
    );
    const search = judged(untilCritical({ relativeTolerance: 1e-12 }), newtonMR());
    const last = firstRows(saddle, [1, 2, 3], search, 50).at(-1)!;
    assert.equal([endOf(last), last.columns.morseIndex, last.columns.indexTrusted], ["critical point", 2, 1]);
  }
});

scales("searches on the linear autoencoder find the right index, with data in whatever unit", () => {
  for (const unit of [1, 0.01, 0.001, 255]) {
    const data = gaussianData({ inputs: 6, samples: 200, seed: 1 }).map((x) => unit * x);
    const problem = deepLinearAutoencoder({ inputs: 6, hidden: 2, data });
    let critical = 0;
    let origins = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const start = problem.initialPoint(seed).map((z) => 0.5 * z);
      const search = judged(untilCritical({ relativeTolerance: 1e-12 }), untilStep(300), newtonMR());
      const last = firstRows(problem, start, search, 400).at(-1)!;
      if (endOf(last) !== "critical point") continue;
      critical++;
      const { morseIndex: expected, directions } = problem.match(last.point).class;
      if (directions.length === 0) origins++;
      assert.is(last.columns.morseIndex, expected, `unit ${unit}, seed ${seed}`);
      assert.is(last.columns.indexTrusted, 1, `unit ${unit}, seed ${seed}`);
    }
    assert.ok(critical >= 10, `unit ${unit}: ${critical} of 12`);
    assert.ok(origins >= 1, `unit ${unit}: no search reached the origin`);
  }
});

scales("parameters of different size do not make a point critical", () => {
  // The valley of Misra1a, of NIST: the gradient is small beside the Hessian's largest eigenvalue, and not zero.
  const rows = [
    [2.1e-3, 0],
    [0, 1.8e11],
  ];
  const valley = linearProblem(rows, [0.5, 1e8]);
  const last = firstRows(valley, [250, 1e8 / 1.8e11], judged(untilStep(0), gradientStep(1)), 3).at(-1)!;
  assert.is(endOf(last), "unfinished");
  assert.ok(last.columns.relativeField! > 1e-3);
});

scales("a stored end gives the verdict of the live run", async () => {
  for (const [problem, start, until] of [
    [quartic(), [-3.5, 1], untilCritical({ relativeTolerance: 1e-12 })],
    [quartic(), [-3.5, 1], untilStep(2)],
    [autoencoder, off(classes.representative([]), 0.1, 7), untilCritical({ relativeTolerance: 1e-12 })],
  ] as const) {
    const path = scratchPath();
    const search = judged(until, untilStep(200), newtonMR());
    const live = await lastValueFrom(iterate(problem, start, search).pipe(runDirectory(path)));
    const stored = await lastValueFrom(replay(path));
    const { verdict, because, indexTrusted } = explainEnd(stored, undefined);
    const known = explainEnd(live, undefined);
    assert.equal([verdict, because, indexTrusted], [known.verdict, known.because, known.indexTrusted]);
    assert.is(verdict, endOf(live));
    // What a reader needs to measure it again.
    assert.equal(stored.vectors.lengths, live.vectors.lengths);
    assert.ok(stored.vectors.lengths!.some((length) => length > 0));
  }
});

scales.run();
