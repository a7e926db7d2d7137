import { suite } from "uvu";
import * as assert from "uvu/assert";
import { budgetSet } from "../../../src/problems/sets/budgetSet.ts";
import { assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const total = (u: Float64Array): number => u.reduce((sum, x) => sum + x, 0);
const negative = (u: Float64Array): number => Math.max(0, ...Array.from(u, (x) => -x));

const budgets = suite("budgetSet");

budgets("obeys the laws of convex sets", () => {
  assertSetLaws(budgetSet(4, { budget: 2 }), { violation: (u) => Math.max(negative(u), total(u) - 2) });
});

budgets("spends nothing where nothing pays", () => {
  const at = new Float64Array(2);
  assert.is(budgetSet(2, { budget: 3 }).support(Float64Array.of(-1, -2), at), 0);
  assert.equal([...at], [0, 0]);
  assert.is(budgetSet(2, { budget: 3 }).support(Float64Array.of(-1, 2), at), 6);
  assert.equal([...at], [0, 3]);
});

budgets("refuses a budget that is not positive", () => {
  assertError(() => budgetSet(2, { budget: -1 }), "ERR_OPTION_RANGE", /budget/);
});

budgets.run();
