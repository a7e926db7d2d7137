import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  matrixGame,
  matrixGameFromCsv,
  randomMatrixGame,
  rockPaperScissors,
} from "../../../src/problems/games/matrixGame.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const games = suite("matrixGame");

const references: { readonly games: readonly { readonly payoffs: number[][]; readonly value: number }[] } = JSON.parse(
  readFileSync(new URL("matrixGames.json", import.meta.url), "utf8"),
);

games("has the field (-A y, A^T x), a payoff and a gap of 0 at solutions only", () => {
  const game = matrixGame([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const z = Float64Array.of(0.25, 0.75, 0.5, 0.5, 0);
  const field = new Float64Array(5);
  game.evaluate(z, field);
  assert.equal([...field], [-1.5, -4.5, 3.25, 4.25, 5.25]);
  assert.is(game.payoff(z), 3.75);
  assert.is(game.certificate(z), 4.5 - 3.25);
  assert.is(game.certificate(Float64Array.of(0, 1, 1, 0, 0)), 0);
  assertCatalogued(game);
});

games("reaches the values that linear programming finds", () => {
  assert.ok(references.games.length >= 4);
  for (const { payoffs, value } of references.games) {
    const game = matrixGame(payoffs);
    for (const z of byBoth(game, genericStart(game, 1), { near: 1e-5 })) {
      assertClose(game.payoff(z), value, 1e-8, `value of ${payoffs.length} rows`, 1);
      assert.ok(game.certificate(z) < 1e-8);
    }
  }
});

games("refuses matrices that are none", () => {
  assertError(() => matrixGame([]), "ERR_LENGTH", /empty/);
  assertError(() => matrixGame([[1, 2], [3]]), "ERR_LENGTH", /row 1 of payoffs/);
  assertError(() => matrixGame([[Number.NaN]]), "ERR_NOT_FINITE");
});

games.run();

const rps = suite("rockPaperScissors");

rps("is solved by uniform strategies", () => {
  const game = rockPaperScissors();
  assertCatalogued(game);
  for (const z of byBoth(game, genericStart(game, 2), { near: 1e-5 })) assertClose(z, game.solutions[0]!, 1e-9);
});

rps.run();

const random = suite("randomMatrixGame");

random("is the same for a seed, another for another", () => {
  const hash = (seed: number): string =>
    JSON.stringify(randomMatrixGame({ rows: 3, columns: 4, seed, distribution: "uniform" }).description);
  assert.is(hash(1), hash(1));
  assert.is.not(hash(1), hash(2));
  assert.is(randomMatrixGame({ rows: 3 }).dimension, 6);
});

random("refuses sizes and distributions that are none", () => {
  assertError(() => randomMatrixGame({ rows: 0 }), "ERR_OPTION_RANGE");
  assertError(() => randomMatrixGame({ rows: 2, distribution: "cauchy" as never }), "ERR_OPTION_RANGE", /cauchy/);
});

random.run();

const csv = suite("matrixGameFromCsv");

csv("reads commas, semicolons, tabs and blanks, and passes comments over", () => {
  for (const text of ["1,-2\n3,4\n", "# a game\n1 ; -2\r\n\r\n3 ;4", "1\t-2\n3 4"]) {
    assert.is(matrixGameFromCsv(text).payoff(Float64Array.of(1, 0, 0, 1)), -2);
  }
});

csv("says where something is no number", () => {
  assertError(() => matrixGameFromCsv("1,2\n3,x"), "ERR_DATA_FILE", /line 2, column 2, got "x"/);
  assertError(() => matrixGameFromCsv("1,,2"), "ERR_DATA_FILE", /got ""/);
  assertError(() => matrixGameFromCsv("\n"), "ERR_LENGTH");
});

csv.run();
