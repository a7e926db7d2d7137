import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { deflateDirection } from "../../../src/operators/newton/deflateDirection.ts";
import { denseNewtonDirection } from "../../../src/operators/newton/denseNewtonDirection.ts";
import { newtonDirection } from "../../../src/operators/newton/newtonDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { deflated } from "../../../src/problems/deflated.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError, checkError } from "../../support/assert.ts";
import { doubleWells } from "../../support/minima.ts";

const newton = () => newtonDirection({ relativeTolerance: 1e-13, maxNorm: 1e9 });

const test = suite("deflateDirection");

test("gives the Newton direction of the deflated problem, from the plain one", () => {
  const problem = doubleWells(3);
  const roots = [
    [1, 1, 0],
    [0, -1, 1],
  ];
  for (const start of [
    [0.9, 0.8, 0.1],
    [0.3, -0.4, 2],
    [-3, 0.2, 0.1],
  ]) {
    for (const options of [{ shift: 1 }, { power: 1, shift: 0.5 }]) {
      const step = chain(newton(), deflateDirection(roots, options), gradientStep(1));
      const [row] = firstRows(problem, start, step, 1);
      const whole = chain(denseNewtonDirection(), gradientStep(1));
      const [expected] = firstRows(deflated(problem, roots, options), start, whole, 1);
      assertClose(row!.direction, expected!.direction, 1e-9);
      const [plain] = firstRows(problem, start, chain(newton(), gradientStep(1)), 1);
      assertClose(
        plain!.direction.map((p) => row!.columns.deflation! * p),
        row!.direction,
        1e-12,
      );
    }
  }
});

test("leads from one start to several critical points, with symmetric Jacobians only", () => {
  const problem = doubleWells(2);
  const found: Float64Array[] = [];
  for (let k = 0; k < 5; k++) {
    const search = chain(
      untilCritical({ squaredFieldNorm: 1e-22 }),
      newton(),
      deflateDirection(found),
      gradientStep(1),
    );
    const last = firstRows(problem, [0.71, 0.33], search, 300).at(-1)!;
    if (last.status !== "converged") break;
    for (const other of found) {
      assert.ok(Math.hypot(last.point[0]! - other[0]!, last.point[1]! - other[1]!) > 0.5);
    }
    found.push(last.point);
  }
  assert.ok(found.length >= 3, `${found.length}`);
});

test("shifts by the distance of the start from each root, whatever the power", () => {
  const problem = doubleWells(2);
  const roots = [
    [1, 1],
    [0, -1],
  ];
  const start = [0.6, 0.2];
  for (const power of [1, 2, 3]) {
    const rows = firstRows(problem, start, chain(newton(), deflateDirection(roots, { power }), gradientStep(1)), 3);
    for (const { point, direction, columns } of rows) {
      // grad log(1 / d^p + 1 / d_0^p) along the plain direction, by a central difference.
      const plain = direction.map((d) => d / columns.deflation!);
      const logOf = (h: number): number =>
        roots.reduce((sum, root) => {
          const away = (z: ArrayLike<number>): number => Math.hypot(z[0]! - root[0]!, z[1]! - root[1]!);
          const moved = point.map((z, i) => z + h * plain[i]!);
          return sum + Math.log(away(moved) ** -power + away(start) ** -power);
        }, 0);
      const h = 1e-5;
      assertClose(columns.deflation!, 1 / (1 - (logOf(h) - logOf(-h)) / (2 * h)), 1e-6);
    }
  }
});

test("changes nothing without roots, or far from them without a direction", () => {
  const step = chain(newton(), deflateDirection([]), gradientStep(1));
  const [row] = firstRows(doubleWells(2), [0.71, 0.33], step, 1);
  assert.is(row!.columns.deflation, 1);
  const [still] = firstRows(doubleWells(1), [1], chain(newton(), deflateDirection([[0]]), gradientStep(1)), 1);
  assert.is(still!.columns.deflation, 1);
});

test("says c = 1 where it stands on a root, instead of NaN", () => {
  const [row] = firstRows(doubleWells(1), [0], chain(newton(), deflateDirection([[0]]), gradientStep(1)), 1);
  assert.is(row!.columns.deflation, 1);
  assert.ok(Number.isFinite(row!.direction[0]!));
});

test("refuses roots and options that are none", () => {
  assertError(
    () => deflateDirection([[1], [1, 2]]),
    "ERR_LENGTH",
    /length 1, that of the first root, got 2 for root 1/,
  );
  assertError(() => deflateDirection([[Number.NaN]]), "ERR_NOT_FINITE", /root 0/);
  assertError(() => deflateDirection([], { power: -1 }), "ERR_OPTION_RANGE", /power/);
  assertError(() => deflateDirection([], { shift: -1 }), "ERR_OPTION_RANGE", /shift/);
  try {
    firstRows(doubleWells(2), [1, 1], chain(newton(), deflateDirection([[1]]), gradientStep(1)), 1);
    assert.unreachable();
  } catch (error) {
    checkError(error, "ERR_LENGTH", /length 2, got 1; the problem is double wells/);
  }
});

test.run();
