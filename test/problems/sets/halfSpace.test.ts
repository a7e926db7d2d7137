import { suite } from "uvu";
import * as assert from "uvu/assert";
import { halfSpace } from "../../../src/problems/sets/halfSpace.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const halfSpaces = suite("halfSpace");

halfSpaces("obeys the laws of convex sets", () => {
  assertSetLaws(halfSpace([1, -2, 3], 1), { violation: (u) => (u[0]! - 2 * u[1]! + 3 * u[2]! - 1) / 4 });
});

halfSpaces("has a finite support function along its normal only", () => {
  const set = halfSpace([3, 4], 10);
  assertClose(set.support(Float64Array.of(6, 8)), 20, 1e-15);
  assert.is(set.support(Float64Array.of(-3, -4)), Number.POSITIVE_INFINITY);
  assert.is(set.support(Float64Array.of(1, 0)), Number.POSITIVE_INFINITY);
});

halfSpaces("refuses a normal of 0", () => {
  assertError(() => halfSpace([0, 0], 1), "ERR_OPTION_RANGE", /normal/);
});

halfSpaces.run();
