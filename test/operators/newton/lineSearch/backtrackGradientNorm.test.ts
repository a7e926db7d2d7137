import { suite } from "uvu";
import * as assert from "uvu/assert";
import { linearMap } from "../../../../src/linalg/makeLinearMap.ts";
import {
  type BacktrackGradientNormOptions,
  backtrackGradientNorm,
} from "../../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { newtonDirection } from "../../../../src/operators/newton/newtonDirection.ts";
import { searchOutcomes } from "../../../../src/operators/support/searchOutcome.ts";
import type { Problem } from "../../../../src/problems/problem.ts";
import { chain } from "../../../../src/streams/chain.ts";
import { defineUpdate } from "../../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../../src/streams/firstRows.ts";
import type { Checkpoint, Iterate, Update } from "../../../../src/streams/types.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import { linearProblem } from "../../../support/linearProblem.ts";

const towards = (direction: (it: Iterate) => readonly number[]): Update =>
  defineUpdate({ name: "towards", step: (it) => ({ direction: Float64Array.from(direction(it)) }) });
const outcome = (row: Iterate): string | undefined => searchOutcomes[row.columns.outcome ?? -1];

/** F(z) = f(z) in one dimension. */
function scalarProblem(f: (z: number) => number, slope: (z: number) => number): Problem {
  return {
    name: "scalar",
    dimension: 1,
    symmetric: true,
    evaluate(point, field) {
      field[0] = f(point[0]!);
      return Number.NaN;
    },
    linearize(point) {
      const value = slope(point[0]!);
      return linearMap({
        rows: 1,
        columns: 1,
        symmetric: true,
        apply(v, out) {
          out[0] = value * v[0]!;
        },
      });
    },
    blocks: [],
  };
}
const arctan = scalarProblem(Math.atan, (z) => 1 / (1 + z * z));

const test = suite("backtrackGradientNorm");

test("accepts the pure step on a quadratic, at the cost of one evaluation, and does not evaluate it again", () => {
  const problem = linearProblem(
    [
      [3, 1],
      [1, 5],
    ],
    [1, 2],
  );
  const rows = firstRows(
    problem,
    [4, -7],
    chain(newtonDirection({ relativeTolerance: 1e-12 }), backtrackGradientNorm()),
    2,
  );
  assert.is(outcome(rows[0]!), "accepted");
  assert.is(rows[0]!.stepSize, 1);
  assert.is(rows[0]!.columns.trials, 1);
  assert.is(rows[1]!.evaluations, 2 + (rows[1]!.columns.trials ?? 0));
  assert.ok(rows[1]!.squaredFieldNorm < 1e-25);
});

test("accepts the pure step where a singular quadratic leaves a residual, whatever the rounding", () => {
  for (let k = 0; k < 50; k++) {
    const s = 1 + k / 7;
    const problem = linearProblem(
      [
        [s, 1, 0],
        [1, 1 / s, 0],
        [0, 0, 2],
      ],
      [0.3, -1.7, 0.1 * k],
    );
    const [row] = firstRows(
      problem,
      [k, 1, -k],
      chain(newtonDirection({ relativeTolerance: 1e-10 }), backtrackGradientNorm()),
      1,
    );
    assert.is(row!.stepSize, 1, `case ${k}`);
  }
});

test("backtracks by its factor until ||F||^2 has fallen enough", () => {
  const options = { stepSize: 1, shrink: 0.5, sufficientDecrease: 1e-4, pureStep: false } as const;
  const [row] = firstRows(arctan, [20], chain(newtonDirection({ maxNorm: 1e9 }), backtrackGradientNorm(options)), 1);
  // Newton's step from 20 is about -610: 1/16 of it is the first that lands nearer to the zero.
  const p = -Math.atan(20) * 401;
  assertClose(row!.direction, [p], 1e-12);
  let alpha = 1;
  let trials = 1;
  const merit = Math.atan(20) ** 2;
  while (Math.atan(20 + alpha * p) ** 2 > merit * (1 - 2e-4 * alpha)) {
    alpha /= 2;
    trials++;
  }
  assert.is(row!.stepSize, alpha);
  assert.is(row!.columns.trials, trials);
  assert.is(outcome(row!), "accepted");
});

test("begins the next search at alpha / beta, at most 1, and keeps alpha in the checkpoint", () => {
  const saved: Checkpoint[] = [];
  const options: BacktrackGradientNormOptions = { stepSize: 0.1, pureStep: false };
  const rows = firstRows(linearProblem([[1]], [0]), [1], chain(newtonDirection(), backtrackGradientNorm(options)), 7, {
    checkpoints: { every: 1, save: (checkpoint) => saved.push(checkpoint) },
  });
  assertClose(
    rows.map((row) => row.stepSize),
    [0.1, 0.2, 0.4, 0.8, 1, 0, 0].slice(0, rows.length),
    1e-15,
  );
  const states = saved.map((checkpoint) => checkpoint.operators.backtrackGradientNorm?.state);
  assert.equal(states.at(-1), { stepSize: 1 });
});

test("an accepted pure step makes the next search begin at 1", () => {
  const saved: Checkpoint[] = [];
  firstRows(arctan, [0.5], chain(newtonDirection(), backtrackGradientNorm({ stepSize: 0.1, pureStep: 0.1 })), 2, {
    checkpoints: { every: 1, save: (checkpoint) => saved.push(checkpoint) },
  });
  assert.equal(saved.at(-1)!.operators.backtrackGradientNorm?.state, { stepSize: 1 });
});

