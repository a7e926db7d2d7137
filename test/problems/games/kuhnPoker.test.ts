import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kuhnPoker } from "../../../src/problems/games/kuhnPoker.ts";
import { assertClose } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const poker = suite("kuhnPoker");

poker("is solved by its known equilibria, of value -1/18", () => {
  const game = kuhnPoker();
  assertCatalogued(game);
  for (const z of game.solutions) {
    assertClose(game.payoff(z), -1 / 18, 1e-14);
    assertClose(game.certificate(z), 0, 1e-14, "gap", 1);
  }
});

poker("has no other family: the second player's equilibrium does not change with the first's", () => {
  const [a, b] = kuhnPoker().solutions;
  assert.is.not(a![2], b![2]);
  assert.equal(a!.slice(13), b!.slice(13));
});

poker("is solved from a generic start to 1e-10, by a first-order method and by Newton's", () => {
  const game = kuhnPoker();
  for (const z of byBoth(game, genericStart(game, 1), { tolerance: 1e-12, near: 1e-6, steps: 200_000 })) {
    assertClose(game.payoff(z), -1 / 18, 1e-10);
    assert.ok(Math.abs(game.certificate(z)) < 1e-10);
  }
});

poker.run();
