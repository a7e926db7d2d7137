import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cournot } from "../../../src/problems/games/cournot.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const oligopoly = suite("cournot");

oligopoly("has the textbook's equilibrium with constant costs", () => {
  const game = cournot({ costs: [1, 2, 3], intercept: 10, slope: 2 });
  // q_i = (a - (N + 1) c_i + sum c) / (b (N + 1)).
  assertClose(game.solutions[0]!, [12 / 8, 8 / 8, 4 / 8], 1e-15);
  assertClose(game.price(game.solutions[0]!), 4, 1e-15);
  assertCatalogued(game);
});

oligopoly("leaves firms out that are too dear, and is found by both kinds of methods", () => {
  const game = cournot({ costs: [1, 9, 2, 20, 7], costSlopes: [0.5, 0, 1, 0, 0], intercept: 12, slope: 0.7 });
  const [solution] = game.solutions;
  assert.is(solution![3], 0);
  assert.ok(solution![0]! > 0 && solution![4] === 0);
  assertCatalogued(game);
  for (const z of byBoth(game, genericStart(game, 1))) assertClose(z, solution!, 1e-9);
});

oligopoly("sells nothing where all costs exceed the price", () => {
  assert.equal([...cournot({ costs: [10, 11] }).solutions[0]!], [0, 0]);
});

oligopoly("refuses slopes that make no sense", () => {
  assertError(() => cournot({ costs: [1], slope: 0 }), "ERR_OPTION_RANGE", /slope/);
  assertError(() => cournot({ costs: [1], costSlopes: [-1] }), "ERR_OPTION_RANGE", /at least 0, got -1/);
  assertError(() => cournot({ costs: [1, 2], costSlopes: [1] }), "ERR_LENGTH");
});

oligopoly.run();
