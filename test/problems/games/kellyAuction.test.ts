import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kellyAuction } from "../../../src/problems/games/kellyAuction.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

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
