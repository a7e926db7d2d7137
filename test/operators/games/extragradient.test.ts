import { suite } from "uvu";
import * as assert from "uvu/assert";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const test = suite("extragradient");

test("multiplies |z| by sqrt(1 - eta^2 + eta^4) a step on f = xy", () => {
  for (const eta of [0.01, 0.1, 0.5, Math.SQRT1_2, 0.99, 1, 1.1]) {
    const rows = firstRows(bilinear(), [1, 1], extragradient({ stepSize: eta }), 51);
    for (let k = 0; k < 50; k++) {
      const ratio = Math.hypot(...rows[k + 1]!.point) / Math.hypot(...rows[k]!.point);
      assertClose(ratio, Math.sqrt(1 - eta ** 2 + eta ** 4), 1e-12, `eta ${eta}, step ${k}`);
    }
  }
});

test("converges on f = xy below eta = 1 alone, fastest at 1 / sqrt 2 with sqrt 3 / 2", () => {
  const factor = (eta: number): number => {
    const last = firstRows(bilinear(), [1, 1], chain(untilStep(100), extragradient({ stepSize: eta })), 200).at(-1)!;
    return (Math.hypot(...last.point) / Math.SQRT2) ** 0.01;
  };
  assertClose(factor(Math.SQRT1_2), Math.sqrt(3) / 2, 1e-12);
  assert.ok(factor(0.6) > factor(Math.SQRT1_2) && factor(0.8) > factor(Math.SQRT1_2));
  assertClose(factor(1), 1, 1e-12);
  assert.ok(factor(1.01) > 1);
});

test("follows the powers of I - eta J + eta^2 J^2 on a linear field", () => {
  const eta = 0.2;
  const J = [
    [0.5, 2, 0],
    [-2, 0.25, 1],
    [0, -1, 1],
  ];
  const multiply = (z: readonly number[]): number[] => J.map((row) => row.reduce((sum, a, j) => sum + a * z[j]!, 0));
  const rows = firstRows(linearProblem(J, [0, 0, 0]), [1, 2, -1], extragradient({ stepSize: eta }), 51);
  let z = [1, 2, -1];
  for (const [k, { point }] of rows.entries()) {
    assertClose(point, z, 1e-12, `step ${k}`, 1);
    const w = multiply(z).map((f, i) => z[i]! - eta * f);
    z = multiply(w).map((f, i) => z[i]! - eta * f);
  }
});

test("tells eta as the step size, and -F at the point ahead as the direction", () => {
  const [row] = firstRows(bilinear(), [1, 2], extragradient({ stepSize: 0.5 }), 1);
  assert.is(row!.stepSize, 0.5);
  // F(1, 2) = (2, -1); w = (0, 2.5); F(w) = (2.5, -0).
  assertClose(row!.direction, [-2.5, 0], 1e-15);
});

test("costs one evaluation a step beside the loop's", () => {
  const rows = firstRows(bilinear(), [1, 1], chain(untilStep(10), extragradient({ stepSize: 0.5 })), 100);
  assert.equal(
    rows.map((row) => row.evaluations),
    [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 21],
  );
  assert.is(rows.at(-1)!.products, 0);
});

test("projects the point ahead, too", () => {
  const seen: number[][] = [];
  const half: Problem = {
    ...bilinear(),
    evaluate(point, field) {
      seen.push([...point]);
      return bilinear().evaluate(point, field);
    },
    constraint: {
      name: "x >= 0, y >= 0",
      dimension: 2,
      bounded: false,
      project(point, out) {
        for (let i = 0; i < 2; i++) out[i] = Math.max(0, point[i]!);
      },
      support: (gradient) => (gradient.some((g) => g > 0) ? Number.POSITIVE_INFINITY : 0),
      distance: (point) => Math.hypot(...point.map((z) => Math.min(0, z))),
    },
  };
  firstRows(half, [0.1, 1], extragradient({ stepSize: 0.5 }), 2);
  // Ahead of (0.1, 1) lies (0.1 - 0.5, 1 + 0.05), whose projection is (0, 1.05).
  assertClose(seen[1]!, [0, 1.05], 1e-15);
  for (const point of seen) assert.ok(point.every((z) => z >= 0));
});

test("refuses step sizes that are none", () => {
  for (const stepSize of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assertError(
      () => extragradient({ stepSize }),
      "ERR_OPTION_RANGE",
      /^extragradient: expected stepSize to be a positive number, got/,
    );
  }
});

test.run();
