/** How well does `removableShare` tell gradient-flat points from zeros that only look flat? */
import { nearestZero } from "../src/operators/support/ends/nearestZero.ts";
import { relativeField } from "../src/operators/support/ends/relativeField.ts";
import { evaluate } from "../src/streams/loop/evaluation.ts";
import { plantedEnd, type Truth } from "../test/support/plantedEnds.ts";

/*
 * npm run bench -- flatVerdict
 *
 * Random quartic polynomials of 2 to 7 parameters in units from 1e-4 to 1e4, with a flat point or a zero at a known place.
 * Parameters are 0.1 to 100 times as large as the length over which F changes by itself, of which the first column is a
 * share. The others say how many of 400 points are called flat at each threshold.
 */
const thresholds = [0.001, 0.01, 0.03, 0.1, 0.3, 0.5];
const lengths = [0.1, 1, 10, 100];
const each = 100;

function sharesOf(truth: Truth, distance: number): number[] {
  return lengths.flatMap((length) => {
    const shares: number[] = [];
    for (let seed = 1001; shares.length < each; seed++) {
      const end = plantedEnd(truth, distance, length, seed);
      if (end === undefined) continue;
      const at = evaluate(end.problem, end.point);
      const sizes = end.point.map(Math.abs);
      shares.push(nearestZero(at, sizes, relativeField(at, sizes)).removableShare ?? Number.NaN);
    }
    return shares;
  });
}

const cells = (values: readonly (string | number)[]): void => console.log(`| ${values.join(" | ")} |`);
cells(["truth", "distance", ...thresholds.map((threshold) => `flat at ${threshold}`)]);
cells(["---", "---", ...thresholds.map(() => "---")]);
for (const [truth, distances] of [
  ["flat", [1e-6, 1e-3, 1e-2, 0.03, 0.1]],
  ["zero", [1e-3, 0.03, 0.1, 0.25, 0.5]],
] as const) {
  for (const distance of distances) {
    const shares = sharesOf(truth, distance);
    cells([
      truth,
      distance < 1e-3 ? distance.toExponential() : distance,
      ...thresholds.map((most) => shares.filter((share) => share <= most).length),
    ]);
  }
}
