import { suite } from "uvu";
import { linearQuadraticGame } from "../../../src/problems/games/linearQuadraticGame.ts";
import { matrixGame } from "../../../src/problems/games/matrixGame.ts";
import { normalFormGame } from "../../../src/problems/games/normalFormGame.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { normalVector } from "../../support/random.ts";
import { byExtragradient, genericStart } from "../../support/solve.ts";

const games = suite("normalFormGame");

games("with two players of opposite interests is the matrix game", () => {
  const payoffs = [1, -2, 3, 4, 5, -6];
  const game = normalFormGame({ strategies: [2, 3], payoffs: [payoffs, payoffs.map((u) => -u)] });
  // The first player's strategy varies fastest.
  const same = matrixGame([
    [1, 3, 5],
    [-2, 4, -6],
  ]);
  const z = normalVector(5, 1);
  const [a, b] = [new Float64Array(5), new Float64Array(5)];
  game.evaluate(z, a);
  same.evaluate(z, b);
  assertClose(a, b, 1e-15);
});

games("with three players has exact derivatives and costs", () => {
  const payoffs = [1, 2, 3].map((seed) => normalVector(12, seed));
  assertCatalogued(normalFormGame({ strategies: [2, 3, 2], payoffs, players: ["a", "b", "c"] }));
});

games("has the equilibrium of a prisoners' dilemma", () => {
  const game = normalFormGame({
    strategies: [2, 2],
    payoffs: [
      [3, 5, 0, 1],
      [3, 0, 5, 1],
    ],
  });
  const z = byExtragradient(game, genericStart(game, 2));
  assertClose(z, [0, 1, 0, 1], 1e-12);
});

games("refuses tables that do not fit", () => {
  assertError(() => normalFormGame({ strategies: [2, 2], payoffs: [[1, 2, 3, 4]] }), "ERR_LENGTH", /2 players/);
  assertError(
    () => normalFormGame({ strategies: [2, 2], payoffs: [[1], [2]] }),
    "ERR_LENGTH",
    /expected 4 numbers for payoffs of player1/,
  );
  assertError(() => normalFormGame({ strategies: [], payoffs: [] }), "ERR_OPTION_RANGE");
});

games("players of one name are refused, here and in a linear-quadratic game", () => {
  const payoffs = [new Float64Array(4), new Float64Array(4)];
  const message = /expected players of different names, got player2, player2$/;
  assertError(
    () => normalFormGame({ strategies: [2, 2], payoffs, players: ["player2", "player2"] }),
    "ERR_OPTION_RANGE",
    message,
  );
  const one = { input: [[1]], stateCost: [[1]], controlCost: [[1]] };
  const players = [{ ...one, name: "player2" }, one];
  assertError(
    () => linearQuadraticGame({ dynamics: [[1]], start: [1], horizon: 2, players }),
    "ERR_OPTION_RANGE",
    message,
  );
});

games.run();
