import { suite } from "uvu";
import * as assert from "uvu/assert";
import { affineSubspace } from "../../../src/problems/sets/affineSubspace.ts";
import { ball } from "../../../src/problems/sets/ball.ts";
import { box } from "../../../src/problems/sets/box.ts";
import { halfSpace } from "../../../src/problems/sets/halfSpace.ts";
import { intersectionSet } from "../../../src/problems/sets/intersectionSet.ts";
import { simplex } from "../../../src/problems/sets/simplex.ts";
import { assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const total = (u: Float64Array): number => u.reduce((sum, x) => sum + x, 0);
const negative = (u: Float64Array): number => Math.max(0, ...Array.from(u, (x) => -x));
const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);

const intersections = suite("intersectionSet");

intersections("of boxes is a box", () => {
  const set = intersectionSet([box([0, 0], [2, 2]), box([1, -1], [3, 1]), halfSpace([0, 2], 1)]);
  assert.is(set.name, "box");
  const out = new Float64Array(2);
  set.project(Float64Array.of(0, 5), out);
  assert.equal([...out], [1, 0.5]);
});

intersections("of a box and one equation is exact", () => {
  for (const upper of [1, Number.POSITIVE_INFINITY]) {
    const set = intersectionSet([
      box(new Float64Array(4), new Float64Array(4).fill(upper)),
      affineSubspace([[1, -2, 0, 1]], [0.5]),
    ]);
    assert.is(set.bounded, upper === 1);
    assertSetLaws(set, {
      violation: (u) => Math.max(negative(u), Math.max(...u) - upper, Math.abs(u[0]! - 2 * u[1]! + u[3]! - 0.5)),
    });
  }
});

intersections("of other linear sets is a polyhedron", () => {
  const set = intersectionSet([simplex(4), halfSpace([1, 2, 3, 4], 2)]);
  assertSetLaws(set, {
    violation: (u) => Math.max(negative(u), Math.abs(total(u) - 1), inner([1, 2, 3, 4], u) - 2),
  });
});

intersections("by Dykstra obeys the laws of convex sets", () => {
  const set = intersectionSet([ball([0, 0, 0], 0.7), simplex(3)]);
  assertSetLaws(set, {
    violation: (u) => Math.max(negative(u), Math.abs(total(u) - 1), Math.hypot(...u) - 0.7),
    tolerance: 1e-6,
    runs: 25,
  });
  set.project(Float64Array.of(1, 0, 0), new Float64Array(3));
  const { converged, sweeps, change } = set.lastProjection!();
  assert.ok(converged && sweeps > 1 && change <= 1e-12, `${sweeps} sweeps, change ${change}`);
});

intersections("says where Dykstra's algorithm ran out of sweeps", () => {
  const set = intersectionSet([ball([0, 0, 0], 0.7), simplex(3)], { maxSweeps: 2, tolerance: 0 });
  set.project(Float64Array.of(5, 0, -3), new Float64Array(3));
  assert.is(set.lastProjection!().converged, false);
});

intersections("refuses sets that do not meet, whichever way they are intersected", () => {
  assertError(() => intersectionSet([ball([0, 0]), ball([3, 0])]), "ERR_EMPTY_SET", /common point/);
  assertError(() => intersectionSet([box([0], [1]), box([2], [3])]), "ERR_EMPTY_SET");
  assertError(() => intersectionSet([simplex(2), halfSpace([1, 1], 0.5)]), "ERR_EMPTY_SET");
  assertError(() => intersectionSet([box([0, 0], [1, 1]), affineSubspace([[1, 1]], [3])]), "ERR_EMPTY_SET");
  assertError(() => intersectionSet([simplex(2), simplex(3)]), "ERR_LENGTH", /dimension 3/);
  assertError(() => intersectionSet([]), "ERR_LENGTH");
});

intersections.run();
