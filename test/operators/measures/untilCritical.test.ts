import * as tf from "@tensorflow/tfjs";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { endClasses } from "../../../src/operators/measures/explainEnd.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { denseNewtonDirection } from "../../../src/operators/newton/denseNewtonDirection.ts";
import { levenbergMarquardt } from "../../../src/operators/newton/levenbergMarquardt.ts";
import { backtrackGradientNorm } from "../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { minimizeGradientNorm } from "../../../src/operators/newton/minimizeGradientNorm.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { objective } from "../../../src/problems/objective.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { valuesOf } from "../../support/collect.ts";
import { makeRows } from "../../support/rows.ts";

const test = suite("untilCritical");

test("ends with the first row whose ||F||^2 is at most the bound", () => {
  const rows = firstRows(
    quartic(),
    [-2, 0.1],
    chain(untilCritical({ squaredFieldNorm: 1e-10 }), gradientStep(0.05)),
    1000,
  );
  const last = rows.at(-1)!;
  assert.is(last.status, "converged");
  assert.ok(last.squaredFieldNorm <= 1e-10);
  assertClose(last.point, [-3, 0], 1e-5);
  for (const row of rows.slice(0, -1)) assert.ok(row.squaredFieldNorm > 1e-10);
});

test("takes a row that is exactly at the bound, and ||F|| = 0", async () => {
  const [, bound] = makeRows(3);
  const rows = await valuesOf(from(makeRows(3)).pipe(untilCritical({ squaredFieldNorm: bound!.squaredFieldNorm })));
  assert.is(rows.length, 2);
  const [start] = firstRows(quartic(), [-3, 0], chain(untilCritical({ squaredFieldNorm: 0 }), gradientStep(1)), 5);
  assert.is(start!.status, "converged");
});

test("works after the loop with the same rows as inside", async () => {
  const until = untilCritical({ squaredFieldNorm: 1e-8 });
  const inside = firstRows(quartic(), [-2, 0.1], chain(until, gradientStep(0.05)), 1000);
  const after = await valuesOf(iterate(quartic(), [-2, 0.1], gradientStep(0.05)).pipe(until));
  assert.is(after.length, inside.length);
  assert.is(after.at(-1)!.status, "converged");
  assert.equal(after.at(-1)!.point, inside.at(-1)!.point);
});

test("never takes a field that is no number for critical", () => {
  const rows = firstRows(quartic(), [3, 0], chain(untilCritical({ squaredFieldNorm: 1e300 }), gradientStep(1)), 5);
  assert.is(rows[0]!.status, "converged");
  const diverging = firstRows(
    quartic(),
    [3, 0],
    chain(untilCritical({ squaredFieldNorm: 1e-9 }), gradientStep(5)),
    100,
  );
  assert.is(diverging.at(-1)!.status, "diverged");
});

/** Losses without a critical point, and where searches for one begin. */
const fading: readonly (readonly [string, (x: tf.Tensor) => tf.Tensor, readonly number[]])[] = [
  ["exp", (x) => tf.sum(tf.exp(x)), [0, 1]],
  ["exp, far out", (x) => tf.sum(tf.exp(x)), [-300, -1]],
  ["softplus", (x) => tf.sum(tf.softplus(x)), [0, 1]],
  ["classes that separate", (x) => tf.sum(tf.softplus(tf.neg(tf.mul(x, [1, 2])))), [0, 0]],
  ["1 / (1 + x^2), from its slope", (x) => tf.sum(tf.reciprocal(tf.add(1, tf.square(x)))), [3, 4]],
  ["atan", (x) => tf.sum(tf.atan(x)), [0, 1]],
  ["a slope", (x) => tf.sum(tf.mul(x, [1, -2])), [0, 0]],
];
const finders: Readonly<Record<string, () => Update>> = {
  newtonMR: () => newtonMR(),
  denseNewtonDirection: () => chain(denseNewtonDirection(), backtrackGradientNorm()),
  levenbergMarquardt: () => levenbergMarquardt(),
  minimizeGradientNorm: () => minimizeGradientNorm(),
};

for (const [stop, bounds] of [
  ["by default", {}],
  ["at a share of the largest ||F||", { relativeTolerance: 1e-6 }],
] as const) {
  test(`${stop} no search is converged where F merely fades`, () => {
    for (const [loss, call, start] of fading) {
      const problem = objective([[2]], call);
      for (const [finder, make] of Object.entries(finders)) {
        const last = firstRows(problem, start, chain(untilCritical(bounds), untilStep(60), make()), 62).at(-1)!;
        assert.ok(last.status !== "converged", `${finder} on ${loss} at ${Array.from(last.point)}`);
      }
    }
  });
}

test("by default it ends a search where classifyEnd calls the point critical, in all units", () => {
  for (const power of [-300, -20, 0, 20, 300]) {
    const unit = 2 ** power;
    const problem = objective([[2]], (z) => {
      const [x, y] = tf.unstack(z) as [tf.Tensor, tf.Tensor];
      return tf.mul(unit, tf.add(tf.square(tf.sub(1, x)), tf.mul(100, tf.square(tf.sub(y, tf.square(x))))));
    });
    const search = chain(untilCritical(), untilStep(300), newtonMR(), classifyEnd());
    const rows = firstRows(problem, [-1.2, 1], search, 302);
    const last = rows.at(-1)!;
    assert.is(last.status, "converged");
    assert.is(endClasses[last.columns.end!], "critical point");
    assertClose(last.point, [1, 1], 1e-5);
    const scales = rows.map(({ squaredFieldNorm }) => squaredFieldNorm);
    assert.ok(scales.every((square) => square > 0));
  }
});

test("ends at once where the start is a zero, be it the origin", () => {
  const bowl = objective([[2]], (x) => tf.sum(tf.square(x)));
  for (const start of [
    [0, 0],
    [0, 1e-300],
  ]) {
    const rows = firstRows(bowl, start, chain(untilCritical(), untilStep(9), gradientStep(0.5)), 10);
    assert.is(rows.at(-1)!.status, "converged");
    assert.ok(rows.length <= 3, `${rows.length} rows from ${start}`);
  }
});

test("refuses a bound that is no number, or negative", () => {
  for (const squaredFieldNorm of [-1e-9, Number.NaN]) {
    assertError(
      () => untilCritical({ squaredFieldNorm }),
      "ERR_OPTION_RANGE",
      /^untilCritical: expected squaredFieldNorm to be a non-negative number, got/,
    );
  }
});

test.run();
