import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bestBids } from "../../../src/problems/games/bestBids.ts";
import { uniformVector } from "../../support/random.ts";

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
