/** Functions with narrow valleys, from their standard starts and far from them: no verdict and no index is wrong. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { luFactor } from "../../../src/linalg/dense/luFactor.ts";
import { dot, norm } from "../../../src/linalg/vector.ts";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { type EndClass, endClasses } from "../../../src/operators/measures/explainEnd.ts";
import { morseIndex } from "../../../src/operators/measures/morseIndex.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { denseNewtonDirection } from "../../../src/operators/newton/denseNewtonDirection.ts";
import { eigenvectorFollowing } from "../../../src/operators/newton/eigenvectorFollowing.ts";
import { levenbergMarquardt } from "../../../src/operators/newton/levenbergMarquardt.ts";
import { backtrackGradientNorm } from "../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { newtonFlow } from "../../../src/operators/newton/newtonFlow.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { saddleFreeDirection } from "../../../src/operators/newton/saddleFreeDirection.ts";
import { finiteMatrix } from "../../../src/operators/support/finiteMatrix.ts";
import { fieldInUnits, matrixInUnits, stepFromUnits, unitsOf } from "../../../src/operators/support/parameterScale.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import type { Evaluation, Iterate, Update } from "../../../src/streams/types.ts";
import { rescaled } from "../../support/rescaled.ts";
import { testFunctions } from "../../support/testFunctions.ts";

const finders: Readonly<Record<string, () => Update>> = {
  newtonMR: () => newtonMR(),
  denseNewtonDirection: () => chain(denseNewtonDirection(), backtrackGradientNorm()),
  levenbergMarquardt: () => levenbergMarquardt(),
  saddleFreeDirection: () => chain(saddleFreeDirection(), wolfeLineSearch({ merit: "value" })),
  eigenvectorFollowing: () => eigenvectorFollowing({ index: 0 }),
  newtonFlow: () => newtonFlow(),
};

const search = (make: () => Update): Update =>
  chain(
    untilCritical({ relativeTolerance: 1e-12 }),
    untilStep(200),
    make(),
    morseIndex({ when: "end" }),
    classifyEnd(),
  );

/** J and F where every parameter has about the curvature 1. */
function inUnits(at: Evaluation) {
  const matrix = finiteMatrix(at)!;
  const { units } = unitsOf(matrix, true, undefined);
  return { units, matrix: matrixInUnits(matrix, units)!, field: fieldInUnits(at, units) };
}

/** The zero to which Newton's method leads from a point. */
function zeroBeside({ at }: Iterate): Evaluation {
  let here = at;
  for (let k = 0; k < 20; k++) {
    const { units, matrix, field } = inUnits(here);
    const step = luFactor(matrix).solve(field.map((f) => -f));
    if (step === undefined) break;
    stepFromUnits(step, units);
    here = evaluate(
      at.problem,
      here.point.map((z, i) => z + step[i]!),
    );
  }
  return here;
}

interface End {
  readonly what: string;
  readonly last: Iterate;
  readonly verdict: EndClass;
  readonly singular: boolean;
}

const known = new Map<string, readonly End[]>();

/** The ends of a finder from all functions, from their starts, opposite to them and far from them. */
function endsOf(name: string): readonly End[] {
  const ends = known.get(name) ?? endsFromAll(finders[name]!);
  known.set(name, ends);
  return ends;
}

function endsFromAll(make: () => Update): readonly End[] {
  return testFunctions.flatMap(({ problem, start, singular }) =>
    [1, -10, 10, 100, 1000, 1e20].map((factor) => {
      const far = start.map((z) => factor * z);
      const last = firstRows(problem, far, search(make), 202).at(-1)!;
      const what = `${problem.name} times ${factor}: ${last.point}`;
      return { what, last, verdict: endClasses[last.columns.end!]!, singular };
    }),
  );
}

