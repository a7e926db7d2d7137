import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf } from "../../src/linalg/dense/dense.ts";
import { untilCritical } from "../../src/operators/measures/untilCritical.ts";
import { newtonFlow } from "../../src/operators/newton/newtonFlow.ts";
import { newtonMR } from "../../src/operators/newton/newtonMR.ts";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { blend, homotopy } from "../../src/problems/homotopy.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { distanceProblem, movedToZero } from "../../src/problems/solvable.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { linearProblem } from "../support/linearProblem.ts";

const start = [3, 1];

const blends = suite("blend");
blends("lies between its problems in value, field and Jacobian", () => {
  const problem = blend(distanceProblem(start), quartic(), 0.3);
  assert.is(problem.symmetric, true);
  const report = checkDerivatives(problem, Float64Array.of(0.5, -1));
  assert.is(report.verdict, "agrees", report.table);
  const field = new Float64Array(2);
  const value = problem.evaluate(Float64Array.of(3, 1), field);
  const plain = new Float64Array(2);
  assertClose(value, 0.3 * quartic().evaluate(Float64Array.of(3, 1), plain), 1e-14);
  assertClose(
    field,
    plain.map((f) => 0.3 * f),
    1e-14,
  );
  assert.is(blend(bilinear(), distanceProblem(start), 0.5).symmetric, false);
});
blends("with a schedule it is a homotopy by steps", () => {
  // From (-4, 1) the path has no turning point. At t = 0 there would be nothing to do, and the search would end.
  const problems = Array.from({ length: 20 }, (_, k) => blend(distanceProblem([-4, 1]), quartic(), (k + 1) / 20));
  const rows = firstRows(
    (step) => problems[Math.min(19, step)]!,
    [-4, 1],
    newtonMR({ direction: { relativeTolerance: 1e-10 }, search: { stepSize: 1 } }),
    30,
  );
  assertClose(rows.at(-1)!.point, [-3, 0], 1e-8);
});
blends("refuses problems of two dimensions, and no number", () => {
  assertError(() => blend(distanceProblem([1]), quartic(), 0), "ERR_LENGTH", /got 1 .* and 2/);
  assertError(() => blend(quartic(), quartic(), Number.NaN), "ERR_OPTION_RANGE", /finite t/);
});
blends.run();

const paths = suite("homotopy");
paths("has the Jacobian of its field, and its transpose", () => {
  for (const path of [
    homotopy(distanceProblem(start), quartic()),
    homotopy(movedToZero(bilinear(), start), bilinear()),
  ]) {
    const point = Float64Array.of(0.4, -1.3, 0.6);
    const report = checkDerivatives(path, point);
    assert.is(report.verdict, "agrees", report.table);
    const map = path.linearize(point);
    const matrix = denseOf(map);
    const u = Float64Array.of(1, -2, 0.5);
    const out = new Float64Array(3);
    map.applyTranspose(u, out);
    for (let j = 0; j < 3; j++) {
      assertClose(out[j]!, matrix[j]! - 2 * matrix[3 + j]! + 0.5 * matrix[6 + j]!, 1e-12, "J^T u", 1);
    }
  }
});
paths("begins with a field along t alone", () => {
  const field = new Float64Array(3);
  homotopy(movedToZero(quartic(), start), quartic()).evaluate(Float64Array.of(3, 1, 0), field);
  assertClose(field, [0, 0, -1], 1e-14);
});
paths("leads to the quartic's critical point from a start that Newton's method leaves at the flat one", () => {
  const until = (update: ReturnType<typeof newtonFlow>) => chain(untilCritical({ squaredFieldNorm: 1e-20 }), update);
  assert.is.not(firstRows(quartic(), start, until(newtonMR()), 100).at(-1)!.status, "converged");
  for (const from of [distanceProblem(start), movedToZero(quartic(), start)]) {
    const last = firstRows(homotopy(from, quartic()), [...start, 0], until(newtonFlow()), 200).at(-1)!;
    assert.is(last.status, "converged");
    assertClose(last.point, [-3, 0, 1], 1e-9);
  }
});
paths("names its last coordinate t", () => {
  assert.equal(homotopy(distanceProblem(start), quartic()).blocks.at(-1), {
    name: "t",
    shape: [],
    offset: 2,
    size: 1,
  });
});
paths.run();

const solvable = suite("distanceProblem and movedToZero");
solvable("vanish at their point, with the gradient of what they return", () => {
  for (const problem of [distanceProblem(start), movedToZero(quartic(), start)]) {
    const field = new Float64Array(2);
    problem.evaluate(Float64Array.from(start), field);
    assert.equal(Array.from(field), [0, 0]);
    assert.is(checkDerivatives(problem, Float64Array.of(1, 2)).verdict, "agrees");
  }
});
solvable("refuse points that are none", () => {
  assertError(() => distanceProblem([]), "ERR_LENGTH");
  assertError(() => distanceProblem([Number.NaN]), "ERR_NOT_FINITE", /got NaN at 0/);
  assertError(() => movedToZero(linearProblem([[1]], [1]), [1, 2]), "ERR_LENGTH", /length 1, got 2/);
});
solvable.run();
