import { suite } from "uvu";
import * as assert from "uvu/assert";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { newtonOutcomes, semismoothNewton } from "../../../src/operators/games/semismoothNewton.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import type { ConvexSet, Problem } from "../../../src/problems/problem.ts";
import { ball, orthant } from "../../../src/problems/sets/index.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { over, randomGame, randomMatrixGame } from "../../support/games.ts";
import { normalVector } from "../../support/random.ts";

/** The problem of Kojima and Shindo on the orthant: solutions (sqrt(6) / 2, 0, 0, 1 / 2) and (1, 0, 3, 0). */
function kojimaShindo(): Problem {
  const field = ([a, b, c, d]: Float64Array): readonly number[] => [
    3 * a! ** 2 + 2 * a! * b! + 2 * b! ** 2 + c! + 3 * d! - 6,
    2 * a! ** 2 + a! + b! ** 2 + 10 * c! + 2 * d! - 2,
    3 * a! ** 2 + a! * b! + 2 * b! ** 2 + 2 * c! + 9 * d! - 9,
    a! ** 2 + 3 * b! ** 2 + 2 * c! + 3 * d! - 3,
  ];
  const rows = ([a, b]: Float64Array): readonly (readonly number[])[] => [
    [6 * a! + 2 * b!, 2 * a! + 4 * b!, 1, 3],
    [4 * a! + 1, 2 * b!, 10, 2],
    [6 * a! + b!, a! + 4 * b!, 2, 9],
    [2 * a!, 6 * b!, 2, 3],
  ];
  return {
    name: "Kojima-Shindo",
    dimension: 4,
    symmetric: false,
    constraint: orthant(4),
    blocks: [{ name: "z", shape: [4], offset: 0, size: 4 }],
    evaluate(point, out) {
      out.set(field(point));
      return Number.NaN;
    },
    linearize(point) {
      const j = rows(point.slice());
      return linearMap({
        rows: 4,
        columns: 4,
        apply: (v, out) => out.set(j.map((row) => row.reduce((sum, x, k) => sum + x * v[k]!, 0))),
        applyTranspose: (u, out) =>
          out.set([0, 1, 2, 3].map((k) => j.reduce((sum, row, i) => sum + row[k]! * u[i]!, 0))),
      });
    },
  };
}

const test = suite("semismoothNewton");

test("solves the problem of Kojima and Shindo from many starts, in few steps, to rounding", () => {
  const solutions = [
    [Math.sqrt(6) / 2, 0, 0, 0.5],
    [1, 0, 3, 0],
  ];
  let solved = 0;
  for (let seed = 0; seed < 20; seed++) {
    const start = normalVector(4, seed).map((x) => Math.abs(2 * x));
    const rows = firstRows(
      kojimaShindo(),
      start,
      chain(naturalResidual({ tolerance: 1e-12 }), semismoothNewton()),
      300,
    );
    const last = rows.at(-1)!;
    if (last.status !== "converged") continue;
    solved++;
    const away = Math.min(...solutions.map((s) => Math.hypot(...s.map((x, i) => x - last.point[i]!))));
    assert.ok(away < 1e-9, `${last.point}`);
  }
  assert.ok(solved >= 15, `${solved} of 20`);
});

test("converges quadratically near a solution", () => {
  const rows = firstRows(kojimaShindo(), [1.3, 0.05, 0.05, 0.4], semismoothNewton(), 8);
  const residuals = rows.map((row) => row.columns.naturalMapNorm!);
  for (let k = 1; k < 5; k++) {
    if (residuals[k]! < 1e-13) break;
    assert.ok(residuals[k]! < 5 * residuals[k - 1]! ** 2 + 1e-14, `${residuals.slice(0, k + 1)}`);
  }
  assert.ok(residuals[6]! < 1e-14);
});

test("solves matrix games to rounding where extragradient alone is far from it", () => {
  const game = randomMatrixGame(12, 15, 5);
  const start = new Float64Array(27).fill(1 / 12);
  start.fill(1 / 15, 12);
  const rows = firstRows(game, start, chain(naturalResidual({ tolerance: 1e-12 }), semismoothNewton()), 500);
  assert.is(rows.at(-1)!.status, "converged");
  const plain = firstRows(game, start, extragradient({ stepSize: 0.2 }), rows.length, { after: naturalResidual() });
  assert.ok(plain.at(-1)!.columns.naturalResidual! > 1e-6);
});

