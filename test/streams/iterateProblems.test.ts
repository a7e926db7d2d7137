import { suite } from "uvu";
import * as assert from "uvu/assert";
import { extragradient } from "../../src/operators/games/extragradient.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import type { ConvexSet, Problem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { assertClose, checkError } from "../support/assert.ts";
import { collect } from "../support/collect.ts";
import { counted } from "../support/countedProblem.ts";
import { linearProblem } from "../support/linearProblem.ts";

const atOnce = { slice: Number.POSITIVE_INFINITY };

const test = suite("iterate: the problem of each step");

test("projects each point on the constraint", () => {
  const box: ConvexSet = {
    name: "unit box",
    dimension: 2,
    bounded: true,
    project(point, out) {
      for (let i = 0; i < 2; i++) out[i] = Math.min(1, Math.max(-1, point[i]!));
    },
    support: (gradient) => Math.abs(gradient[0]!) + Math.abs(gradient[1]!),
    distance: (point) => Math.hypot(...point.map((z) => Math.max(0, Math.abs(z) - 1))),
  };
  const problem: Problem = { ...bilinear(), constraint: box };
  for (const rule of [gradientStep(0.7), extragradient({ stepSize: 0.7 })]) {
    const rows = firstRows(problem, [1, 0.5], rule, 50);
    for (const [k, row] of rows.entries()) {
      assert.is(box.distance(row.point), 0);
      if (k === 0) continue;
      const before = rows[k - 1]!;
      const expected = before.point.map((z, i) => Math.min(1, Math.max(-1, z + 0.7 * before.direction[i]!)));
      assert.equal(row.point, expected);
    }
    assert.ok(rows.some((row) => row.point.some((z) => Math.abs(z) === 1)));
  }
});

test("takes the problem of each step from a function, once a step", () => {
  const asked: number[] = [];
  const batches = [linearProblem([[1]], [1]), linearProblem([[2]], [3])];
  const problem = (step: number): Problem => {
    asked.push(step);
    return batches[step % 2]!;
  };
  const rows = firstRows(problem, [5], gradientStep(0.1), 6);
  assert.equal(asked, [0, 1, 2, 3, 4, 5]);
  for (const row of rows) {
    assert.is(row.at.problem, batches[row.step % 2]);
    assert.is(row.at.field[0], row.step % 2 === 0 ? row.point[0]! - 1 : 2 * row.point[0]! - 3);
  }
});

test("evaluates an accepted trial again where the next step has another problem", () => {
  const first = counted(linearProblem([[1]], [1]));
  const second = counted(linearProblem([[2]], [3]));
  const accept = defineUpdate({
    name: "accept",
    step: (it) => ({ stepSize: 1, next: it.evaluate(it.point.map((z) => z - 0.5)) }),
  });
  const rows = firstRows((step) => (step % 2 === 0 ? first : second), [5], accept, 4);
  assert.equal(
    rows.map((row) => row.point[0]),
    [5, 4.5, 4, 3.5],
  );
  assert.equal(
    rows.map((row) => row.at.field[0]),
    [4, 6, 3, 4],
  );
  assert.is(first.calls.evaluate + second.calls.evaluate, 8);
  assert.is(rows[3]!.evaluations, 8);
});

test("evaluates trials with another problem where asked to", () => {
  const other = counted(linearProblem([[4]], [0]));
  const peek = defineUpdate({
    name: "peek",
    step(it) {
      assert.is(it.evaluate(it.point, other).field[0], 4 * it.point[0]!);
      return { stepSize: 0.1 };
    },
  });
  const rows = firstRows(linearProblem([[1]], [1]), [5], peek, 3);
  assert.is(other.calls.evaluate, 3);
  assert.is(rows[2]!.evaluations, 6);
});

test("allows a run of its own inside a step", () => {
  // Proximal point: z+ solves z+ + eta F(z+) = z, here by an inner run.
  const eta = 0.5;
  const proximal = defineUpdate({
    name: "proximal",
    step(it) {
      const [x, y] = it.point as unknown as [number, number];
      const inner = linearProblem(
        [
          [1, eta],
          [-eta, 1],
        ],
        [x, y],
      );
      const last = firstRows(inner, it.point, chain(untilStep(60), momentum({ decay: 0 }), gradientStep(0.8)), 1000).at(
        -1,
      )!;
      return { stepSize: 1, next: it.evaluate(last.point) };
    },
  });
  const rows = firstRows(bilinear(), [1, 1], chain(untilStep(10), proximal), 100);
  assert.is(rows.length, 11);
  assert.equal(Object.keys(rows[0]!.run.settings), []);
  for (let k = 1; k < rows.length; k++) {
    assertClose(Math.hypot(...rows[k]!.point) / Math.hypot(...rows[k - 1]!.point), 1 / Math.sqrt(1 + eta ** 2), 1e-12);
  }
});

test("says in the stream when a step's problem has another dimension", async () => {
  const changing = (step: number): Problem => (step < 2 ? quartic() : linearProblem([[1]], [0]));
  const outcome = await collect(iterate(changing, [1, 2], gradientStep(0.01)));
  assert.is(outcome.values.length, 2);
  checkError(outcome.error, "ERR_LENGTH", /a start of length 1, got 2; the problem is linear/);
});

test("refuses at its start a problem that leaves entries of its field out, or adds to them", () => {
  const whole = quartic();
  for (const evaluate of [
    (_z: Float64Array, field: Float64Array): number => {
      field[0] = 1;
      return 0;
    },
    (z: Float64Array, field: Float64Array): number => {
      field[0] = 1;
      field[1] = field[1]! + z[1]!;
      return 0;
    },
  ]) {
    let refused: unknown;
    iterate({ ...whole, evaluate }, [1, 2], chain(untilStep(3), gradientStep(0.1)), atOnce).subscribe({
      error: (error: unknown) => {
        refused = error;
      },
    });
    checkError(refused, "ERR_LOSS", /every entry.*entry 1/);
  }
});

test.run();
