import { suite } from "uvu";
import * as assert from "uvu/assert";
import { affineSubspace } from "../../../src/problems/sets/affineSubspace.ts";
import { ball } from "../../../src/problems/sets/ball.ts";
import { box, orthant } from "../../../src/problems/sets/box.ts";
import { convexSet } from "../../../src/problems/sets/convexSet.ts";
import { halfSpace } from "../../../src/problems/sets/halfSpace.ts";
import { intersectionSet } from "../../../src/problems/sets/intersectionSet.ts";
import { polyhedron } from "../../../src/problems/sets/polyhedron.ts";
import { productSet } from "../../../src/problems/sets/productSet.ts";
import { simplex } from "../../../src/problems/sets/simplex.ts";
import { wholeSpace } from "../../../src/problems/sets/wholeSpace.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const total = (u: Float64Array): number => u.reduce((sum, x) => sum + x, 0);
const negative = (u: Float64Array): number => Math.max(0, ...Array.from(u, (x) => -x));
const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);

const polyhedra = suite("polyhedron");

const random = { rows: 12, columns: 4 };
const matrix = Array.from({ length: random.rows }, (_, j) => [...normalVector(random.columns, 50 + j)]);
const bounds = matrix.map((_, j) => 1 + (j % 3));

polyhedra("obeys the laws of convex sets, bounded or not", () => {
  const violation = (u: Float64Array): number => Math.max(...matrix.map((row, j) => inner(row, u) - bounds[j]!));
  const set = polyhedron({ inequalities: { matrix, bounds } });
  assert.is(set.bounded, true);
  assertSetLaws(set, { violation });
  const few = polyhedron({ inequalities: { matrix: matrix.slice(0, 3), bounds: bounds.slice(0, 3) } });
  assert.is(few.bounded, false);
  assertSetLaws(few, {
    violation: (u) => Math.max(...matrix.slice(0, 3).map((row, j) => inner(row, u) - bounds[j]!)),
  });
});

polyhedra("is the simplex where it is written as one", () => {
  const n = 6;
  const { inequalities, bounds: b, equalities, values } = simplex(n).linearConstraints!();
  const set = polyhedron({
    inequalities: { matrix: inequalities, bounds: b },
    equalities: { matrix: equalities, values },
  });
  assert.is(set.bounded, true);
  assertSetLaws(set, { violation: (u) => Math.max(negative(u), Math.abs(total(u) - 1)) });
  for (let seed = 0; seed < 20; seed++) {
    const z = normalVector(n, seed);
    const [a, c] = [new Float64Array(n), new Float64Array(n)];
    set.project(z, a);
    simplex(n).project(z, c);
    assertClose(a, c, 1e-14, "projection", 1);
    assertClose(set.support(z), simplex(n).support(z), 1e-13, "support");
  }
});

polyhedra("gives the same bits whatever was projected before", () => {
  const z = normalVector(4, 9).map((x) => 10 * x);
  const fresh = new Float64Array(4);
  polyhedron({ inequalities: { matrix, bounds } }).project(z, fresh);
  const used = polyhedron({ inequalities: { matrix, bounds } });
  for (let seed = 20; seed < 40; seed++)
    used.project(
      normalVector(4, seed).map((x) => 20 * x),
      new Float64Array(4),
    );
  const again = new Float64Array(4);
  used.project(z, again);
  assert.equal(again, fresh);
});

polyhedra("copes with degenerate vertices, repeated and redundant constraints", () => {
  // Eight constraints through the apex (0, 0, 1) of a pyramid, some twice.
  const rows = [
    [1, 0, 1],
    [-1, 0, 1],
    [0, 1, 1],
    [0, -1, 1],
    [1, 0, 1],
    [2, 0, 2],
    [0, 0, 1],
    [0, 0, -1],
  ];
  const limits = [1, 1, 1, 1, 1, 2, 1, 0];
  const set = polyhedron({ inequalities: { matrix: rows, bounds: limits } });
  assertSetLaws(set, {
    violation: (u) => Math.max(...rows.map((row, j) => (inner(row, u) - limits[j]!) / Math.hypot(...row))),
  });
  const out = new Float64Array(3);
  set.project(Float64Array.of(0, 0, 9), out);
  assertClose(out, [0, 0, 1], 1e-14);
});

polyhedra("finds large linear programs' maxima at vertices", () => {
  const cube = polyhedron({
    inequalities: {
      matrix: Array.from({ length: 40 }, (_, j) =>
        Array.from({ length: 20 }, (_, i) => (i === j % 20 ? (j < 20 ? 1 : -1) : 0)),
      ),
      bounds: new Array<number>(40).fill(1),
    },
  });
  const g = normalVector(20, 3);
  assertClose(
    cube.support(g),
    g.reduce((sum, x) => sum + Math.abs(x), 0),
    1e-13,
  );
});

polyhedra("refuses constraints that contradict each other", () => {
  assertError(
    () =>
      polyhedron({
        inequalities: {
          matrix: [
            [1, 0],
            [-1, 0],
          ],
          bounds: [0, -1],
        },
      }),
    "ERR_EMPTY_SET",
    /polyhedron: .* contradict/,
  );
  assertError(
    () =>
      polyhedron({
        inequalities: { matrix: [[1, 1]], bounds: [0] },
        equalities: { matrix: [[1, 1]], values: [1] },
      }),
    "ERR_EMPTY_SET",
  );
});

polyhedra("refuses rows that do not fit and a set without constraints", () => {
  assertError(() => polyhedron({}), "ERR_OPTION_RANGE", /wholeSpace/);
  assertError(() => polyhedron({ inequalities: { matrix: [[1, 2]], bounds: [1, 2] } }), "ERR_LENGTH", /bounds/);
  assertError(
    () => polyhedron({ inequalities: { matrix: [[1, 2]], bounds: [1] }, equalities: { matrix: [[1]], values: [1] } }),
    "ERR_LENGTH",
    /equalities.matrix/,
  );
});

polyhedra.run();

const products = suite("productSet");

products("obeys the laws of convex sets", () => {
  assertSetLaws(productSet([simplex(3), ball([0, 0]), box([0], [2])]), {
    violation: (u) =>
      Math.max(
        negative(u.subarray(0, 3)),
        Math.abs(total(u.subarray(0, 3)) - 1),
        Math.hypot(u[3]!, u[4]!) - 1,
        -u[5]!,
        u[5]! - 2,
      ),
  });
  assertSetLaws(productSet([simplex(2), orthant(2)]), {
    violation: (u) => Math.max(negative(u), Math.abs(u[0]! + u[1]! - 1)),
  });
});

products("lacks what a factor lacks", () => {
  const set = productSet([simplex(2), ball([0])]);
  assert.is(set.projectEntropic, undefined);
  assert.is(set.linearConstraints, undefined);
  assert.ok(set.linearizeProjection !== undefined);
  assert.is(set.bounded, true);
  assert.is(productSet([simplex(2), wholeSpace(1)]).bounded, false);
});

products("refuses to be without factors", () => {
  assertError(() => productSet([]), "ERR_LENGTH", /at least one/);
});

products.run();

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

const own = suite("convexSet");

own("is all that a set of one's own needs", () => {
  const ray = convexSet({
    name: "ray",
    dimension: 1,
    bounded: false,
    project: (point, out) => {
      out[0] = Math.max(0, point[0]!);
    },
    support: ([g], at) => {
      at?.fill(0);
      return g! > 0 ? Number.POSITIVE_INFINITY : 0;
    },
  });
  assertSetLaws(ray, { violation: negative });
});

own.run();
