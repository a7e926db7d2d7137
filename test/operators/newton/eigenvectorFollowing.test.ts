import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { eigenvectorFollowing } from "../../../src/operators/newton/eigenvectorFollowing.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError, checkError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { doubleWells } from "../../support/minima.ts";

const test = suite("eigenvectorFollowing");

test("reaches a saddle of the index asked for, from one start", () => {
  const start = [0.9, 0.7, 0.5, 0.3];
  for (let index = 0; index <= 4; index++) {
    const update = chain(untilCritical({ squaredFieldNorm: 1e-20 }), eigenvectorFollowing({ index, maxNorm: 0.1 }));
    const last = firstRows(doubleWells(4), start, update, 200).at(-1)!;
    assert.is(last.status, "converged", `index ${index}`);
    assert.is(last.point.filter((x) => Math.abs(x) < 1e-6).length, index);
  }
});

test("is Newton's step where the Hessian has that index, and never longer than its bound", () => {
  const problem = linearProblem(
    [
      [2, 0],
      [0, -4],
    ],
    [2, 4],
  );
  const [near] = firstRows(problem, [1.01, -1.01], eigenvectorFollowing(), 1);
  assertClose(near!.direction, [-0.01, 0.01], 1e-12);
  assert.is(near!.columns.negativeEigenvalues, 1);
  const [far] = firstRows(problem, [5, -7], eigenvectorFollowing({ maxNorm: 0.3 }), 1);
  assertClose(Math.hypot(...far!.direction), 0.3, 1e-12);
});

test("takes no step along the kernel", () => {
  const problem = linearProblem(
    [
      [0, 0],
      [0, 1],
    ],
    [1, 1],
  );
  const [row] = firstRows(problem, [3, 1.01], eigenvectorFollowing({ index: 0 }), 1);
  assertClose(row!.direction, [0, -0.01], 1e-12);
});

test("refuses games, and indices that are none", () => {
  const caught = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      return error;
    }
  };
  checkError(
    caught(() => firstRows(bilinear(), [1, 1], eigenvectorFollowing(), 1)),
    "ERR_NOT_SYMMETRIC",
    /eigenvectorFollowing/,
  );
  checkError(
    caught(() => firstRows(doubleWells(2), [1, 1], eigenvectorFollowing({ index: 3 }), 1)),
    "ERR_OPTION_RANGE",
    /index to be an integer in \[0, 2\], got 3/,
  );
  assertError(() => eigenvectorFollowing({ index: -1 }), "ERR_OPTION_RANGE", /index/);
  assertError(() => eigenvectorFollowing({ maxNorm: 0 }), "ERR_OPTION_RANGE", /maxNorm/);
});

test.run();
