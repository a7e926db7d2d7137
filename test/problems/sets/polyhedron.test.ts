import { suite } from "uvu";
import * as assert from "uvu/assert";
import { polyhedron } from "../../../src/problems/sets/polyhedron.ts";
import { simplex } from "../../../src/problems/sets/simplex.ts";
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