test("needs no derivative of the projection: differences do where the set has none", () => {
  const center = new Float64Array(10);
  const { linearizeProjection, ...bare } = ball(center, 1.5);
  assert.ok(linearizeProjection !== undefined);
  const p = normalVector(10, 3);
  for (const set of [ball(center, 1.5), bare satisfies ConvexSet]) {
    const game = over(randomGame(10, 4, { modulus: 0.4, solution: p.map((x) => 2 * x) }), set);
    const rows = firstRows(game, center, chain(naturalResidual({ tolerance: 1e-11 }), semismoothNewton()), 100);
    assert.is(rows.at(-1)!.status, "converged");
    assert.ok(rows.length < 30, `${rows.length} rows`);
    assertClose(Math.hypot(...rows.at(-1)!.point), 1.5, 1e-9);
  }
});

test("says what became of each Newton step, and waits longer after each refusal", () => {
  const stubborn: Problem = {
    ...randomGame(4, 2, { modulus: 0.1 }),
    // A Jacobian of the wrong sign, whose Newton steps lead away.
    linearize: () => {
      const honest = randomGame(4, 2, { modulus: 0.1 }).linearize(new Float64Array(4));
      return linearMap({
        rows: 4,
        columns: 4,
        apply(v, out) {
          honest.apply(v, out);
          for (let i = 0; i < 4; i++) out[i] = -out[i]!;
        },
      });
    },
  };
  const rows = firstRows(stubborn, [1, 1, 1, 1], semismoothNewton(), 60);
  const outcomes = rows.map((row) => newtonOutcomes[row.columns.newton!]);
  const refused = outcomes.flatMap((outcome, k) => (outcome === "refused" ? [k] : []));
  assert.equal(refused, [0, 2, 5, 10, 19, 36]);
  assert.ok(outcomes.every((outcome) => outcome === "refused" || outcome === "waiting"));
  assert.ok(rows[59]!.squaredFieldNorm < rows[0]!.squaredFieldNorm / 10, "the fallback goes on");
});

test("tries again as soon as the active set has settled, however long the pause is", () => {
  let early = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const game = randomMatrixGame(10, 12, seed);
    const start = new Float64Array(22).fill(1 / 10).fill(1 / 12, 10);
    const rows = firstRows(game, start, chain(naturalResidual({ tolerance: 1e-10 }), semismoothNewton()), 200);
    let due = 0;
    let pause = 1;
    for (const row of rows) {
      const outcome = row.columns.newton === undefined ? "waiting" : newtonOutcomes[row.columns.newton]!;
      if (outcome !== "waiting" && row.step < due) early++;
      if (outcome === "accepted") pause = 1;
      if (outcome !== "refused") continue;
      due = row.step + pause + 1;
      pause = Math.min(2 * pause, 64);
    }
    assert.is(rows.at(-1)!.status, "converged");
  }
  assert.ok(early >= 3, `${early} attempts before the end of a pause`);
});

test("solves again with damping where V is singular, unless a damping is given", () => {
  const game = randomMatrixGame(6, 4, 3);
  const start = new Float64Array(10).fill(1 / 6).fill(1 / 4, 6);
  const [damped] = firstRows(game, start, semismoothNewton(), 1);
  const [bare] = firstRows(game, start, semismoothNewton({ damping: 0 }), 1);
  assert.ok(damped!.columns.solverIterations! > bare!.columns.solverIterations!);
});

test("without a constraint is Newton's method: one step for an affine field", () => {
  const game = randomGame(6, 8, { modulus: 0.2, solution: [1, 2, 3, 4, 5, 6] });
  const rows = firstRows(game, new Float64Array(6), semismoothNewton({ relativeTolerance: 1e-14 }), 3);
  assertClose(rows[1]!.point, [1, 2, 3, 4, 5, 6], 1e-12);
  assert.is(newtonOutcomes[rows[0]!.columns.newton!], "accepted");
  assert.is(rows[0]!.evaluations, 2);
});

test("refuses options out of range", () => {
  assertError(() => semismoothNewton({ scale: 0 }), "ERR_OPTION_RANGE");
  assertError(() => semismoothNewton({ contraction: 1 }), "ERR_OPTION_RANGE");
  assertError(() => semismoothNewton({ relativeTolerance: 1 }), "ERR_OPTION_RANGE");
  assertError(() => semismoothNewton({ damping: -1 }), "ERR_OPTION_RANGE");
});

test.run();
