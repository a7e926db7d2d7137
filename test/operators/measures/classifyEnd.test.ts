import * as tf from "@tensorflow/tfjs";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { endClasses } from "../../../src/operators/measures/explainEnd.ts";
import { morseIndex } from "../../../src/operators/measures/morseIndex.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { objective } from "../../../src/problems/objective.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { makeRow, makeRun } from "../../support/rows.ts";

const endOf = (row: Row): string | undefined => endClasses[row.columns.end ?? -1];

const test = suite("classifyEnd");

test("writes the end on the last row only, inside the loop and after it", () => {
  const search = (squaredFieldNorm: number) => chain(untilCritical({ squaredFieldNorm }), untilStep(60), newtonMR());
  for (const [start, squaredFieldNorm, expected, trusted] of [
    [[-3.5, 1], 1e-20, "critical point", 1],
    [[-3.5, 1], 1e-2, "unfinished", 0],
  ] as const) {
    const index = morseIndex({ when: "end" });
    const inside = firstRows(quartic(), start, chain(search(squaredFieldNorm), index, classifyEnd()), 100);
    assert.is(endOf(inside.at(-1)!), expected);
    assert.is(inside.at(-1)!.columns.indexTrusted, trusted);
    assert.ok(inside.slice(0, -1).every((row) => row.columns.end === undefined));
    const after = firstRows(quartic(), start, search(squaredFieldNorm), 100, { after: classifyEnd() });
    assert.is(endOf(after.at(-1)!), expected);
  }
});

test("counts as critical by its own threshold, and says that the index is not to be trusted", () => {
  const loose = chain(untilCritical({ squaredFieldNorm: 1e-5 }), newtonMR(), classifyEnd({ squaredFieldNorm: 1e-5 }));
  const last = firstRows(quartic(), [-3.5, 1], loose, 100).at(-1)!;
  assert.is(endOf(last), "critical point");
  assert.is(last.columns.indexTrusted, last.squaredFieldNorm <= 1e-10 ? 1 : 0);
});

test("remembers the residuals that were solved last, which a stop condition spares the last row", () => {
  // One direction is solved at once; the other lies in the kernel, with all of F that is left.
  const problem = linearProblem(
    [
      [1, 0],
      [0, 0],
    ],
    [0.01, 5],
  );
  const last = firstRows(problem, [0, 0], chain(untilStep(2), newtonMR(), classifyEnd()), 9).at(-1)!;
  assert.is(last.columns.relativeResidual === undefined || last.status === "stagnated", true);
  assert.is(endOf(last), "gradient-flat region");
});

test("calls a run that grows beyond all numbers diverged", () => {
  const rows = firstRows(quartic(), [50, 50], chain(gradientStep(0.5), classifyEnd()), 50);
  assert.is(rows.at(-1)!.status, "diverged");
  assert.is(endOf(rows.at(-1)!), "diverged");
});

test("trusts no index where the Hessian vanishes together with the gradient, in any unit", () => {
  type Make = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
  const degenerate: Readonly<Record<string, Make>> = {
    "monkey saddle": (x, y) => tf.sub(tf.pow(x, 3), tf.mul(3, tf.mul(x, tf.square(y)))),
    "fourth powers": (x, y) => tf.sub(tf.pow(x, 4), tf.pow(y, 4)),
    mixed: (x, y) => tf.mul(tf.mul(x, y), tf.add(x, y)),
  };
  const regular: Readonly<Record<string, Make>> = {
    saddle: (x, y) => tf.sub(tf.square(x), tf.add(tf.square(y), tf.pow(x, 3))),
    minimum: (x, y) => tf.add(tf.exp(tf.square(x)), tf.square(tf.sub(y, x))),
  };
  const end = (loss: Make, scale: number): Row => {
    const problem = objective([[], []], (x, y) => tf.mul(scale, loss(x!, y!)));
    const stop = chain(untilCritical({ relativeTolerance: 1e-14 }), untilStep(100));
    return firstRows(problem, [0.3, 0.2], chain(stop, newtonMR(), morseIndex(), classifyEnd()), 102).at(-1)!;
  };
  for (const [name, loss] of Object.entries(degenerate)) {
    for (const power of [0, 100, -100]) {
      const { columns } = end(loss, 2 ** power);
      assert.is(columns.indexTrusted, 0, `${name} times 2^${power}`);
      assert.is(columns.curvatureChange, end(loss, 1).columns.curvatureChange);
    }
  }
  for (const [name, loss] of Object.entries(regular)) {
    for (const power of [0, 100, -100]) assert.is(end(loss, 2 ** power).columns.indexTrusted, 1, name);
  }
});

test("works on replayed rows", () => {
  const run = makeRun({ columns: {} });
  const rows = [0, 1].map((step) =>
    makeRow(run, step, { squaredFieldNorm: 1, status: step === 1 ? "stagnated" : "running", columns: {}, vectors: {} }),
  );
  const seen: Row[] = [];
  from(rows)
    .pipe(classifyEnd())
    .subscribe((row) => seen.push(row));
  assert.equal(seen.map(endOf), [undefined, "stagnated"]);
});

test("refuses thresholds that are none", () => {
  assertError(() => classifyEnd({ squaredFieldNorm: -1 }), "ERR_OPTION_RANGE", /squaredFieldNorm/);
  assertError(() => classifyEnd({ relativeResidual: Number.NaN }), "ERR_OPTION_RANGE", /relativeResidual/);
});

test.run();
