import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineMeasure } from "../../../src/streams/defineMeasure.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import { counted } from "../../support/countedProblem.ts";

const test = suite("evaluate");

test("gives value, field and squared norm at a copy of the point", () => {
  const point = Float64Array.of(1, 2);
  const at = evaluate(quartic(), point);
  point.fill(0);
  assert.equal(at.point, Float64Array.of(1, 2));
  assert.is(at.value, 0.25 - 3 + 9 + 0.9 * 16 + 20 + 40);
  assert.equal(at.field, Float64Array.of(4, 3.6 * 8 + 20));
  assert.is(at.squaredFieldNorm, 4 ** 2 + (3.6 * 8 + 20) ** 2);
});

test("says of a field that is no number that its squared norm is none", () => {
  const broken = { ...quartic(), evaluate: (_: Float64Array, field: Float64Array) => field.fill(Number.NaN)[0]! };
  const at = evaluate(broken, Float64Array.of(1, 2));
  assert.ok(Number.isNaN(at.squaredFieldNorm));
  assert.ok(Number.isNaN(at.squaredFieldNorm));
});

test("prepares the Jacobian when it is asked for, once", () => {
  const problem = counted(quartic());
  const at = evaluate(problem, Float64Array.of(1, 2));
  assert.is(problem.calls.linearize, 0);
  assert.is(at.linearize(), at.linearize());
  assert.is(problem.calls.linearize, 1);
  const out = new Float64Array(2);
  at.linearize().apply(Float64Array.of(1, 1), out);
  assert.equal(out, Float64Array.of(-3, 10.8 * 4 + 10));
});

test("is not counted in a run whose measure calls it, and its products neither", () => {
  const peek = defineMeasure({
    name: "peek",
    columns: { ahead: { meaning: "||F||^2 at half the point" } },
    step(it) {
      const half = evaluate(
        it.at.problem,
        it.point.map((z) => z / 2),
      );
      half.linearize().apply(half.field, new Float64Array(2));
      return { columns: { ahead: half.squaredFieldNorm } };
    },
  });
  const rows = firstRows(quartic(), [1, 2], chain(untilStep(3), peek, gradientStep(0.01)), 100);
  assert.is(rows.at(-1)!.evaluations, 4);
  assert.is(rows.at(-1)!.products, 0);
  assert.ok(rows[0]!.columns.ahead! > 0);
});

test("keeps symmetry and size of the Jacobian that a run counts", () => {
  const [row] = firstRows(quartic(), [1, 2], gradientStep(0.01), 1);
  const map = row!.at.linearize();
  assert.equal([map.rows, map.columns, map.symmetric], [2, 2, true]);
  const one = new Float64Array(2);
  const many = new Float64Array(4);
  map.apply(Float64Array.of(1, 2), one);
  map.applyMany(Float64Array.of(1, 2, 1, 2), 2, many);
  assert.equal(many, Float64Array.of(...one, ...one));
  const transposed = new Float64Array(2);
  map.applyTranspose(Float64Array.of(1, 2), transposed);
  assert.equal(transposed, one);
});

test.run();
