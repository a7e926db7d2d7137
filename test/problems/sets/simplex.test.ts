import { suite } from "uvu";
import * as assert from "uvu/assert";
import { budgetSet } from "../../../src/problems/sets/budgetSet.ts";
import { cappedSimplex } from "../../../src/problems/sets/cappedSimplex.ts";
import { simplex } from "../../../src/problems/sets/simplex.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const total = (u: Float64Array): number => u.reduce((sum, x) => sum + x, 0);
const negative = (u: Float64Array): number => Math.max(0, ...Array.from(u, (x) => -x));
const projected = (set: { project(z: Float64Array, out: Float64Array): void }, z: Float64Array): Float64Array => {
  const out = new Float64Array(z.length);
  set.project(z, out);
  return out;
};

/** tau by bisection: slow, and nothing in common with the algorithm under test. */
function byBisection(z: Float64Array, sum: number, cap: number): Float64Array {
  let [low, high] = [Math.min(...z) - sum, Math.max(...z)];
  const at = (tau: number): Float64Array => z.map((x) => Math.min(cap, Math.max(0, x - tau)));
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (total(at(middle)) > sum) low = middle;
    else high = middle;
  }
  return at((low + high) / 2);
}

const simplices = suite("simplex");

simplices("obeys the laws of convex sets, scaled or not, down to one coordinate", () => {
  for (const [n, sum] of [
    [5, 1],
    [4, 2.5],
    [1, 1],
  ] as const) {
    assertSetLaws(simplex(n, { total: sum }), { violation: (u) => Math.max(negative(u), Math.abs(total(u) - sum)) });
  }
});

simplices("agrees with bisection on many entries", () => {
  for (const seed of [1, 2, 3]) {
    const z = normalVector(400, seed);
    assertClose(projected(simplex(400, { total: 30 }), z), byBisection(z, 30, 1e9), 1e-13);
  }
});

simplices("sorts where passes do not end, with the same result", () => {
  // Each pass removes the smallest entry only: a hundred passes without the sort.
  const z = Float64Array.from({ length: 100 }, (_, k) => 1 - 2 ** -k);
  const slow = Float64Array.from({ length: 60 }, (_, k) => -(1.7 ** k) / 1e12);
  assertClose(projected(simplex(100), z), byBisection(z, 1, 1e9), 1e-13);
  assertClose(projected(simplex(60), slow), byBisection(slow, 1, 1e9), 1e-13);
});

simplices("keeps its digits where all entries are large", () => {
  const out = projected(simplex(2), Float64Array.of(2 ** 51, 2 ** 51 + 0.5));
  assertClose(out, [0.25, 0.75], 1e-15);
});

simplices("projects entropically by a softmax that neither overflows nor underflows", () => {
  const out = new Float64Array(3);
  simplex(3).projectEntropic!(Float64Array.of(1000, 1000 + Math.log(3), -1000), out);
  assertClose(out, [0.25, 0.75, 0], 1e-13);
});

simplices("makes NaN of NaN", () => {
  assert.ok(projected(simplex(2), Float64Array.of(0, Number.NaN)).some(Number.isNaN));
  assert.ok(projected(simplex(2), Float64Array.of(Number.NaN, 0)).some(Number.isNaN));
});

simplices("refuses sizes that are none", () => {
  assertError(() => simplex(0), "ERR_OPTION_RANGE", /positive integer/);
  assertError(() => simplex(2, { total: 0 }), "ERR_OPTION_RANGE", /total/);
  assertError(() => simplex(2).support(new Float64Array(3)), "ERR_LENGTH");
});

simplices.run();

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

const capped = suite("cappedSimplex");

capped("obeys the laws of convex sets", () => {
  for (const [sum, cap] of [
    [1, 0.4],
    [2, 1],
    [5, 1],
  ] as const) {
    assertSetLaws(cappedSimplex(5, { total: sum, cap }), {
      violation: (u) => Math.max(negative(u), Math.max(...u) - cap, Math.abs(total(u) - sum)),
    });
  }
});

capped("agrees with bisection on many entries", () => {
  const z = normalVector(300, 5);
  assertClose(projected(cappedSimplex(300, { total: 40, cap: 0.7 }), z), byBisection(z, 40, 0.7), 1e-12);
});

capped("projects entropically where all the weight lies on fewer entries than fit", () => {
  const out = new Float64Array(3);
  cappedSimplex(3, { cap: 0.5 }).projectEntropic!(Float64Array.of(0, -2000, -2001), out);
  assertClose(out, [0.5, 0.5 / (1 + Math.exp(-1)), 0.5 / (1 + Math.E)], 1e-13);
});

capped("refuses caps under which the total does not fit", () => {
  assertError(() => cappedSimplex(3, { cap: 0.2 }), "ERR_EMPTY_SET", /between 0 and 0.6/);
});

capped.run();
