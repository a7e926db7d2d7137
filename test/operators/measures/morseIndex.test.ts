import { suite } from "uvu";
import * as assert from "uvu/assert";
import { morseIndex } from "../../../src/operators/measures/morseIndex.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError, checkError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { doubleWells } from "../../support/minima.ts";
import { normalVector } from "../../support/random.ts";

const stay = defineUpdate({ name: "stay", step: (it) => ({ stepSize: 0, next: it.at }) });
const diagonalProblem = (entries: readonly number[]) =>
  linearProblem(
    entries.map((entry, i) => entries.map((_, j) => (i === j ? entry : 0))),
    entries.map(() => 1),
  );
const saddle = diagonalProblem([-3, -1e-4, -1e-6, 2, 5]);

const test = suite("morseIndex");

test("counts eigenvalues below the threshold and finds the smallest absolute one, inside and after the loop", () => {
  const start = [1, 1, 1, 1, 1];
  const inside = firstRows(saddle, start, chain(morseIndex(), stay), 1);
  const after = firstRows(saddle, start, stay, 1, { after: morseIndex() });
  for (const [row] of [inside, after]) {
    assert.is(row!.columns.morseIndex, 2);
    assertClose(row!.columns.smallestAbsoluteEigenvalue!, 1e-6, 1e-9);
  }
});

test("takes the threshold as a size, with either sign", () => {
  for (const [threshold, index] of [
    [1e-3, 1],
    [-1e-3, 1],
    [0, 3],
  ] as const) {
    const [row] = firstRows(saddle, [1, 1, 1, 1, 1], chain(morseIndex({ threshold }), stay), 1);
    assert.is(row!.columns.morseIndex, index);
  }
});

test("no index is certain that parameters of very different size have made wrong", () => {
  const seen = { certain: 0, uncertain: 0 };
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 8 }),
      fc.integer(),
      // Curvatures below n epsilon of the largest are rounding.
      fc.array(fc.integer({ min: -11, max: 11 }), { minLength: 8, maxLength: 8 }),
      (n, seed, exponents) => {
        // Diagonally dominant, so that the signs of its diagonal are those of its eigenvalues.
        const numbers = normalVector(n * n + n, seed);
        const signs = Array.from({ length: n }, (_, i) => Math.sign(numbers[n * n + i]!));
        const entry = (i: number, j: number): number => {
          const [low, high] = [Math.min(i, j), Math.max(i, j)];
          const value = i === j ? signs[i]! : (0.5 / n) * Math.tanh(numbers[low * n + high]!);
          return value * 2 ** (exponents[i]! + exponents[j]!);
        };
        const rows = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j)));
        const zeros = new Array<number>(n).fill(0);
        const [row] = firstRows(linearProblem(rows, zeros), zeros, chain(morseIndex(), stay), 1);
        const { morseIndex: index, nearThreshold } = row!.columns;
        if (nearThreshold === 0) assert.is(index, signs.filter((sign) => sign < 0).length);
        seen[nearThreshold === 0 ? "certain" : "uncertain"]++;
      },
    ),
  );
  assert.ok(seen.certain > 0 && seen.uncertain > 0);
});

test("measures every so many steps", () => {
  const rows = firstRows(saddle, [1, 1, 1, 1, 1], chain(morseIndex({ every: 3 }), stay), 7);
  assert.equal(
    rows.map((row) => row.columns.morseIndex),
    [2, undefined, undefined, 2, undefined, undefined, 2],
  );
});

test("measures last rows only, on request", () => {
  const rows = firstRows(diagonalProblem([-3, 2]), [4, 5], newtonMR(), 50, { after: morseIndex({ when: "end" }) });
  assert.is.not(rows.at(-1)!.status, "running");
  assert.equal(
    rows.map((row) => row.columns.morseIndex),
    rows.map((_, k) => (k === rows.length - 1 ? 1 : undefined)),
  );
});

test("sends an error down the stream for a Jacobian that is not symmetric", () => {
  const rotation = linearProblem(
    [
      [0, 1],
      [-1, 0],
    ],
    [0, 0],
  );
  try {
    firstRows(rotation, [1, 1], chain(morseIndex(), stay), 1);
    assert.unreachable();
  } catch (error) {
    checkError(error, "ERR_NOT_SYMMETRIC", /morseIndex.*linear/);
  }
});

test("agrees with the spectrum, whose eigenvalues it does not compute", () => {
  const point = normalVector(30, 2);
  const [row] = firstRows(doubleWells(30), point, chain(morseIndex(), stay), 1);
  const entries = point.map((x) => 3 * x * x - 1);
  assert.is(row!.columns.morseIndex, entries.filter((x) => x < -1e-5).length);
  assertClose(row!.columns.smallestAbsoluteEigenvalue!, Math.min(...entries.map(Math.abs)), 1e-9);
});

test("bounds the index by Lanczos, for as many products as are allowed", () => {
  const point = Float64Array.from({ length: 200 }, (_, i) => (i < 3 ? 0.02 * i : 1 + i / 100));
  const [row] = firstRows(doubleWells(200), point, chain(morseIndex({ by: "lanczos", steps: 60 }), stay), 1);
  const { morseIndexAtLeast, morseIndexAtMost, morseIndex: exact } = row!.columns;
  assert.ok(morseIndexAtLeast! >= 1 && morseIndexAtLeast! <= 3 && morseIndexAtMost! >= 3);
  assert.is(exact, undefined);
  assert.is(row!.products, 60);
  const [all] = firstRows(doubleWells(5), [0, 1, 0, 1, 1], chain(morseIndex({ by: "lanczos" }), stay), 1);
  assert.equal([all!.columns.morseIndex, all!.columns.morseIndexAtLeast, all!.columns.morseIndexAtMost], [2, 2, 2]);
});

test("refuses options out of range or in contradiction", () => {
  assertError(() => morseIndex({ by: "hope" as "lanczos" }), "ERR_OPTION_RANGE", /by/);
  assertError(() => morseIndex({ steps: 3 }), "ERR_OPTION_RANGE", /steps/);
  assertError(() => morseIndex({ every: 0 }), "ERR_OPTION_RANGE", /every/);
  assertError(() => morseIndex({ every: 2, when: "end" }), "ERR_OPTION_RANGE", /both/);
  assertError(() => morseIndex({ threshold: Number.NaN }), "ERR_OPTION_RANGE", /threshold/);
});

test.run();
