/** What finders do at gradient-flat points, as the table of docs/critical-points.md says it. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { luFactor } from "../../../src/linalg/dense/luFactor.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { dampedNewton } from "../../../src/operators/newton/dampedNewton.ts";
import { denseNewtonDirection } from "../../../src/operators/newton/denseNewtonDirection.ts";
import { eigenvectorFollowing } from "../../../src/operators/newton/eigenvectorFollowing.ts";
import { levenbergMarquardt } from "../../../src/operators/newton/levenbergMarquardt.ts";
import { backtrackGradientNorm } from "../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { minimizeGradientNorm } from "../../../src/operators/newton/minimizeGradientNorm.ts";
import { newtonFlow } from "../../../src/operators/newton/newtonFlow.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { saddleFreeDirection } from "../../../src/operators/newton/saddleFreeDirection.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { vectorField } from "../../../src/problems/vectorField.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import type { Iterate, Update } from "../../../src/streams/types.ts";
import { assertClose } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const tests = suite("gradient-flat points");

/** At and beside the flat point (sqrt 2, 0) of the quartic, whose only critical point is (-3, 0). */
const starts = [
  [Math.SQRT2, 0],
  [Math.SQRT2 + 1e-12, 0],
  [Math.SQRT2, 1e-3],
] as const;
const until = (update: Update): Update => chain(untilCritical({ squaredFieldNorm: 1e-20 }), update);
const last = (problem: Problem, start: readonly number[], update: Update, rows = 300): Iterate =>
  firstRows(problem, start, update, rows).at(-1)!;

const caught: Readonly<Record<string, () => Update>> = {
  newtonMR: () => newtonMR(),
  dampedNewton: () => dampedNewton(),
  minimizeGradientNorm: () => minimizeGradientNorm(),
  denseNewtonDirection: () => chain(denseNewtonDirection(), backtrackGradientNorm()),
  levenbergMarquardt: () => levenbergMarquardt(),
};
for (const [name, make] of Object.entries(caught)) {
  tests(`${name} ends at the flat point where it starts there`, () => {
    for (const start of starts) {
      const end = last(quartic(), start, until(make()));
      assert.is(end.status, "stagnated");
      assertClose(end.point[0]!, Math.SQRT2, 1e-6);
      assert.ok(end.squaredFieldNorm > 11);
    }
  });
}

tests("newtonMR says at the flat point that it is flat, without a bound on its steps", () => {
  const [row] = firstRows(quartic(), [Math.SQRT2, 0], newtonMR(), 1);
  assert.is(row!.columns.flat, 1);
  assert.ok(row!.columns.relativeResidual! > 0.99);
  assert.ok(row!.columns.directionNorm! < 1e-3);
});

tests("dampedNewton passes the flat point on its way, Newton-MR does not", () => {
  assertClose(last(quartic(), [2.5, 0.5], until(dampedNewton())).point, [-3, 0], 1e-9);
  assertClose(last(quartic(), [2.5, 0.5], until(newtonMR())).point[0]!, Math.SQRT2, 1e-6);
});

const minimisers: Readonly<Record<string, () => Update>> = {
  saddleFreeDirection: () => chain(saddleFreeDirection(), wolfeLineSearch({ merit: "value" })),
  eigenvectorFollowing: () => eigenvectorFollowing({ index: 0 }),
  "eigenvectorFollowing with maxNorm": () => eigenvectorFollowing({ index: 0, maxNorm: 0.3 }),
  newtonFlow: () => newtonFlow(),
};
for (const [name, make] of Object.entries(minimisers)) {
  tests(`${name} leaves a flat point whose curvature is not zero in the units of the parameter`, () => {
    for (const start of starts) {
      const end = last(quartic(), start, until(make()));
      assert.is(end.status, "converged", `${name} from ${start}`);
      assertClose(end.point, [-3, 0], 1e-9);
    }
  });
}

/** L = x + y^2: F lies in the kernel of the Hessian on the line y = 0, which is flat to the last bit. */
const slope = linearProblem(
  [
    [0, 0],
    [0, 2],
  ],
  [-1, 0],
);
/** The same turned by 45 degrees, so that no parameter has a curvature of zero. */
const turned = linearProblem(
  [
    [1, 1],
    [1, 1],
  ],
  [-1, 1],
);
for (const [name, make] of Object.entries(minimisers).filter(([each]) => each !== "newtonFlow")) {
  tests(`${name} is held where the curvature along F is zero, ends the run and says so`, () => {
    for (const [problem, start] of [
      [slope, [3, 0]],
      [slope, [3, 0.7]],
      [turned, [1, -1]],
      [turned, [1, 0.5]],
    ] as const) {
      const end = last(problem, start, make());
      assert.is(end.status, "stagnated", `${name} from ${start}`);
      assert.is(end.columns.cutDirections, 1);
      assertClose(end.columns.cutShare!, 1, 1e-9);
    }
  });
}

tests("saddleFreeDirection leaves such a point with any damping", () => {
  const search = chain(saddleFreeDirection({ damping: 1e-3 }), wolfeLineSearch({ merit: "value" }));
  const end = last(slope, [3, 0], search, 3);
  assert.ok(end.point[0]! < -100);
});

tests("newtonFlow leaves a disc on whose boundary F points outwards and det J > 0, but J^-1 F does not", () => {
  // In polar coordinates F = (2 + 1.5 sin, 0.75 - 1.9 sin) on the unit circle; what is added vanishes there.
  const field = vectorField([[], []], (x, y) => {
    const s = tf.sub(tf.add(2, tf.mul(1.5, y)), tf.mul(1.9, x));
    const q = tf.add(tf.sub(tf.mul(1.5, x), 0.75), tf.mul(1.9, y));
    const outside = tf.div(tf.sub(tf.add(tf.square(x), tf.square(y)), 1), 2);
    const radial = tf.add(tf.add(2, tf.mul(1.5, y)), tf.mul(outside, tf.sub(s, tf.add(2, tf.mul(3, y)))));
    const around = tf.add(tf.sub(0.75, tf.mul(1.9, y)), tf.mul(outside, tf.sub(tf.sub(tf.mul(3.8, y), 0.75), q)));
    return [tf.sub(tf.mul(radial, x), tf.mul(around, y)), tf.add(tf.mul(radial, y), tf.mul(around, x))];
  });
  let inwards = 0;
  for (let k = 0; k < 360; k++) {
    const angle = (k * Math.PI) / 180;
    const at = evaluate(field, Float64Array.of(Math.cos(angle), Math.sin(angle)));
    const [x, y] = at.point;
    const factor = luFactor(denseOf(at.linearize()));
    assert.ok(x! * at.field[0]! + y! * at.field[1]! > 0, `F at ${k} degrees`);
    assert.is(factor.determinantSign, 1, `det J at ${k} degrees`);
    const [p, r] = factor.solve(at.field)!;
    if (x! * p! + y! * r! < 0) inwards++;
  }
  assert.ok(inwards > 0);
  const rows = firstRows(field, [0.999, 0], newtonFlow({ stepSize: 1e-3, maxStepSize: 0.01 }), 40);
  assert.ok(rows.some(({ point }) => Math.hypot(point[0]!, point[1]!) > 1));
});

tests.run();
