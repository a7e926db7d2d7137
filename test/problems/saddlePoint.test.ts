import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { saddlePoint } from "../../src/problems/saddlePoint.ts";
import { ball } from "../../src/problems/sets/ball.ts";
import { simplex } from "../../src/problems/sets/simplex.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { normalVector } from "../support/random.ts";

const saddles = suite("saddlePoint");

saddles("has the field (grad_x f, -grad_y f)", () => {
  const field = new Float64Array(2);
  const problem = saddlePoint([[]], [[]], (x, y) => tf.mul(x, y));
  assert.ok(Number.isNaN(problem.evaluate(Float64Array.of(3, 5), field)));
  assert.equal([...field], [5, -3]);
  assert.equal(
    problem.blocks.map(({ name, player }) => [name, player]),
    [
      ["x", "minimiser"],
      ["y", "maximiser"],
    ],
  );
});

saddles("has exact products with J and its transpose", () => {
  const problem = saddlePoint([[2], []], [[3]], (u, s, y) =>
    tf.add(tf.mul(tf.sum(tf.square(u)), tf.sum(tf.sin(y))), tf.mul(s, tf.sum(tf.square(y)))),
  );
  assert.equal(
    problem.blocks.map(({ name }) => name),
    ["x1", "x2", "y"],
  );
  const report = checkDerivatives(problem, normalVector(6, 2));
  assert.is(report.verdict, "agrees", report.table);
});

saddles("has costs f and -f and the product of the two sets", () => {
  const problem = saddlePoint([[2]], [[2]], (x, y) => tf.dot(x, y), {
    minSet: simplex(2),
    maxSet: ball([0, 0]),
    players: ["defender", "attacker"],
    names: ["guard", "aim"],
  });
  const costs = new Float64Array(2);
  problem.game.costs(Float64Array.of(1, 2, 3, 4), costs);
  assert.equal([...costs], [11, -11]);
  assert.equal(
    problem.game.players.map(({ name, affine }) => [name, affine]),
    [
      ["defender", true],
      ["attacker", true],
    ],
  );
  const out = new Float64Array(4);
  problem.constraint!.project(Float64Array.of(5, 0, 3, 4), out);
  assertClose(out, [1, 0, 0.6, 0.8], 1e-15);
});

saddles("refuses a function that ignores one side, other results, and shapes that are none", () => {
  assertError(() => saddlePoint([[]], [[]], (x) => tf.square(x)), "ERR_PLAYER", /maximiser/);
  assertError(() => saddlePoint([[2]], [[2]], (x, y) => tf.mul(x, y)), "ERR_LOSS", /shape \[2\] as cost of minimiser/);
  assertError(() => saddlePoint([], [[]], (y) => tf.square(y)), "ERR_SHAPE", /minShapes/);
  assertError(() => saddlePoint([[]], [[]], (x, y) => tf.mul(x, y), { names: ["x"] }), "ERR_LENGTH", /2 names/);
  assertError(
    () => saddlePoint([[]], [[]], (x, y) => tf.mul(x, y), { maxSet: simplex(2) }),
    "ERR_LENGTH",
    /dimension 1 for maximiser/,
  );
  const players = ["same", "same"] as const;
  assertError(
    () => saddlePoint([[]], [[]], (x, y) => tf.mul(x, y), { players }),
    "ERR_OPTION_RANGE",
    /two different names, got \["same", "same"\]/,
  );
  assertError(() => saddlePoint([[]], [[]], undefined as never), "ERR_OPTION_TYPE", /third argument/);
});

saddles.run();
