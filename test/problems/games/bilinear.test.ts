import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../../src/problems/checkDerivatives.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

const game = suite("bilinear");

game("is f = xy by default: its field is (y, -x), without a potential", () => {
  const problem = bilinear();
  const field = new Float64Array(2);
  assert.is(problem.dimension, 2);
  assert.is(problem.symmetric, false);
  assert.ok(Number.isNaN(problem.evaluate(Float64Array.of(3, 5), field)));
  assert.equal(Array.from(field), [5, -3]);
});

game("multiplies by a coefficient", () => {
  const field = new Float64Array(2);
  bilinear({ coefficient: -2 }).evaluate(Float64Array.of(3, 5), field);
  assert.equal(Array.from(field), [-10, 6]);
});

game("takes a matrix: F = (A y, -A^T x)", () => {
  const field = new Float64Array(5);
  const matrix = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  bilinear({ matrix }).evaluate(Float64Array.of(1, -1, 1, 0, 2), field);
  assert.equal(Array.from(field), [7, 16, 3, 3, 3]);
});

game("has a Jacobian that agrees with differences and with its transpose", () => {
  const matrix = [
    [1, -2, 0.5],
    [0.25, 3, -1],
  ];
  const report = checkDerivatives(bilinear({ matrix }), normalVector(5, 1));
  assert.is(report.verdict, "agrees", report.table);
});

game("names its players' blocks", () => {
  const blocks = bilinear({ matrix: [[1, 2]] }).blocks;
  assert.equal(
    blocks.map((block) => [block.name, block.player, block.offset, block.size]),
    [
      ["x", "minimiser", 0, 1],
      ["y", "maximiser", 1, 2],
    ],
  );
});

game("refuses a matrix beside a coefficient", () => {
  assertError(() => bilinear({ matrix: [[1]], coefficient: 2 }), "ERR_OPTION_RANGE", /got both/);
});

game("refuses empty, ragged and non-finite matrices", () => {
  assertError(() => bilinear({ matrix: [] }), "ERR_OPTION_RANGE", /empty/);
  assertError(() => bilinear({ matrix: [[1, 2], [3]] }), "ERR_OPTION_RANGE", /got 1 in row 1/);
  assertError(() => bilinear({ matrix: [[1, Number.NaN]] }), "ERR_NOT_FINITE", /row 0, column 1/);
  assertError(() => bilinear({ coefficient: Number.POSITIVE_INFINITY }), "ERR_OPTION_RANGE", /Infinity/);
});

game.run();
