import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wholeSpace } from "../../../src/problems/sets/wholeSpace.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const spaces = suite("wholeSpace");

spaces("obeys the laws of convex sets", () => {
  assertSetLaws(wholeSpace(3), { violation: () => 0 });
});

spaces("has a support function of 0 at 0 alone", () => {
  assert.is(wholeSpace(2).support(new Float64Array(2)), 0);
  assert.is(wholeSpace(2).support(Float64Array.of(0, 1)), Number.POSITIVE_INFINITY);
});

spaces.run();
