import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf } from "../../src/linalg/dense/dense.ts";
import { untilCritical } from "../../src/operators/measures/untilCritical.ts";
import { levenbergMarquardt } from "../../src/operators/newton/levenbergMarquardt.ts";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { type DeflatedOptions, deflated } from "../../src/problems/deflated.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { doubleWells } from "../support/minima.ts";

const test = suite("deflated");

test("multiplies the field by its factor", () => {
  const problem = deflated(quartic(), [[-3, 0]]);
  const field = new Float64Array(2);
  const plain = new Float64Array(2);
  assert.ok(Number.isNaN(problem.evaluate(Float64Array.of(1, 2), field)));
  quartic().evaluate(Float64Array.of(1, 2), plain);
  assertClose(
    field,
    plain.map((f) => (1 / 20 + 1) * f),
    1e-14,
  );
});

test("has the Jacobian of what it is, and its transpose", () => {
  for (const options of [{}, { power: 1, shift: 0 }, { power: 3, shift: 0.5 }] satisfies DeflatedOptions[]) {
    for (const inner of [quartic(), bilinear()]) {
      const problem = deflated(
        inner,
        [
          [-3, 0],
          [1, 0.5],
        ],
        options,
      );
      const point = Float64Array.of(0.7, -1.2);
      const report = checkDerivatives(problem, point);
      assert.is(report.verdict, "agrees", report.table);
      const map = problem.linearize(point);
      const matrix = denseOf(map);
      const u = Float64Array.of(0.3, -2);
      const out = new Float64Array(2);
      map.applyTranspose(u, out);
      assertClose(out, [matrix[0]! * 0.3 - 2 * matrix[2]!, matrix[1]! * 0.3 - 2 * matrix[3]!], 1e-13);
    }
  }
});

test("leads from one start to one critical point after the other", () => {
  const problem = doubleWells(2);
  const found: Float64Array[] = [];
  const start = [0.61, 0.23];
  for (let k = 0; k < 9; k++) {
    const update = chain(untilCritical({ squaredFieldNorm: 1e-22 }), levenbergMarquardt());
    const last = firstRows(deflated(problem, found), start, update, 400).at(-1)!;
    if (last.status !== "converged") break;
    const field = new Float64Array(2);
    problem.evaluate(last.point, field);
    assertClose(field, [0, 0], 1e-9, "a zero of the problem itself", 1);
    for (const other of found) {
      assert.ok(Math.hypot(last.point[0]! - other[0]!, last.point[1]! - other[1]!) > 0.5, "another one");
    }
    found.push(last.point);
  }
  assert.ok(found.length >= 5, `${found.length} of 9`);
});

test("is not defined at a root, and says so by NaN", () => {
  const field = new Float64Array(2);
  deflated(quartic(), [[-3, 0]]).evaluate(Float64Array.of(-3, 0), field);
  assert.ok(Number.isNaN(field[0]!));
});

test("is the problem itself without roots", () => {
  const field = new Float64Array(2);
  const plain = new Float64Array(2);
  deflated(quartic(), []).evaluate(Float64Array.of(1, 2), field);
  quartic().evaluate(Float64Array.of(1, 2), plain);
  assert.equal(field, plain);
});

test("refuses roots and options that are none", () => {
  assertError(() => deflated(quartic(), [[1]]), "ERR_LENGTH", /length 2, that of quartic, got 1 for root 0/);
  assertError(() => deflated(quartic(), [[1, Number.NaN]]), "ERR_NOT_FINITE", /root 0/);
  assertError(() => deflated(quartic(), [], { power: 0 }), "ERR_OPTION_RANGE", /power/);
  assertError(() => deflated(quartic(), [], { shift: -1 }), "ERR_OPTION_RANGE", /shift/);
});

test.run();
