/** NaN and infinities in hand-written problems, and in the middle of a run, where updates and line searches meet them. */
import * as tf from "@tensorflow/tfjs";
import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRunFile } from "../../../src/arrow/runFile.ts";
import { isFluxionError } from "../../../src/errors.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { backtrackGradientNorm } from "../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { newtonDirection } from "../../../src/operators/newton/newtonDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { runDirectory } from "../../../src/sinks/runDirectory.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import { replay } from "../../../src/streams/replay.ts";
import type { Iterate, Update } from "../../../src/streams/types.ts";
import { makeOperator, operatorTable, usableOptions } from "../../support/operatorTable.ts";
import { scratchPath } from "../../support/scratch.ts";

// The runs below warn on purpose; the warnings are asserted where they matter.
const warnings: string[] = [];
process.removeAllListeners("warning");
process.on("warning", ({ message }) => warnings.push(message));

/** A hand-written loss, (x - 3)^2 / 2 + log(x), with or without a word on its potential. */
function handWritten(members: Partial<Problem> = {}): Problem {
  return {
    name: "by hand",
    dimension: 1,
    symmetric: true,
    blocks: [{ name: "x", shape: [1], offset: 0, size: 1 }],
    evaluate([x], field) {
      field[0] = x! + 3 + 1 / x!;
      return (x! + 3) ** 2 / 2 + Math.log(x!);
    },
    linearize: () => {
      throw new Error("not needed");
    },
    ...members,
  };
}

const byHand = suite("hand-written problems");
byHand("a potential that was a number and is NaN ends the run, which says so", () => {
  const rows = firstRows(handWritten(), [0.5], chain(untilStep(9), gradientStep(0.3)), 20);
  assert.is(rows.at(-1)!.status, "diverged");
  assert.match(rows.at(-1)!.because!, /^the loss is NaN at a finite point/);
  assert.ok(rows.slice(0, -1).every(({ value }) => !Number.isNaN(value)));
});
byHand("NaN from the start is a field without a potential, unless the problem says that it has one", () => {
  const rows = firstRows(handWritten(), [-0.5], chain(untilStep(3), gradientStep(0.1)), 20);
  assert.is(rows.at(-1)!.status, "stopped");
  const said = firstRows(handWritten({ hasPotential: true }), [-0.5], gradientStep(0.1), 20);
  assert.equal([said.length, said[0]!.status], [1, "diverged"]);
});
byHand("a field that is not finite, by its component and block", () => {
  const problem = handWritten({
    dimension: 3,
    blocks: [
      { name: "w", shape: [1], offset: 0, size: 1 },
      { name: "b", shape: [2], offset: 1, size: 2 },
    ],
    evaluate(point, field) {
      field.set(point);
      field[2] = Math.sqrt(point[2]!);
      return 1;
    },
  });
  const [row] = firstRows(problem, [1, 2, -1], gradientStep(1), 2);
  assert.match(row!.because!, /component 2 \(b\[1\]\) of the field is NaN at a finite point$/);
});
byHand("a point that is not finite, by its coordinate", () => {
  const problem = handWritten({
    evaluate([x], field) {
      field[0] = -(2 ** 1000) * Math.sign(x!) * Math.abs(x!);
      return 1;
    },
  });
  const last = firstRows(problem, [1], chain(untilStep(9), gradientStep(2 ** 30)), 20).at(-1)!;
  assert.match(last.because!, /coordinate|point is not finite: 0 \(x\[0\]\) is Infinity|component 0/);
});
byHand.run();

const total = (x: tf.Tensor): tf.Scalar => tf.sum(x) as tf.Scalar;
/** Defined for x > 0.5 only, and downhill towards the edge. At its other side F is finite. */
const edged = objective([[2]], (x: tf.Tensor1D) =>
  tf.add(tf.mul(0.5, total(tf.square(tf.add(x, 3)))), tf.mul(0.01, total(tf.log(tf.sub(x, 0.5))))),
);
const outside = (it: Iterate): boolean => Array.from(it.point).some((x) => x <= 0.5);

const updates = suite("updates in the middle of a run");
let met = 0;
const around: readonly ((operator: Update) => Update)[] = [
  (operator) => operator,
  (operator) => chain(operator, gradientStep(0.5)),
  (operator) => chain(operator, backtrackGradientNorm()),
  (operator) => chain(newtonDirection(), operator),
];
for (const entry of operatorTable.filter(({ inLoop }) => inLoop)) {
  updates(`${entry.name} accepts no point where the loss is NaN, and names the operation that made it`, () => {
    for (const wrap of around) {
      let rows: readonly Iterate[];
      try {
        const update = chain(untilStep(40), wrap(makeOperator(entry.name, usableOptions(entry)) as Update));
        rows = firstRows(edged, [2, 1.5], update, 50);
      } catch (error) {
        if (!isFluxionError(error)) throw error;
        continue;
      }
      const last = rows.at(-1)!;
      assert.ok(
        rows.every((it) => !Number.isNaN(it.value) || it.status === "diverged"),
        "a row with NaN goes on",
      );
      assert.ok(!(outside(last) && last.status !== "diverged"), `${last.status} at ${last.point}`);
      if (last.status !== "diverged") continue;
      met++;
      // Steps of a fixed length meet the edge itself.
      assert.match(last.because!, /log\((?:-[\d.e-]+\) gives NaN|0\) gives -Infinity)/);
    }
  });
}
updates("the updates above did meet it", () => assert.ok(met >= 20, `${met} runs`));

updates("a search whose trials all leave the domain says so", () => {
  for (const search of [backtrackGradientNorm({ maxTrials: 2 }), wolfeLineSearch({ merit: "value", maxTrials: 1 })]) {
    const last = firstRows(edged, [0.500001, 0.6], chain(untilStep(20), newtonDirection(), search), 30).at(-1)!;
    if (last.status !== "stagnated") continue;
    assert.match(last.because!, /^at the last trial point the loss is NaN .*log\(-[\d.e-]+\) gives NaN/);
    return;
  }
  assert.unreachable("no search gave up");
});
updates("merit and trial evaluations outside the domain are not numbers", () => {
  const at = evaluate(edged, Float64Array.of(0, 1));
  assert.ok(Number.isNaN(at.value) && at.field.every(Number.isFinite));
  assert.ok(Number.isNaN(at.squaredFieldNorm));
});
updates("run.json keeps the reason", async () => {
  const path = scratchPath();
  await lastValueFrom(iterate(edged, [2, 1.5], gradientStep(0.9)).pipe(runDirectory(path)));
  assert.match(readRunFile(path).attempts[0]!.ended!.because!, /log\(-[\d.e-]+\) gives NaN/);
  const stored = await lastValueFrom(replay(path));
  assert.is(stored.status, "diverged");
});
updates.run();
