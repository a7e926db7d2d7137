import { suite } from "uvu";
import * as assert from "uvu/assert";
import { linearQuadraticGame } from "../../../src/problems/games/linearQuadraticGame.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const games = suite("linearQuadraticGame");

const two = {
  dynamics: [
    [1, 0.1],
    [-0.2, 0.9],
  ],
  start: [1, -2],
  horizon: 5,
  players: [
    {
      name: "first",
      input: [[0], [1]],
      stateCost: [
        [1, 0],
        [0, 0.1],
      ],
      controlCost: [[0.5]],
    },
    {
      name: "second",
      input: [
        [1, 0],
        [0.5, 0.3],
      ],
      stateCost: [
        [0.2, 0.1],
        [0.1, 1],
      ],
      controlCost: [
        [1, 0.2],
        [0.2, 2],
      ],
      finalCost: [
        [3, 0],
        [0, 0],
      ],
    },
  ],
};

games("has the field of its costs, and the Riccati recursion's equilibrium solves it", () => {
  const game = linearQuadraticGame(two);
  assert.is(game.dimension, 15);
  assertCatalogued(game);
});

games("is solved there by both kinds of methods", () => {
  const game = linearQuadraticGame(two);
  for (const z of byBoth(game, genericStart(game, 1))) assertClose(z, game.solutions[0]!, 1e-8);
});

games("with one player and one step is a linear-quadratic regulator", () => {
  const game = linearQuadraticGame({
    dynamics: [[2]],
    start: [3],
    horizon: 1,
    players: [{ input: [[1]], stateCost: [[1]], controlCost: [[4]] }],
  });
  // min u of 4 u^2 + (6 + u)^2.
  assertClose(game.solutions[0]!, [-6 / 5], 1e-15);
  assertClose(
    game.trajectory(game.solutions[0]!).map(([x]) => x!),
    [3, 24 / 5],
    1e-15,
  );
});

games("refuses matrices that do not fit, a horizon that is none and singular control costs", () => {
  const [first, second] = two.players;
  const refused = (change: object, code: string, message: RegExp): void =>
    assertError(() => linearQuadraticGame({ ...two, ...change }), code, message);
  refused({ horizon: 0 }, "ERR_OPTION_RANGE", /horizon/);
  refused({ dynamics: [[1, 2]] }, "ERR_LENGTH", /2 rows for dynamics/);
  refused({ players: [{ ...first, stateCost: [[1]] }] }, "ERR_LENGTH", /stateCost of first/);
  refused({ players: [{ ...first, controlCost: [[0]] }] }, "ERR_OPTION_RANGE", /first/);
  const skew = [
    [1, 1],
    [0, 1],
  ];
  refused({ players: [{ ...second, controlCost: skew }] }, "ERR_OPTION_RANGE", /symmetric control cost for second/);
});

games.run();
