/** Functions with narrow valleys, from their standard starts and far from them: no verdict and no index is wrong. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { luFactor } from "../../../src/linalg/dense/luFactor.ts";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { endClasses } from "../../../src/operators/measures/explainEnd.ts";
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

// The valley of Powell's badly scaled function is curved so much that Newton's step ends on its wall.
const tried = testFunctions.filter(({ problem }) => problem.name !== "Powell badly scaled");
const tests = suite("test functions");

for (const [name, make] of Object.entries(finders)) {
  tests(`${name} trusts an index only beside a zero of that index`, () => {
    let trusted = 0;
    for (const { problem, start, singular } of tried) {
      for (const factor of [1, 10, 100]) {
        const last = firstRows(
          problem,
          start.map((z) => factor * z),
          search(make),
          202,
        ).at(-1)!;
        if (last.columns.indexTrusted !== 1) continue;
        trusted++;
        // The Hessian vanishes in part at the zero of this one, so signs of its eigenvalues are rounding errors there.
        if (singular) continue;
        const zero = zeroBeside(last);
        const what = `${problem.name} times ${factor}: ${last.point}, the zero is ${zero.point}`;
        zero.point.forEach((z, i) => {
          const size = Math.max(Math.abs(z), 1e-3 * last.vectors!.lengths![i]!);
          assert.ok(Math.abs(z - last.point[i]!) <= 0.02 * size, what);
        });
        const { values } = symmetricEigen(inUnits(zero).matrix);
        assert.is(last.columns.morseIndex, values.filter((value) => value < 0).length, what);
      }
    }
    assert.ok(trusted >= 3, `${trusted}`);
  });
}

tests("the verdicts are the same in other units of the loss and of all parameters", () => {
  for (const { problem, start } of tried) {
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
