/** Every stationary linear method on f(x, y) = xy: its trajectory is the powers of its companion matrix. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { alternatingDescentAscent } from "../../../src/operators/games/alternatingDescentAscent.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { optimistic } from "../../../src/operators/games/optimistic.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose } from "../../support/assert.ts";
import { cases, radiusOf } from "../../support/companions.ts";

const start = [1, 0.5];
const steps = 50;
const trajectories = suite("trajectories on f(x, y) = xy");

for (const { name, update, companion, memory, radius } of cases) {
  trajectories(`${name}: powers of the companion matrix, to 1e-12 over ${steps} steps`, () => {
    for (const eta of [0.1, 0.3, 0.5]) {
      const rows = firstRows(bilinear(), start, update(eta), steps + 1);
      const matrix = companion(eta);
      let state: readonly number[] = [...start, ...(memory?.(start) ?? [])];
      for (const [k, row] of rows.entries()) {
        assertClose(row.point, state.slice(0, 2), 1e-12, `step ${k}, eta ${eta}`, 1e-3);
        state = matrix.map((line) => line.reduce((total, x, j) => total + x * state[j]!, 0));
      }
      assert.is(rows.length, steps + 1);
      // Defective at eta = 1/2, where two roots meet: half the digits are lost there.
      assertClose(radiusOf(matrix), radius(eta), 1e-7, `radius at eta ${eta}`);
    }
  });
}
trajectories.run();

const limits = suite("limits of stability on f(x, y) = xy");
for (const { name, update, limit } of cases) {
  limits(`${name}: |z| falls below the limit of the step size and grows above`, () => {
    const size = (eta: number): number => {
      const rows = firstRows(bilinear(), start, update(eta), 2001);
      const last = rows.at(-1)!;
      return last.status === "diverged" ? Number.POSITIVE_INFINITY : Math.hypot(last.point[0]!, last.point[1]!);
    };
    if (limit === 0) {
      assert.ok(size(0.1) > 3);
      return;
    }
    // Alternating descent-ascent alone does not fall: it cycles.
    const bound = name === "alternating descent-ascent" ? 10 : 1e-4;
    for (const part of [0.5, 0.97])
      assert.ok(size(part * Math.min(limit, 1e3)) < bound, `${size(part * Math.min(limit, 1e3))}`);
    if (Number.isFinite(limit)) assert.ok(size(1.03 * limit) > 100, `${size(1.03 * limit)} above`);
  });
}
limits.run();

const known = suite("known values on f(x, y) = xy");
known("extragradient is fastest at eta = 1 / sqrt 2, with factor sqrt(3) / 2", () => {
  const rows = firstRows(bilinear(), start, extragradient({ stepSize: Math.SQRT1_2 }), 11);
  assertClose(Math.sqrt(rows[10]!.squaredFieldNorm / rows[9]!.squaredFieldNorm), Math.sqrt(3) / 2, 1e-14);
});

known("the optimistic gradient at eta = 1 / 2 is defective: still 0.7106 a step after 200, towards 1 / sqrt 2", () => {
  const rows = firstRows(bilinear(), start, chain(optimistic(), gradientStep(0.5)), 202);
  const ratio = Math.sqrt(rows[201]!.squaredFieldNorm / rows[200]!.squaredFieldNorm);
  assertClose(ratio, 0.7106, 1e-4);
  assert.ok(ratio > Math.SQRT1_2);
});

known("alternating descent-ascent conserves x^2 + y^2 - eta x y", () => {
  const eta = 0.7;
  const energy = ([x, y]: Float64Array): number => x! ** 2 + y! ** 2 - eta * x! * y!;
  const rows = firstRows(bilinear(), start, alternatingDescentAscent({ stepSize: eta }), 1001);
  for (const row of rows) assertClose(energy(row.point), energy(Float64Array.from(start)), 1e-11);
});
known.run();
