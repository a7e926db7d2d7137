import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ball } from "../../../src/problems/sets/ball.ts";
import { contains } from "../../../src/problems/sets/contains.ts";

const membership = suite("contains");

membership("is a question of distance", () => {
  assert.is(contains(ball([0, 0]), Float64Array.of(1, 0)), true);
  assert.is(contains(ball([0, 0]), Float64Array.of(1.001, 0)), false);
  assert.is(contains(ball([0, 0]), Float64Array.of(1.001, 0), 0.01), true);
});

membership.run();
