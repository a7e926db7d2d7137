/** Problems in units that are not those of the papers, fields that fade, and projections that are not exact. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mixedStart } from "../../../src/experiments/catalogue/games/starts.ts";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { restarts } from "../../../src/operators/games/restarts.ts";
import { semismoothNewton } from "../../../src/operators/games/semismoothNewton.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { diracGan } from "../../../src/problems/games/adversarial/diracGan.ts";
import { gambitGame } from "../../../src/problems/games/gambitGame.ts";
import { matrixGame } from "../../../src/problems/games/matrixGame.ts";
import { ball, intersectionSet } from "../../../src/problems/sets/index.ts";
import { variationalInequality } from "../../../src/problems/variationalInequality.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

const test = suite("scales");

test("payoffs times 1e3 or 1e-3 cost as many steps but for rounding, to 1e-10 relative", () => {
  const steps = (factor: number, update: () => Update): number => {
    const values = normalVector(120, 1);
    const rows = Array.from({ length: 10 }, (_, i) =>
      Array.from(values.subarray(12 * i, 12 * i + 12), (x) => factor * x),
    );
    const start = new Float64Array(22).fill(1 / 10).fill(1 / 12, 10);
    const stop = chain(naturalResidual({ relativeTolerance: 1e-10 }), untilStep(5000));
    const last = firstRows(matrixGame(rows), start, chain(stop, update()), 5002).at(-1)!;
    assert.is(last.status, "converged");
    return last.step;
  };
  const newton = () => semismoothNewton();
  const restarted = () => restarts(adaptiveExtragradient());
  const plain = { newton: steps(1, newton), restarted: steps(1, restarted) };
  for (const factor of [2 ** -10, 2 ** 10]) {
    assert.is(steps(factor, newton), plain.newton);
    assert.is(steps(factor, restarted), plain.restarted);
  }
  for (const factor of [1e-3, 1e3]) {
    // Rounding decides when a restart happens and which step passes; with a scale of 1 these took 100 and 8 times as long.
    assert.ok(steps(factor, newton) <= 4 * plain.newton);
    assert.ok(steps(factor, restarted) <= 4 * plain.restarted);
  }
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
  for (let seed = 0; seed < 12; seed++) {
    const start = seed === 0 ? [2.34, 1.34] : normalVector(2, seed).map((x) => 2.5 * x);
    for (const update of [semismoothNewton({ scale: 1 }), semismoothNewton()]) {
      const stop = chain(naturalResidual({ tolerance: 1e-10 }), untilStep(900));
      const { status, point } = firstRows(diracGan(), start, chain(stop, update), 902).at(-1)!;
      if (status === "converged") assertClose(point, [0, 0], 1e-8, `from ${start}`, 1);
    }
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
