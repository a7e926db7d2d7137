import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bestBids } from "../../../src/problems/games/bestBids.ts";
import { cournot } from "../../../src/problems/games/cournot.ts";
import { kellyAuction } from "../../../src/problems/games/kellyAuction.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { uniformVector } from "../../support/random.ts";
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

const auction = suite("kellyAuction");

auction("has the field of its costs, at bids on and within the budgets", () => {
  assertCatalogued(kellyAuction({ gains: [2, 3, 4], quantities: [100, 50], budgets: [20, 20, 30] }), 10);
});

auction("of equal bidders for one resource has a closed form", () => {
  const [g, q, d, bidders] = [5, 20, 1e-9, 4];
  const gains = new Array<number>(bidders).fill(g);
  const game = kellyAuction({ gains, quantities: [q], reserves: [d], budgets: gains.map(() => 1000) });
  const bid = (g * q * (bidders - 1)) / bidders ** 2;
  for (const z of byBoth(
    game,
    genericStart(game, 1, 20).map((x) => x + 1),
  )) {
    assertClose(z, new Array<number>(bidders).fill(bid), 1e-8);
    assertClose(game.certificate(z), 0, 1e-8, "NashConv", 1);
  }
});

auction("with budgets is solved where nobody can gain, budgets that bind included", () => {
  const budgets = [20, 20, 30];
  const game = kellyAuction({ gains: [2, 3, 4], quantities: [100, 50], budgets });
  const start = genericStart(game, 3, 5);
  assert.ok(game.certificate(start) > 1);
  for (const z of byBoth(game, start)) {
    assertClose(game.certificate(z), 0, 1e-9, "NashConv", 1);
    // KKT: marginal utilities are equal where bids are positive, and positive where the budget is spent.
    const field = new Float64Array(6);
    game.evaluate(z, field);
    for (const [i, budget] of budgets.entries()) {
      const [left, right] = [z[2 * i]!, z[2 * i + 1]!];
      assert.ok(left > 0 && right > 0);
      assertClose(field[2 * i]!, field[2 * i + 1]!, 1e-8, "marginal utilities", 1);
      assertClose(left + right, budget, 1e-12);
      assert.ok(field[2 * i]! < 0);
    }
  }
});

auction("refuses numbers that are not positive", () => {
  assertError(() => kellyAuction({ gains: [] }), "ERR_OPTION_RANGE", /gains, got none/);
  assertError(() => kellyAuction({ gains: [1, -1] }), "ERR_OPTION_RANGE", /gains, got -1/);
  assertError(() => kellyAuction({ gains: [1], reserves: [0] }), "ERR_OPTION_RANGE", /reserves/);
  assertError(() => kellyAuction({ gains: [1], budgets: [1, 2] }), "ERR_LENGTH", /budgets/);
});

auction.run();

const responses = suite("bestBids");

responses("are no worse than any other bids within the budget", () => {
  const worth = Float64Array.of(30, 10, 5);
  const rivals = Float64Array.of(4, 2, 6);
  const utility = (x: Float64Array): number => x.reduce((sum, b, s) => sum + (worth[s]! * b) / (rivals[s]! + b) - b, 0);
  for (const budget of [0.5, 3, 50]) {
    const best = bestBids(worth, rivals, budget);
    const spent = best.reduce((sum, x) => sum + x, 0);
    assert.ok(spent <= budget * (1 + 1e-15));
    for (let seed = 0; seed < 50; seed++) {
      const other = uniformVector(3, seed, 0, 1);
      const sum = other.reduce((total, x) => total + x, 0);
      const within = other.map((x, s) => 0.9 * best[s]! + (0.1 * x * budget) / sum);
      assert.ok(utility(within) <= utility(best) + 1e-12);
    }
  }
});

responses.run();
