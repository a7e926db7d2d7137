/** Problems in units that are not those of the papers, fields that fade, and projections that are not exact. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mixedStart } from "../../../src/experiments/catalogue/games/starts.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { restarts } from "../../../src/operators/games/restarts.ts";
import { semismoothNewton } from "../../../src/operators/games/semismoothNewton.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { nearSolution } from "../../../src/operators/support/nearSolution.ts";
import { diracGan } from "../../../src/problems/games/adversarial/diracGan.ts";
import { gambitGame } from "../../../src/problems/games/gambitGame.ts";
import { matrixGame } from "../../../src/problems/games/matrixGame.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { ball, intersectionSet, wholeSpace } from "../../../src/problems/sets/index.ts";
import { variationalInequality } from "../../../src/problems/variationalInequality.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

const test = suite("scales");

/** Steps that a random matrix game takes from the centre, with payoffs times a factor. */
function stepsOf(p: number, q: number, seed: number, factor: number, update: Update): number {
  const values = normalVector(p * q, seed);
  const rows = Array.from({ length: p }, (_, i) => Array.from(values.subarray(q * i, q * (i + 1)), (x) => factor * x));
  const start = new Float64Array(p + q).fill(1 / p).fill(1 / q, p);
  const stop = chain(naturalResidual({ relativeTolerance: 1e-10 }), untilStep(5000));
  const last = firstRows(matrixGame(rows), start, chain(stop, update), 5002).at(-1)!;
  assert.is(last.status, "converged", `${p} x ${q}, seed ${seed}, payoffs times ${factor}`);
  return last.step;
}

test("payoffs times 1e3 or 1e-3 cost as many steps but for rounding, to 1e-10 relative", () => {
  for (const [make, most] of [
    [() => semismoothNewton(), 1.2],
    // Rounding decides when a restart happens; with a scale of 1 this took 8 times as long.
    [() => restarts(adaptiveExtragradient()), 4],
  ] as const) {
    const plain = stepsOf(10, 12, 1, 1, make());
    for (const factor of [2 ** -10, 2 ** 10]) assert.is(stepsOf(10, 12, 1, factor, make()), plain);
    for (const factor of [1e-3, 1e3]) {
      const steps = stepsOf(10, 12, 1, factor, make());
      assert.ok(steps <= most * plain, `${steps} steps for ${plain}`);
    }
  }
});

test("the steps of semismoothNewton hardly depend on rounding: at the centre V is singular, and damping decides", () => {
  const factors = [1, 1e3, 0.7];
  let far = 0;
  const totals = factors.map(() => 0);
  const undamped = factors.map(() => 0);
  let farUndamped = 0;
  for (const [p, q] of [
    [5, 8],
    [10, 12],
  ] as const) {
    for (let seed = 1; seed <= 10; seed++) {
      const steps = factors.map((factor) => stepsOf(p, q, seed, factor, semismoothNewton()));
      const bare = factors.map((factor) => stepsOf(p, q, seed, factor, semismoothNewton({ damping: 0 })));
      for (const k of factors.keys()) {
        totals[k] = totals[k]! + steps[k]!;
        undamped[k] = undamped[k]! + bare[k]!;
      }
      if (Math.max(...steps) > 1.2 * Math.min(...steps)) far++;
      if (Math.max(...bare) > 1.2 * Math.min(...bare)) farUndamped++;
    }
  }
  assert.ok(far <= 4, `${far} of 20 games take more than 1.2 times as long in other units`);
  assert.ok(farUndamped > far, `${farUndamped} without damping`);
  assert.ok(Math.max(...totals) < 1.25 * Math.min(...totals), `${totals} steps`);
  assert.ok(Math.max(...totals) < Math.min(...undamped), `${totals} and ${undamped} steps`);
});

test("semismoothNewton finds the sole equilibrium of Gambit's g1.nfg from every start", () => {
  const game = gambitGame(
    'NFG 1 R "g1" { "1" "2" "3" } { 2 2 2 } -1 -4 -4 -8 -2 -4 -8 -2 -1 -2 -1 -2 -2 -2 -8 -8 -1 -2 -5 -6 -8 -2 -3 -1',
  );
  for (let seed = 0; seed < 12; seed++) {
    const stop = chain(naturalResidual({ relativeTolerance: 1e-10 }), untilStep(500));
    const start = mixedStart(game.game!.players, seed);
    const last = firstRows(game, start, chain(stop, semismoothNewton()), 502).at(-1)!;
    assert.is(last.status, "converged", `seed ${seed}`);
    assertClose(last.point, [0.2, 0.8, 3 / 7, 4 / 7, 2 / 3, 1 / 3], 1e-9);
  }
});

