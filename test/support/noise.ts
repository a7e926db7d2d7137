/** Fields with noise, and how far from 0 methods end on them. */
import type { Problem } from "../../src/problems/problem.ts";
import { randomSource } from "../../src/random.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Update } from "../../src/streams/types.ts";

/** F plus normal noise of standard deviation 1/2, another for each batch. */
function noisy(problem: Problem, seed: number): (batch: number) => Problem {
  return (batch) => ({
    ...problem,
    evaluate(point, field) {
      problem.evaluate(point, field);
      const random = randomSource(seed, "noise", batch);
      for (let i = 0; i < field.length; i++) field[i] = field[i]! + random.normal() / 2;
      return Number.NaN;
    },
  });
}

/** Mean of |z|^2 over seeds, at some steps. */
export function meanSquares(
  problem: Problem,
  update: (second: (batch: number) => Problem) => Update,
  steps: readonly number[],
  seeds = 16,
): number[] {
  const sums = steps.map(() => 0);
  for (let seed = 0; seed < seeds; seed++) {
    const batches = noisy(problem, seed);
    const rows = firstRows(
      batches,
      [1, 1],
      update((k) => batches(-1 - k)),
      Math.max(...steps) + 1,
    );
    steps.forEach((k, i) => {
      sums[i] = sums[i]! + rows[k]!.point.reduce((sum, x) => sum + x * x, 0) / seeds;
    });
  }
  return sums;
}
