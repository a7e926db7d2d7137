import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { constant, data } from "../../src/autodiff/trace/constant.ts";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { game } from "../../src/problems/game.ts";
import { box, orthant } from "../../src/problems/sets/box.ts";
import { simplex } from "../../src/problems/sets/simplex.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { normalVector } from "../support/random.ts";

const games = suite("game");

/** Three players with strategies of different shapes. */
const three = () =>
  game([
    {
      name: "first",
      shapes: [[2]],
      cost: (x, y, _z, w) => tf.add(tf.sum(tf.square(tf.sub(x, y))), tf.mul(w, tf.sum(tf.exp(x)))),
    },
    {
      name: "second",
      shapes: [[2], []],
      cost: (x, y, z) => tf.add(tf.sum(tf.mul(tf.square(y), x)), tf.mul(z, tf.sum(tf.sin(y)))),
    },
    { name: "third", cost: (x, _y, z, w) => tf.sub(tf.square(tf.square(w)), tf.mul(w, tf.mul(z, tf.sum(x)))) },
  ]);

games("stacks each player's own gradient", () => {
  const field = new Float64Array(6);
  const [x1, x2, y1, y2, z, w] = [0.5, -1, 2, 0.25, -0.75, 1.5];
  three().evaluate(Float64Array.of(x1, x2, y1, y2, z, w), field);
  assertClose(
    field,
    [
      2 * (x1 - y1) + w * Math.exp(x1),
      2 * (x2 - y2) + w * Math.exp(x2),
      2 * y1 * x1 + z * Math.cos(y1),
      2 * y2 * x2 + z * Math.cos(y2),
      Math.sin(y1) + Math.sin(y2),
      4 * w ** 3 - z * (x1 + x2),
    ],
    1e-14,
  );
});

games("has exact products with J and its transpose", () => {
  const report = checkDerivatives(three(), normalVector(6, 4));
  assert.is(report.verdict, "agrees", report.table);
});

games("names blocks by player and says who plays them", () => {
  assert.equal(
    three().blocks.map(({ name, player, offset, size }) => [name, player, offset, size]),
    [
      ["first", "first", 0, 2],
      ["second1", "second", 2, 2],
      ["second2", "second", 4, 1],
      ["third", "third", 5, 1],
    ],
  );
});

games("gives the costs, and finds out which are affine in the own strategy", () => {
  const { players, costs } = three().game;
  assert.equal(
    players.map(({ name, offset, size, affine }) => [name, offset, size, affine]),
    [
      ["first", 0, 2, false],
      ["second", 2, 3, false],
      ["third", 5, 1, false],
    ],
  );
  const out = new Float64Array(3);
  costs(Float64Array.of(1, 2, 3, 4, 5, 6), out);
  assertClose(out, [8 + 6 * (Math.E + Math.E ** 2), 9 + 32 + 5 * (Math.sin(3) + Math.sin(4)), 1296 - 90], 1e-14);
});

games("of two matrices is affine for both players; its set is the product of theirs", () => {
  const a = constant([1, 2, 3, 4, 5, 6], [2, 3]);
  const bimatrix = game([
    { name: "row", shapes: [[2]], set: simplex(2), cost: (x, y) => tf.dot(x, tf.dot(a, y)) },
    { name: "column", shapes: [[3]], set: simplex(3), cost: (x, y) => tf.neg(tf.dot(tf.dot(x, a), tf.square(y))) },
  ]);
  assert.equal(
    bimatrix.game.players.map(({ affine }) => affine),
    [true, false],
  );
  assert.is(bimatrix.game.players[1]!.constraint!.dimension, 3);
  const out = new Float64Array(5);
  bimatrix.constraint!.project(new Float64Array(5), out);
  assertClose(out, [1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3], 1e-15);
});

games("exchanges data without a new trace, in field and costs", () => {
  const problem = game([
    { name: "one", cost: (x, y) => tf.mul(x, tf.mul(y, data("price", [2], []))), set: box([0], [1]) },
    { name: "other", cost: (x, y) => tf.mul(y, x) },
  ]);
  const other = problem.with({ price: Float64Array.of(5) });
  const field = new Float64Array(2);
  const costs = new Float64Array(2);
  other.evaluate(Float64Array.of(3, 7), field);
  other.game.costs(Float64Array.of(3, 7), costs);
  assert.equal([...field], [35, 3]);
  assert.equal([...costs], [105, 21]);
  problem.game.costs(Float64Array.of(3, 7), costs);
  assert.equal([...costs], [42, 21]);
  assert.is(other.constraint, problem.constraint);
});

games("refuses a player whose cost does not depend on its own strategy", () => {
  const swapped = () =>
    game([
      { name: "left", cost: (_x, y) => tf.square(y) },
      { name: "right", cost: (x, y) => tf.mul(x, y) },
    ]);
  assertError(swapped, "ERR_PLAYER", /cost of left .* derivative is 0 everywhere; check the order/);
});

games("warns of a part of a strategy that its player's cost ignores", () => {
  const warnings: string[] = [];
  game(
    [
      { name: "left", shapes: [[], []], cost: (x) => tf.square(x) },
      { name: "right", cost: (_x, w, y) => tf.square(tf.sub(w, y)) },
    ],
    { onWarning: (message) => warnings.push(message) },
  );
  assert.is(warnings.length, 1);
  assert.match(warnings[0]!, /cost of left does not depend on its block left2/);
});

games("refuses costs that are no scalars, sets that do not fit, players without a name of their own", () => {
  assertError(() => game([{ name: "a", shapes: [[2]], cost: (x) => x }]), "ERR_LOSS", /shape \[2\] as cost of a/);
  assertError(
    () => game([{ name: "a", cost: (x) => tf.square(x), set: orthant(2) }]),
    "ERR_LENGTH",
    /dimension 1 for a/,
  );
  const same = { name: "a", cost: (x: tf.Tensor) => tf.square(x) };
  assertError(() => game([same, same]), "ERR_OPTION_RANGE", /different names/);
  assertError(() => game([]), "ERR_OPTION_RANGE", /at least one player/);
  assertError(() => game([same], { names: ["b", "c"] }), "ERR_LENGTH", /1 names, one for each shape, got 2/);
  assertError(
    () => game([{ name: "a", cost: 3 as never }]),
    "ERR_OPTION_TYPE",
    /^game: expected players\[0\]\.cost to be a function, got 3/,
  );
});

games.run();
