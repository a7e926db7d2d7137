import { suite } from "uvu";
import * as assert from "uvu/assert";
import { proximalPoint } from "../../../src/operators/games/proximalPoint.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { box } from "../../../src/problems/sets/index.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { over, randomGame, randomMatrixGame } from "../../support/games.ts";
import { normalVector } from "../../support/random.ts";

const test = suite("proximalPoint");

test("is the exact resolvent of an affine field, in one Newton step", () => {
  const game = randomGame(8, 3, { modulus: 0.1 });
  const rows = firstRows(game, normalVector(8, 1), proximalPoint({ stepSize: 50, relativeTolerance: 1e-12 }), 4);
  for (let k = 0; k < 3; k++) {
    const [z, next] = [rows[k]!, rows[k + 1]!];
    assert.is(z.columns.innerIterations, 1);
    assert.ok(z.columns.proximalError! <= 1e-12);
    // z+ + eta F(z+) = z.
    assertClose(
      next.point.map((x, i) => x + 50 * next.at.field[i]!),
      z.point,
      1e-10,
    );
  }
});

test("solves its inner problem over a set: z+ = Pi(z - eta F(z+))", () => {
  const n = 8;
  const set = box(new Float64Array(n).fill(-0.5), new Float64Array(n).fill(0.7));
  const game = over(randomGame(n, 3, { modulus: 0.1, solution: normalVector(n, 2) }), set);
  const rows = firstRows(game, new Float64Array(n), proximalPoint({ stepSize: 5, relativeTolerance: 1e-12 }), 5);
  for (let k = 0; k < 4; k++) {
    const expected = rows[k]!.point.map((x, i) => x - 5 * rows[k + 1]!.at.field[i]!);
    set.project(expected, expected);
    assertClose(rows[k + 1]!.point, expected, 1e-10, `step ${k}`);
  }
});

test("with small steps and a generous criterion needs no inner step: forward-backward-forward", () => {
  const rows = firstRows(bilinear(), [1, 1], proximalPoint({ stepSize: 0.4, relativeTolerance: 0.5 }), 10);
  for (const row of rows) {
    assert.is(row.columns.innerIterations, 0);
    assert.ok(row.columns.proximalError! <= 0.5);
  }
  assert.is(rows[9]!.evaluations, 20);
});

test("counts what the inner solves evaluate", () => {
  const exact = firstRows(bilinear(), [1, 1], proximalPoint({ stepSize: 4 }), 5);
  assert.ok(exact[4]!.evaluations > 4 * 3);
  assert.ok(exact[4]!.products > 0);
});

test("converges on matrix games with steps as long as one likes", () => {
  const game = randomMatrixGame(8, 9, 2);
  const start = new Float64Array(17).fill(1 / 8);
  start.fill(1 / 9, 8);
  const rows = firstRows(game, start, proximalPoint({ stepSize: 100, relativeTolerance: 0.3 }), 60, {
    after: naturalResidual(),
  });
  assert.ok(rows.at(-1)!.columns.naturalResidual! < 1e-9, `${rows.at(-1)!.columns.naturalResidual}`);
});

test("reports an inner solve that was cut off, and goes on", () => {
  const game = randomGame(6, 4, { rotation: 3 });
  const rows = firstRows(game, normalVector(6, 1), proximalPoint({ stepSize: 10, maxIterations: 0 }), 3);
  assert.ok(rows[0]!.columns.proximalError! > 1e-8);
  assert.is(rows[0]!.columns.innerIterations, 0);
});

test("refuses options out of range", () => {
  assertError(() => proximalPoint({ stepSize: 0 }), "ERR_OPTION_RANGE");
  assertError(() => proximalPoint({ stepSize: 1, relativeTolerance: 1 }), "ERR_OPTION_RANGE");
  assertError(() => proximalPoint({ stepSize: 1, maxIterations: -1 }), "ERR_OPTION_RANGE");
});

test.run();
