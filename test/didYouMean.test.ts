import { suite } from "uvu";
import * as assert from "uvu/assert";
import { didYouMean } from "../src/didYouMean.ts";

const test = suite("didYouMean");

test("names the nearest candidate", () => {
  assert.is(didYouMean("resdual", ["relative", "residual", "outcome"]), ' Did you mean "residual"?');
  assert.is(
    didYouMean("gradientStep.stepsize", ["momentum.decay", "gradientStep.stepSize"]),
    ' Did you mean "gradientStep.stepSize"?',
  );
  assert.is(didYouMean("decya", ["rate", "decay"]), ' Did you mean "decay"?');
});

test("counts insertions, deletions and changes alike", () => {
  for (const near of ["rat", "ratee", "rats"]) assert.is(didYouMean(near, ["rate"]), ' Did you mean "rate"?');
});

test("takes the first of equally near ones", () => {
  assert.is(didYouMean("ab", ["ac", "ad"]), ' Did you mean "ac"?');
});

test("says nothing where none is near, or there is none", () => {
  assert.is(didYouMean("temperature", ["decay", "rate"]), "");
  assert.is(didYouMean("x", []), "");
});

test.run();
