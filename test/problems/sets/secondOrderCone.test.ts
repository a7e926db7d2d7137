import { suite } from "uvu";
import * as assert from "uvu/assert";
import { contains } from "../../../src/problems/sets/contains.ts";
import { secondOrderCone } from "../../../src/problems/sets/secondOrderCone.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const length = (u: Float64Array): number => Math.hypot(...u);

const cones = suite("secondOrderCone");

cones("obeys the laws of convex sets", () => {
  assertSetLaws(secondOrderCone(4), { violation: (u) => length(u.subarray(1)) - u[0]! });
  assertSetLaws(secondOrderCone(2), { violation: (u) => Math.abs(u[1]!) - u[0]! });
});

cones("splits a point into orthogonal parts in the cone and in its polar (Moreau)", () => {
  const cone = secondOrderCone(3);
  const z = Float64Array.of(0.5, 3, -4);
  const inside = new Float64Array(3);
  cone.project(z, inside);
  const polar = z.map((x, i) => x - inside[i]!);
  assert.ok(
    contains(
      cone,
      polar.map((x) => -x),
    ),
  );
  assertClose(polar[0]! * inside[0]! + polar[1]! * inside[1]! + polar[2]! * inside[2]!, 0, 1e-14);
  assert.is(cone.support(polar), 0);
});

cones("refuses a dimension below 2", () => {
  assertError(() => secondOrderCone(1), "ERR_OPTION_RANGE", /at least 2/);
});

cones.run();
