import { suite } from "uvu";
import * as assert from "uvu/assert";
import { differentialGame } from "../../../src/problems/games/differentialGame.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const games = suite("differentialGame");

const player = { input: [[1]], stateCost: [[2]], controlCost: [[0.5]] };

games("is a linear-quadratic game, solved by both kinds of methods", () => {
  const game = differentialGame({
    dynamics: [
      [0, 1],
      [-1, -0.2],
    ],
    start: [1, 0],
    steps: 6,
    players: [
      {
        ...player,
        input: [[0], [1]],
        stateCost: [
          [1, 0],
          [0, 0],
        ],
      },
      {
        ...player,
        input: [[1], [0]],
        stateCost: [
          [0, 0],
          [0, 3],
        ],
      },
    ],
  });
  assertCatalogued(game);
  for (const z of byBoth(game, genericStart(game, 1))) assertClose(z, game.solutions[0]!, 1e-7);
});

games("follows the exact flow of its dynamics", () => {
  const game = differentialGame({
    dynamics: [
      [0, 5],
      [-5, 0],
    ],
    start: [1, 0],
    duration: 3,
    steps: 4,
    players: [
      {
        ...player,
        input: [[1], [0]],
        stateCost: [
          [1, 0],
          [0, 1],
        ],
      },
    ],
  });
  const states = game.trajectory(new Float64Array(4));
  for (const [k, x] of states.entries()) {
    assertClose(x, [Math.cos(5 * 0.75 * k), -Math.sin(5 * 0.75 * k)], 1e-13, `state ${k}`, 1);
  }
});

games("tends to the solution of the coupled Riccati equations, with first order", () => {
  // Two equal players of x' = a x + u_1 + u_2: m' = -2 a m - q + 2 m^2 / r, m(T) = 0, u = -m x / r.
  const [a, q, r] = [0.3, 2, 0.5];
  const slope = (m: number): number => 2 * a * m + q - (2 * m * m) / r;
  let m = 0;
  for (let k = 0; k < 10_000; k++) {
    const h = 1e-4;
    const k1 = slope(m);
    const k2 = slope(m + (h / 2) * k1);
    const k3 = slope(m + (h / 2) * k2);
    m += (h / 6) * (k1 + 2 * k2 + 2 * k3 + slope(m + h * k3));
  }
  const error = (steps: number): number => {
    const game = differentialGame({ dynamics: [[a]], start: [1], players: [player, player], steps });
    return Math.abs(game.solutions[0]![0]! + m / r);
  };
  assert.ok(error(400) < 1e-2);
  assertClose(error(200) / error(400), 2, 0.05);
});

games("refuses times that are none and inputs that do not fit", () => {
  const given = { dynamics: [[1]], start: [1], players: [player] };
  assertError(() => differentialGame({ ...given, duration: 0 }), "ERR_OPTION_RANGE", /duration/);
  assertError(() => differentialGame({ ...given, steps: 1.5 }), "ERR_OPTION_RANGE", /steps/);
  assertError(
    () => differentialGame({ ...given, players: [{ ...player, input: [[1], [2]] }] }),
    "ERR_LENGTH",
    /1 rows/,
  );
});

games.run();