test("keeps no state between runs that share one operator value", () => {
  const shared = chain(newtonDirection(), backtrackGradientNorm({ pureStep: false }));
  const first = firstRows(linearProblem([[1]], [0]), [1], shared, 4);
  const second = firstRows(linearProblem([[1]], [0]), [1], shared, 4);
  assert.equal(
    second.map((row) => row.stepSize),
    first.map((row) => row.stepSize),
  );
  assert.is(second[0]!.stepSize, 0.1);
});

test("says stagnated, keeps the point and ends when the step has no effect", () => {
  const rows = firstRows(
    linearProblem([[1]], [0]),
    [1],
    chain(
      towards(() => [-1e-30]),
      backtrackGradientNorm(),
    ),
    3,
  );
  assert.is(rows.length, 1);
  assert.is(outcome(rows[0]!), "stagnated");
  assert.is(rows[0]!.status, "stagnated");
  assert.is(rows[0]!.stepSize, 0);
  assert.is(rows[0]!.evaluations, 1);
});

test("says stagnated once alpha has shrunk until z + alpha p equals z", () => {
  // F jumps: every trial is worse, although J promises a descent.
  const jump = scalarProblem(
    (z) => (z === 1 ? 1 : 2),
    () => 1,
  );
  const rows = firstRows(
    jump,
    [1],
    chain(
      towards(() => [-1]),
      backtrackGradientNorm(),
    ),
    3,
  );
  assert.is(outcome(rows[0]!), "stagnated");
  assert.ok(rows[0]!.columns.trials! > 40 && rows[0]!.columns.trials! < 70);
  assert.is(rows.length, 1);
});

test("says failed for a direction along which ||F||^2 rises, without a trial", () => {
  const rows = firstRows(
    linearProblem([[2]], [0]),
    [1],
    chain(
      towards(() => [1]),
      backtrackGradientNorm(),
    ),
    3,
  );
  assert.is(outcome(rows[0]!), "failed");
  assert.is(rows[0]!.columns.trials, 0);
  assert.is(rows[0]!.status, "stagnated");
  assert.is(rows.length, 1);
});

test("says failed when its trials are used up, and leaves alpha as it was", () => {
  const jump = scalarProblem(
    (z) => (z === 1 ? 1 : 2),
    () => 1,
  );
  const saved: Checkpoint[] = [];
  const search = backtrackGradientNorm({ maxTrials: 5, stepSize: 0.7 });
  const rows = firstRows(
    jump,
    [1],
    chain(
      towards(() => [-1]),
      search,
    ),
    3,
    {
      checkpoints: { every: 1, save: (checkpoint) => saved.push(checkpoint) },
    },
  );
  assert.is(outcome(rows[0]!), "failed");
  assert.is(rows[0]!.columns.trials, 5);
  for (const checkpoint of saved) {
    const memory = checkpoint.operators.backtrackGradientNorm;
    if (memory?.begun !== undefined) assert.equal(memory.state, { stepSize: 0.7 });
  }
});

test("backtracks over trials that are not finite", () => {
  // sqrt(z) - 1/2 is NaN for z < 0, where the pure step from 4 lands.
  const root = scalarProblem(
    (z) => Math.sqrt(z) - 0.5,
    (z) => 1 / (2 * Math.sqrt(z)),
  );
  const rows = firstRows(root, [4], chain(newtonDirection(), backtrackGradientNorm({ stepSize: 1 })), 2);
  assert.is(outcome(rows[0]!), "accepted");
  assert.ok(rows[0]!.stepSize < 1 && rows[0]!.columns.trials! > 1);
  assert.ok(Number.isFinite(rows[1]!.squaredFieldNorm));
});

test("says non-finite where no trial is, or where the direction is not", () => {
  const island = scalarProblem(
    (z) => (z === 1 ? 1 : Number.NaN),
    () => 1,
  );
  const [row] = firstRows(
    island,
    [1],
    chain(
      towards(() => [-1]),
      backtrackGradientNorm(),
    ),
    1,
  );
  assert.is(outcome(row!), "non-finite");
  assert.is(row!.stepSize, 0);
  const [other] = firstRows(
    island,
    [1],
    chain(
      towards(() => [Number.NaN]),
      backtrackGradientNorm(),
    ),
    1,
  );
  assert.is(outcome(other!), "non-finite");
});

test("works on a field without a potential", () => {
  const rotation = linearProblem(
    [
      [0, 1],
      [-1, 0],
    ],
    [0, 0],
  );
  // J p = -F by hand: p = -z.
  const rows = firstRows(
    rotation,
    [1, 2],
    chain(
      towards((it) => [-it.point[0]!, -it.point[1]!]),
      backtrackGradientNorm(),
    ),
    2,
  );
  assert.is(rows[1]!.squaredFieldNorm, 0);
});

test("refuses options out of range", () => {
  const bad: readonly [BacktrackGradientNormOptions, RegExp][] = [
    [{ stepSize: 0 }, /stepSize/],
    [{ stepSize: 1.5 }, /stepSize/],
    [{ shrink: 1 }, /shrink/],
    [{ sufficientDecrease: -0.1 }, /sufficientDecrease/],
    [{ pureStep: 0.6 }, /pureStep/],
    [{ maxTrials: 0 }, /maxTrials/],
  ];
  for (const [options, message] of bad) assertError(() => backtrackGradientNorm(options), "ERR_OPTION_RANGE", message);
});

test.run();