test("where F merely fades no run converges: the Dirac GAN has one equilibrium, at 0", () => {
  for (let seed = 0; seed < 16; seed++) {
    const far = [
      [2.34, 1.34],
      [-10, -3.2],
      [-8.7, -10],
      [5, 0.1],
    ][seed];
    const start = far ?? normalVector(2, seed).map((x) => 2.5 * x);
    for (const options of [{ scale: 1 }, {}]) {
      const update = semismoothNewton(options);
      const stop = chain(
        naturalResidual(far === undefined ? { tolerance: 1e-10 } : { relativeTolerance: 1e-10 }),
        untilStep(900),
      );
      const { status, point } = firstRows(diracGan(), start, chain(stop, update), 902).at(-1)!;
      assert.is.not(status, "diverged", `from ${start}`);
      if (seed === 3 && !("scale" in options)) assert.is(status, "stopped", "as docs/games.md says");
      if (status === "converged") assertClose(point, [0, 0], far === undefined ? 1e-8 : 1e-6, `from ${start}`, 1);
    }
  }
});

test("near 0 only because it underflows, F is not taken for a zero; where it vanishes on a region, it is", () => {
  const judge = (problem: Problem, point: readonly number[], last: number): boolean =>
    nearSolution(evaluate(problem, Float64Array.from(point)), norm(evaluate(problem, Float64Array.from(point)).field), {
      length: norm(Float64Array.from(point)),
      largest: 5,
      last,
    });
  for (const point of [
    [190, 3.75],
    [-8230, -70.8],
    [150, 4.7],
    [100, 7.2],
    [30, 25],
    [800, 1],
  ]) {
    for (const last of [1e-3, 1, 1e-200]) assert.not(judge(diracGan(), point, last), `${point} after ${last}`);
  }
  const fading = variationalInequality(([z], out) => out.set([Math.exp(-z!)]), wholeSpace(1));
  for (const z of [746, 800, 1e4]) assert.not(judge(fading, [z], 1e-2), `${z}`);
  const hinge = variationalInequality(
    ([z], out) => out.set([Math.max(0, z! - 1) + Math.min(0, z! + 1)]),
    wholeSpace(1),
  );
  for (const z of [0.3, 0.999, -0.5]) assert.ok(judge(hinge, [z], 1e-2), `${z}`);
  const cubic = variationalInequality(([z], out) => out.set([(z! - 2) ** 3]), wholeSpace(1));
  assert.ok(judge(cubic, [2], 1e-2));
});

test("a slow rotation is not taken for a way to infinity, however short the steps are", () => {
  for (const start of [
    [-10, -10],
    [5.6, 5.3],
    [7, 6],
  ]) {
    const stop = chain(naturalResidual({ relativeTolerance: 1e-10 }), untilStep(300));
    const { status } = firstRows(diracGan(), start, chain(stop, adaptiveExtragradient()), 302).at(-1)!;
    assert.is.not(status, "diverged", `from ${start}`);
  }
});

test("rows count projections that Dykstra's algorithm did not finish, and do not converge there", () => {
  const touching = intersectionSet([ball([0, 0]), ball([2, 0])], { maxSweeps: 300 });
  const towards = variationalInequality(([x, y], out) => out.set([x! - 1, y! - 1]), touching);
  const stop = chain(naturalResidual({ tolerance: 1e-8 }), untilStep(20));
  const last = firstRows(towards, [1, 0.5], chain(stop, gradientStep(0.5)), 22).at(-1)!;
  assert.ok(last.columns.inexactProjections! > 0);
  assert.is.not(last.status, "converged");
  const smooth = intersectionSet([ball([0, 0]), ball([1, 0])]);
  const exact = variationalInequality(([x, y], out) => out.set([x! - 1, y! - 1]), smooth);
  const solved = firstRows(exact, [0.5, 0.5], chain(stop, gradientStep(0.5)), 22).at(-1)!;
  assert.is(solved.columns.inexactProjections, 0);
  assert.is(solved.status, "converged");
});

test.run();
