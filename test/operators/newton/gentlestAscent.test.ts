import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf, symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gentlestAscent } from "../../../src/operators/newton/gentlestAscent.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import {
  fieldInUnits,
  lengthInUnits,
  matrixInUnits,
  type Sizes,
  unitsOf,
} from "../../../src/operators/support/parameterScale.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Checkpoint } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { doubleWells } from "../../support/minima.ts";
import { rescaled } from "../../support/rescaled.ts";

/** Curvature turns the lowest direction as the point moves: L = double wells in rotated coordinates. */
const turned = (angle: number) => {
  const wells = doubleWells(2);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const there = (p: ArrayLike<number>): Float64Array => Float64Array.of(c * p[0]! + s * p[1]!, -s * p[0]! + c * p[1]!);
  const back = (q: ArrayLike<number>): Float64Array => Float64Array.of(c * q[0]! - s * q[1]!, s * q[0]! + c * q[1]!);
  return {
    ...wells,
    evaluate(point: Float64Array, field: Float64Array) {
      const inner = new Float64Array(2);
      const value = wells.evaluate(there(point), inner);
      field.set(back(inner));
      return value;
    },
    linearize(point: Float64Array) {
      const inner = wells.linearize(there(point));
      const column = (v: readonly number[]): Float64Array => {
        const out = new Float64Array(2);
        inner.apply(there(v), out);
        return back(out);
      };
      const [a, b] = [column([1, 0]), column([0, 1])];
      const off = (a[1]! + b[0]!) / 2;
      return linearProblem(
        [
          [a[0]!, off],
          [off, b[1]!],
        ],
        [0, 0],
      ).linearize(point);
    },
  };
};

const test = suite("gentlestAscent");

test("climbs to a saddle of its index", () => {
  for (const index of [1, 2, 3]) {
    const update = chain(untilCritical({ squaredFieldNorm: 1e-16 }), gentlestAscent({ index }), gradientStep(0.2));
    const last = firstRows(doubleWells(3), [0.6, 0.5, 0.4], update, 500).at(-1)!;
    assert.is(last.status, "converged", `index ${index}`);
    assert.is(last.point.filter((x) => Math.abs(x) < 1e-6).length, index);
  }
});

test("follows the lowest directions while they turn, by products alone", () => {
  const update = chain(
    untilCritical({ squaredFieldNorm: 1e-16 }),
    gentlestAscent({ firstSteps: 2 }),
    gradientStep(0.1),
  );
  const rows = firstRows(turned(0.7), [0.9, 0.5], update, 600);
  assert.is(rows.at(-1)!.status, "converged");
  const [x, y] = rows.at(-1)!.point;
  const [p, q] = [Math.cos(0.7) * x! + Math.sin(0.7) * y!, -Math.sin(0.7) * x! + Math.cos(0.7) * y!];
  assertClose([Math.min(Math.abs(p), Math.abs(q)), Math.max(Math.abs(p), Math.abs(q))], [0, 1], 1e-6);
  assertClose(rows.at(-2)!.columns.highestFollowed!, -1, 1e-6);
  assert.ok(rows[20]!.products - rows[19]!.products <= 2);
});

test("reflects the gradient in the lowest eigenvectors", () => {
  const problem = linearProblem(
    [
      [2, 0],
      [0, -4],
    ],
    [0, 0],
  );
  const [row] = firstRows(problem, [1, 1], chain(gentlestAscent(), gradientStep(0.1)), 1);
  assertClose(row!.direction, [-2, -4], 1e-12);
});

test("keeps its directions in checkpoints, in units too", () => {
  for (const update of [
    chain(gentlestAscent({ seed: 2 }), gradientStep(0.1)),
    chain(gentlestAscent({ seed: 2, scaling: "curvature" }), gradientStep()),
  ]) {
    const saved: Checkpoint[] = [];
    const options = { checkpoints: { every: 1, save: (checkpoint: Checkpoint) => saved.push(checkpoint) } };
    const rows = firstRows(turned(0.3), [0.9, 0.5], update, 8, options);
    const again = firstRows(turned(0.3), saved[5]!, update, 3);
    assert.equal(
      again.map((row) => Array.from(row.point)),
      rows.slice(5).map((row) => Array.from(row.point)),
    );
  }
});

test("finds the saddle in units of the curvature where parameters are of very different size", () => {
  const sizes = [1, 1e-4, 1e3];
  const start = [0.6, 0.5, 0.4].map((x, i) => x * sizes[i]!);
  const end = (scaling: "curvature" | "none") => {
    const update = chain(untilStep(300), gentlestAscent({ scaling }), gradientStep());
    const { point } = firstRows(rescaled(doubleWells(3), 1, sizes), start, update, 302).at(-1)!;
    return Array.from(point, (x, i) => Math.abs(x / sizes[i]!)).sort((a, b) => a - b);
  };
  assertClose(end("curvature"), [0, 1, 1], 1e-6);
  assert.ok(Math.abs(end("none")[2]! - 1) > 1e-3 || end("none")[0]! > 1e-3);
});

test("stays orthonormal where a curvature grows so much that its parameter is measured anew", () => {
  // f = x^2 / 2 + y^3 - x y - z^2 / 2: the curvature 6 y grows from 6e-9 to about 1.
  const problem: Problem = {
    name: "steep",
    dimension: 3,
    symmetric: true,
    evaluate([x, y, z]: ArrayLike<number> & Iterable<number>, field) {
      field.set([x! - y!, 3 * y! ** 2 - x!, -z!]);
      return x! ** 2 / 2 + y! ** 3 - x! * y! - z! ** 2 / 2;
    },
    linearize: (p) => denseMatrix(3, 3, Float64Array.of(1, -1, 0, -1, 6 * p[1]!, 0, 0, 0, -1), { symmetric: true }),
    blocks: [{ name: "z", shape: [3], offset: 0, size: 3 }],
  };
  const update = chain(gentlestAscent({ index: 2, scaling: "curvature" }), gradientStep(0.5));
  const rows = firstRows(problem, [1, 1e-9, 1], update, 30);
  let sizes: Sizes | undefined;
  const seen = new Set<string>();
  for (const { direction, at, columns } of rows.slice(0, -1)) {
    const matrix = denseOf(at.linearize());
    const now = unitsOf(matrix, true, sizes, true);
    sizes = now.sizes;
    seen.add(now.units.columns.join());
    // Two directions and their residuals span all three dimensions, so their Rayleigh quotients are eigenvalues.
    assertClose(columns.highestFollowed!, symmetricEigen(matrixInUnits(matrix, now.units)!).values[1]!, 1e-9);
    // A reflection keeps the length of F.
    assertClose(lengthInUnits(direction, now.units) / norm(fieldInUnits(at, now.units)), 1, 1e-12);
  }
  assert.ok(seen.size > 1, "the units never changed");
});

test("refuses options out of range", () => {
  assertError(() => gentlestAscent({ index: 0 }), "ERR_OPTION_RANGE", /index/);
  assertError(() => gentlestAscent({ index: 3, firstSteps: 2 }), "ERR_OPTION_RANGE", /firstSteps/);
});

test.run();
