import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kuhnPoker } from "../../../src/problems/games/kuhnPoker.ts";
import { treeplex } from "../../../src/problems/games/treeplex.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { assertSetLaws } from "../../support/setLaws.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const trees = suite("treeplex");

const decisions = [
  { parent: 0, actions: [1, 2] },
  { parent: 1, actions: [3, 4, 5] },
  { parent: 1, actions: [6, 7] },
  { parent: 4, actions: [8, 9] },
];

trees("obeys the laws of convex sets", () => {
  assertSetLaws(treeplex(10, decisions), {
    violation: (x) =>
      Math.max(
        Math.abs(x[0]! - 1),
        ...Array.from(x, (p) => -p),
        ...decisions.map(({ parent, actions }) => Math.abs(actions.reduce((sum, a) => sum + x[a]!, -x[parent]!))),
      ),
    tolerance: 1e-9,
  });
});

trees("finds the best plan from the last decisions to the first", () => {
  const at = new Float64Array(10);
  assert.is(treeplex(10, decisions).support(Float64Array.of(0, 1, 4, 0, 1, 2, -1, 0, 3, 0), at), 5);
  assert.equal([...at], [1, 1, 0, 0, 1, 0, 0, 1, 1, 0]);
});

trees("refuses decisions that make no tree", () => {
  assertError(() => treeplex(3, [{ parent: 1, actions: [2] }]), "ERR_OPTION_RANGE", /decision 0/);
  assertError(() => treeplex(3, [{ parent: 0, actions: [1, 1] }]), "ERR_OPTION_RANGE", /got 1 in decision 0/);
  assertError(() => treeplex(3, [{ parent: 0, actions: [1] }]), "ERR_OPTION_RANGE", /the decisions make 2/);
});

trees.run();

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
