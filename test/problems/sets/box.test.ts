import { suite } from "uvu";
import * as assert from "uvu/assert";
import { box, orthant } from "../../../src/problems/sets/box.ts";
import { assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const boxes = suite("box");

const lower = [-1, 0, Number.NEGATIVE_INFINITY, 2, -3];
const upper = [1, 0.5, 3, 2, Number.POSITIVE_INFINITY];

boxes("obeys the laws of convex sets, with infinite bounds and a fixed coordinate", () => {
  assertSetLaws(box(lower, upper), {
    violation: (u) => Math.max(0, ...Array.from(u, (x, i) => Math.max(lower[i]! - x, x - upper[i]!))),
  });
  assertSetLaws(box([0, 1, 2], [1, 2, 4]), {
    violation: (u) => Math.max(0, ...Array.from(u, (x, i) => Math.max([0, 1, 2][i]! - x, x - [1, 2, 4][i]!))),
  });
});

boxes("is bounded where all bounds are finite", () => {
  assert.is(box([0, 0], [1, 1]).bounded, true);
  assert.is(box(lower, upper).bounded, false);
});

boxes("has an entropic projection only where it lies in the orthant", () => {
  assert.is(box([-1], [1]).projectEntropic, undefined);
  const out = new Float64Array(2);
  box([0, 2], [3, 5]).projectEntropic!(Float64Array.of(1, 100), out);
  assert.equal([...out], [Math.E, 5]);
});

boxes("lets NaN through instead of hiding it", () => {
  const out = new Float64Array(2);
  box([0, 0], [1, 1]).project(Float64Array.of(Number.NaN, 2), out);
  assert.equal([...out], [Number.NaN, 1]);
});

boxes("refuses bounds that do not fit, are no numbers or contradict each other", () => {
  assertError(() => box([0], [1, 2]), "ERR_LENGTH", /got 1 and 2/);
  assertError(() => box([], []), "ERR_OPTION_RANGE", /got 0/);
  assertError(() => box([Number.NaN], [1]), "ERR_NOT_FINITE", /coordinate 0/);
  assertError(() => box([0, 2], [1, 1]), "ERR_EMPTY_SET", /got 2 and 1 for coordinate 1/);
  assertError(() => box([Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY]), "ERR_EMPTY_SET");
});

boxes("refuses vectors of another length", () => {
  assertError(() => box([0], [1]).project(new Float64Array(2), new Float64Array(1)), "ERR_LENGTH", /for point, got 2/);
});

boxes.run();

const orthants = suite("orthant");

orthants("obeys the laws of convex sets", () => {
  assertSetLaws(orthant(4), { violation: (u) => Math.max(0, ...Array.from(u, (x) => -x)) });
});

orthants("projects entropically by the exponential", () => {
  const out = new Float64Array(2);
  orthant(2).projectEntropic!(Float64Array.of(0, Number.NEGATIVE_INFINITY), out);
  assert.equal([...out], [1, 0]);
});

orthants("refuses a dimension that is none", () => {
  assertError(() => orthant(1.5), "ERR_OPTION_RANGE", /orthant: .* got 1.5/);
  assertError(() => orthant(-1), "ERR_OPTION_RANGE");
});

orthants.run();
