import { suite } from "uvu";
import { ball } from "../../../src/problems/sets/ball.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const length = (u: Float64Array): number => Math.hypot(...u);

const balls = suite("ball");

balls("obeys the laws of convex sets", () => {
  const center = [1, -2, 0.5];
  assertSetLaws(ball(center, 2), { violation: (u) => length(u.map((x, i) => x - center[i]!)) - 2 });
});

balls("projects vectors whose squares overflow", () => {
  const out = new Float64Array(2);
  ball([0, 0]).project(Float64Array.of(3e200, 4e200), out);
  assertClose(out, [0.6, 0.8], 1e-15);
});

balls("refuses a radius that is not positive and a centre that is not finite", () => {
  assertError(() => ball([0], 0), "ERR_OPTION_RANGE", /radius/);
  assertError(() => ball([Number.NaN]), "ERR_NOT_FINITE", /center/);
});

balls.run();