/** Share of ||F|| along eigenvectors of J whose curvature is at most 5e-4 of the largest. */
function shareInKernel({ at }: Iterate): number {
  const n = at.field.length;
  const { values, vectors } = symmetricEigen(finiteMatrix(at)!);
  const most = Math.max(...values.map(Math.abs));
  const flat = Array.from(values.keys()).filter((k) => Math.abs(values[k]!) <= 5e-4 * most);
  return norm(Float64Array.from(flat, (k) => dot(vectors.subarray(k * n, (k + 1) * n), at.field))) / norm(at.field);
}

/** The largest entry of Newton's step in lengths of the parameters, from a factorisation of J. */
function newtonStep({ at, vectors }: Iterate): number {
  const { units, matrix, field } = inUnits(at);
  const step = luFactor(matrix).solve(field);
  if (step === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(...stepFromUnits(step, units).map((p, i) => Math.abs(p) / vectors!.lengths![i]!));
}

const tests = suite("test functions");

for (const name of Object.keys(finders)) {
  tests(`${name} trusts an index only beside a zero of that index`, () => {
    const trusted = endsOf(name).filter(({ last }) => last.columns.indexTrusted === 1);
    for (const { what, last, singular } of trusted) {
      assert.is(endClasses[last.columns.end!], "critical point", what);
      // The Hessian vanishes in part at the zero of this one, so signs of its eigenvalues are rounding errors there.
      if (singular) continue;
      const zero = zeroBeside(last);
      zero.point.forEach((z, i) => {
        const size = Math.max(Math.abs(z), 1e-3 * last.vectors!.lengths![i]!);
        assert.ok(Math.abs(z - last.point[i]!) <= 0.02 * size, `${what}, the zero is ${zero.point}`);
      });
      const { values } = symmetricEigen(inUnits(zero).matrix);
      assert.is(last.columns.morseIndex, values.filter((value) => value < 0).length, what);
    }
    assert.ok(trusted.length >= 5, `${trusted.length}`);
  });

  tests(`${name} calls a point flat only where F lies in the kernel and Newton's step is longer than the way`, () => {
    const flat = endsOf(name).filter(({ verdict }) => verdict === "gradient-flat region");
    // Those beside a minimum of ||F||, where F lies in the kernel, are tried in stagnated.test.ts.
    for (const { what, last } of flat.filter(({ last }) => last.columns.flatDistance === undefined)) {
      assert.ok(shareInKernel(last) > 0.9, `${what}, ${shareInKernel(last)} of F is in the kernel`);
      assert.ok(newtonStep(last) > 1, `${what}, Newton's step is ${newtonStep(last)}`);
    }
  });
}

tests("flat points are found, and points from which Newton's step is short are not called flat", () => {
  const flat = endsOf("newtonMR").filter(({ verdict }) => verdict === "gradient-flat region");
  // On the floor of this valley the slope is the same all the way.
  assert.ok(
    flat.filter(({ what }) => what.startsWith("Rosenbrock")).length >= 3,
    flat.map(({ what }) => what).join("; "),
  );
  for (const { what } of flat) assert.not.match(what, /badly scaled/);
});

tests("the verdicts are the same in other units of the loss and of all parameters", () => {
  for (const { problem, start } of testFunctions) {
    for (const make of [finders.eigenvectorFollowing!, finders.levenbergMarquardt!]) {
      const verdictOf = (s: number, t: number): unknown => {
        const update = search(make);
        const units = start.map(() => t);
        const there = s === 1 && t === 1 ? problem : rescaled(problem, s, units);
        const far = start.map((z) => 10 * z * t);
        const { columns, step } = firstRows(there, far, update, 202).at(-1)!;
        const { end, morseIndex: index, indexTrusted } = columns;
        return { end: endClasses[end!], index, indexTrusted, step };
      };
      const plain = verdictOf(1, 1);
      for (const [a, b] of [
        [80, 0],
        [0, -60],
        [-70, 50],
      ] as const) {
        assert.equal(verdictOf(2 ** a, 2 ** b), plain, `${problem.name} with 2^${a}, 2^${b}`);
      }
    }
  }
});

tests.run();
