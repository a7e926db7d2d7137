/** Ends of problems with 102 to 400 parameters: the verdicts of the small problems that they repeat, turned or not. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diagonal } from "../../../src/linalg/maps/maps.ts";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { detectFlatness } from "../../../src/operators/measures/detectFlatness.ts";
import { endClasses, explainEnd } from "../../../src/operators/measures/explainEnd.ts";
import { morseIndex } from "../../../src/operators/measures/morseIndex.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { plantedEnd, type Truth } from "../../support/plantedEnds.ts";
import { normalVector } from "../../support/random.ts";
import { repeated } from "../../support/repeated.ts";
import { testFunctions } from "../../support/testFunctions.ts";

const judge = chain(
  untilStep(0),
  detectFlatness({ by: "curvature" }),
  gradientStep(1e-3),
  morseIndex({ when: "end" }),
  classifyEnd(),
);

function endAt(problem: Problem, point: ArrayLike<number>) {
  const last = firstRows(problem, Float64Array.from(point), judge, 2).at(-1)!;
  const { columns } = last;
  return {
    columns,
    verdict: endClasses[columns.end!]!,
    trusted: columns.indexTrusted,
    index: columns.morseIndex!,
    because: explainEnd(last, undefined).because,
  };
}

const named = (name: string): Problem => testFunctions.find(({ problem }) => problem.name === name)!.problem;

/** Points of which no coordinate is nearly zero, since its length would be one of the turned problem only. */
const places: readonly (readonly [Problem, readonly number[]])[] = [
  [named("Rosenbrock"), [1 + 1e-10, 1]],
  [named("Rosenbrock"), [1, 1]],
  [named("Rosenbrock"), [3, 9]],
  [named("Rosenbrock"), [1.001, 1.002001]],
  [named("Rosenbrock"), [31, 961]],
  [named("Beale"), [3.0000001, 0.5]],
  [named("Beale"), [1, 1]],
  [named("Wood"), [1, 1, 1, 1 + 1e-9]],
  [named("Wood"), [-0.96, 0.94, -0.96, 0.95]],
  [named("Brown badly scaled"), [1e6 * (1 + 1e-9), 2e-6]],
  [quartic(), [Math.SQRT2 + 1e-5, 0]],
];

const tests = suite("ends of large problems");

for (const [problem, place] of places) {
  tests(`${problem.name} at (${place}) has the same verdict and index when it is repeated and turned`, () => {
    const small = endAt(problem, place);
    const flat = small.columns.removableShare! <= 0.1;
    for (const n of process.env.FLUXION_TEST_FULL ? [102, 200, 400] : [102, 400]) {
      const copies = Math.ceil(n / place.length);
      for (const seed of process.env.FLUXION_TEST_FULL ? [undefined, 3, 11] : [undefined, 3]) {
        const large = repeated(problem, copies, seed);
        const { verdict, trusted, index, columns } = endAt(large.problem, large.pointFrom(place));
        const what = `n = ${n}, seed ${seed}: ${JSON.stringify(columns)}`;
        assert.is(verdict, small.verdict, what);
        assert.is(trusted, small.trusted, what);
        assert.is(index, copies * small.index, what);
        if (small.verdict !== "critical point") assert.is(columns.removableShare! <= 0.1, flat, what);
      }
    }
  });
}

function sharesOf(truth: Truth, share: number): (readonly [number, number])[] {
  const shares: (readonly [number, number])[] = [];
  for (let seed = 1; shares.length < 12; seed++) {
    const end = plantedEnd(truth, share, 1, seed);
    if (end === undefined) continue;
    const { problem, pointFrom } = repeated(end.problem, Math.ceil(101 / end.point.length));
    const [few, many] = [endAt(end.problem, end.point), endAt(problem, pointFrom(end.point))];
    shares.push([few.columns.removableShare!, many.columns.removableShare ?? Number.NaN]);
  }
  return shares;
}

tests("planted flat points and zeros in any units are told apart as well", () => {
  for (const share of [1e-6, 1e-3, 1e-2]) {
    for (const [few, many] of sharesOf("flat", share)) assert.ok(many <= 1e-3, `${few}, ${many} at ${share}`);
  }
  for (const share of [1e-6, 1e-3, 0.1]) {
    for (const [few, many] of sharesOf("zero", share)) assert.ok(many > 0.2, `${few}, ${many} at ${share}`);
  }
});

tests("where 200 products do not solve for Newton's step, nothing is said of it, and a flat verdict tells so", () => {
  const n = 400;
  // Curvatures from 1e-6 to 1e6 without clusters.
  const curvatures = normalVector(n, 5).map((x) => 10 ** (2 * x));
  const spread: Problem = {
    name: "spread",
    dimension: n,
    symmetric: true,
    blocks: [{ name: "z", shape: [n], offset: 0, size: n }],
    evaluate(point, field) {
      field.set(point.map((z, i) => curvatures[i]! * z + 1));
      return point.reduce((sum, z, i) => sum + (curvatures[i]! * z * z) / 2 + z, 0);
    },
    linearize: () => diagonal(curvatures),
  };
  const { columns, verdict, because } = endAt(spread, new Float64Array(n).fill(1));
  assert.is(columns.removableShare, undefined);
  assert.is(columns.stepContraction, undefined);
  if (verdict === "gradient-flat region") assert.match(because, /was not measured whether Newton's method removes it/);
  const text = explainEnd(
    { squaredFieldNorm: 1, status: "stagnated", step: 1, columns: { relativeField: 1, gradientCurvature: 1e-9 } },
    undefined,
  );
  assert.is(text.verdict, "gradient-flat region");
  assert.match(text.because, /not measured whether Newton's method removes it/);
});

tests("a search on a large problem ends at its flat point and says so", () => {
  const { problem, pointFrom } = repeated(quartic(), 60);
  const search = chain(untilStep(60), newtonMR(), classifyEnd());
  const last = firstRows(problem, pointFrom([2.5, 0.5]), search, 62).at(-1)!;
  const alone = firstRows(quartic(), [2.5, 0.5], search, 62).at(-1)!;
  assert.is(endClasses[last.columns.end!], endClasses[alone.columns.end!]);
});

tests.run();
