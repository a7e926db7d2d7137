import { suite } from "uvu";
import * as assert from "uvu/assert";
import { affineSubspace } from "../../../src/problems/sets/affineSubspace.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

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
