/** What tells a gradient-flat point from a zero that only looks flat, on problems whose truth is planted. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nearestZero } from "../../../src/operators/support/ends/nearestZero.ts";
import { relativeField } from "../../../src/operators/support/ends/relativeField.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import { plantedEnd, type Truth } from "../../support/plantedEnds.ts";
import { rescaled } from "../../support/rescaled.ts";

function shareAt(problem: Problem, point: Float64Array): number {
  const at = evaluate(problem, point);
  const lengths = point.map(Math.abs);
  return nearestZero(at, lengths, relativeField(at, lengths)).removableShare!;
}

/** The shares at points beside planted ones. */
function sharesOf(truth: Truth, share: number, length: number, count = 100): number[] {
  const shares: number[] = [];
  for (let seed = 1; shares.length < count; seed++) {
    const end = plantedEnd(truth, share, length, seed);
    if (end !== undefined) shares.push(shareAt(end.problem, end.point));
  }
  return shares;
}

const lengths = [0.1, 1, 10, 100];
const tests = suite("removableShare");

tests("is below a hundredth of its threshold beside every flat point, whatever the parameters' sizes", () => {
  for (const length of lengths) {
    for (const share of [0, 1e-9, 1e-6, 1e-3, 1e-2]) {
      const most = Math.max(...sharesOf("flat", share, length));
      assert.ok(most < 1e-3, `${most} at ${share} of the scale, size ${length}`);
    }
  }
});

tests("falls at least with the square of the distance to the flat point", () => {
  for (const length of lengths) {
    const [far, near] = [sharesOf("flat", 1e-3, length), sharesOf("flat", 1e-4, length)];
    const ratios = far.map((share, k) => share / near[k]!).sort((x, y) => x - y);
    // The square is what the second-order model says; third powers of long steps in F make it a third power.
    const median = ratios[ratios.length >> 1]!;
    assert.ok(median > 90 && median < 1100, `${median}, size ${length}`);
    assert.ok(ratios[0]! > 10, `${ratios[0]}, size ${length}`);
  }
});

tests("is far above its threshold beside a zero that Kantorovich's theorem finds, however bad the units", () => {
  for (const length of lengths) {
    for (const share of [1e-6, 1e-3, 0.03, 0.1, 0.25]) {
      const least = Math.min(...sharesOf("zero", share, length));
      assert.ok(least > 0.2, `${least} at ${share} of the scale, size ${length}`);
    }
  }
});

tests("is the same to the last bit in other units of the loss and of all parameters", () => {
  for (const truth of ["flat", "zero"] as const) {
    for (let seed = 1; seed <= 30; seed++) {
      const end = plantedEnd(truth, 0.01, 1, seed);
      if (end === undefined) continue;
      const { problem, point } = end;
      const plain = shareAt(problem, point);
      for (const [a, b] of [
        [90, 0],
        [0, -77],
        [-60, 41],
      ] as const) {
        const units = Array.from(point, () => 2 ** b);
        const there = shareAt(
          rescaled(problem, 2 ** a, units),
          point.map((z) => z * 2 ** b),
        );
        assert.is(there, plain, `2^${a}, 2^${b}, seed ${seed}`);
      }
    }
  }
});

tests.run();
