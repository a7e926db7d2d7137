import { suite } from "uvu";
import * as assert from "uvu/assert";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { assertError } from "../../support/assert.ts";

const moments = suite("secondMoment");

moments("is X^T X / n", () => {
  assert.equal(Array.from(secondMoment(Float64Array.of(1, 2, 3, 4), 2)), [5, 7, 7, 10]);
});

moments("refuses data that are no whole number of samples", () => {
  assertError(() => secondMoment(new Float64Array(5), 2), "ERR_LENGTH", /got 5 numbers/);
  assertError(() => secondMoment(new Float64Array(0), 2), "ERR_LENGTH", /got 0 numbers/);
});

moments.run();
