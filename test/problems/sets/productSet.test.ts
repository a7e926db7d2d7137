import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ball } from "../../../src/problems/sets/ball.ts";
import { box, orthant } from "../../../src/problems/sets/box.ts";
import { productSet } from "../../../src/problems/sets/productSet.ts";
import { simplex } from "../../../src/problems/sets/simplex.ts";
import { wholeSpace } from "../../../src/problems/sets/wholeSpace.ts";
import { assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const total = (u: Float64Array): number => u.reduce((sum, x) => sum + x, 0);
const negative = (u: Float64Array): number => Math.max(0, ...Array.from(u, (x) => -x));

const products = suite("productSet");

products("obeys the laws of convex sets", () => {
  assertSetLaws(productSet([simplex(3), ball([0, 0]), box([0], [2])]), {
    violation: (u) =>
      Math.max(
        negative(u.subarray(0, 3)),
        Math.abs(total(u.subarray(0, 3)) - 1),
        Math.hypot(u[3]!, u[4]!) - 1,
        -u[5]!,
        u[5]! - 2,
      ),
  });
  assertSetLaws(productSet([simplex(2), orthant(2)]), {
    violation: (u) => Math.max(negative(u), Math.abs(u[0]! + u[1]! - 1)),
  });
});

products("lacks what a factor lacks", () => {
  const set = productSet([simplex(2), ball([0])]);
  assert.is(set.projectEntropic, undefined);
  assert.is(set.linearConstraints, undefined);
  assert.ok(set.linearizeProjection !== undefined);
  assert.is(set.bounded, true);
  assert.is(productSet([simplex(2), wholeSpace(1)]).bounded, false);
});

products("refuses to be without factors", () => {
  assertError(() => productSet([]), "ERR_LENGTH", /at least one/);
});

products.run();
