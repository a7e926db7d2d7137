import { suite } from "uvu";
import * as assert from "uvu/assert";
import { affineSubspace } from "../../../src/problems/sets/affineSubspace.ts";
import { ball } from "../../../src/problems/sets/ball.ts";
import { contains } from "../../../src/problems/sets/contains.ts";
import { halfSpace } from "../../../src/problems/sets/halfSpace.ts";
import { secondOrderCone } from "../../../src/problems/sets/secondOrderCone.ts";
import { wholeSpace } from "../../../src/problems/sets/wholeSpace.ts";
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

const spaces = suite("wholeSpace");

spaces("obeys the laws of convex sets", () => {
  assertSetLaws(wholeSpace(3), { violation: () => 0 });
});

spaces("has a support function of 0 at 0 alone", () => {
  assert.is(wholeSpace(2).support(new Float64Array(2)), 0);
  assert.is(wholeSpace(2).support(Float64Array.of(0, 1)), Number.POSITIVE_INFINITY);
});

spaces.run();

const subspaces = suite("affineSubspace");

const rows = [
  [1, 1, 1, 0],
  [1, -1, 0, 2],
];

subspaces("obeys the laws of convex sets", () => {
  assertSetLaws(affineSubspace(rows, [1, 2]), {
    violation: (u) => Math.max(Math.abs(u[0]! + u[1]! + u[2]! - 1), Math.abs(u[0]! - u[1]! + 2 * u[3]! - 2)),
  });
});

subspaces("allows rows that depend on others and agree, and knows a single point", () => {
  const set = affineSubspace(
    [
      [1, 1],
      [2, 2],
      [1, -1],
    ],
    [2, 4, 0],
  );
  const out = new Float64Array(2);
  set.project(Float64Array.of(5, -7), out);
  assertClose(out, [1, 1], 1e-14);
  assert.is(set.bounded, true);
});

subspaces("has a finite support function on the span of its rows", () => {
  assertClose(affineSubspace(rows, [1, 2]).support(Float64Array.of(3, -1, 1, 4)), 5, 1e-13);
});

subspaces("refuses rows that contradict each other or do not fit", () => {
  assertError(
    () =>
      affineSubspace(
        [
          [1, 1],
          [2, 2],
        ],
        [1, 3],
      ),
    "ERR_EMPTY_SET",
    /equality 1/,
  );
  assertError(() => affineSubspace([[1, 2], [3]], [1, 1]), "ERR_LENGTH", /row 1 of matrix/);
  assertError(() => affineSubspace([], []), "ERR_LENGTH", /empty/);
});

subspaces.run();

const membership = suite("contains");

membership("is a question of distance", () => {
  assert.is(contains(ball([0, 0]), Float64Array.of(1, 0)), true);
  assert.is(contains(ball([0, 0]), Float64Array.of(1.001, 0)), false);
  assert.is(contains(ball([0, 0]), Float64Array.of(1.001, 0), 0.01), true);
});

membership.run();
