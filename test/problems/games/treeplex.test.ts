import { suite } from "uvu";
import * as assert from "uvu/assert";
import { treeplex } from "../../../src/problems/games/treeplex.ts";
import { assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

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
  assertError(() => treeplex(3, [{ parent: 0, actions: [1] }]), "ERR_OPTION_RANGE", /the decisions have 2/);
});

trees.run();
