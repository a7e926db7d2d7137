import type { IntervalDerivatives } from "../autodiff/index.ts";
import type { AffineGenerator } from "../problems/symmetries/symmetry.ts";
import { randomSource } from "../random.ts";
import { innerProduct, velocityEnclosed } from "./generators.ts";
import { ballAround } from "./rounding.ts";

/** Number of random points at which a generator that is not proved has to survive. */
const attacks = 100;

/** Distances of the points from z, relative to the root mean square of its entries, in turn. */
const distances = [1, 0.3, 0.1, 3] as const;

/**
 * Looks for a point at which <xi(x), g(x)> is not 0, which refutes that the generator xi is a symmetry.
 *
 * The points lie around z, normally distributed. Cost: an enclosed gradient per point.
 *
 * @returns for each generator, whether it was refuted, and at how many points it could have been: those at which the
 *   enclosure is finite
 */
export function refutedGenerators(
  derivatives: IntervalDerivatives,
  z: Float64Array,
  generators: readonly AffineGenerator[],
): readonly Attacked[] {
  const n = z.length;
  const outcomes = generators.map(() => ({ refuted: false, points: 0 }));
  const size = Math.sqrt(z.reduce((sum, x) => sum + x * x, 0) / n) || 1;
  for (let k = 0; k < attacks && outcomes.some(({ refuted }) => !refuted); k++) {
    const random = randomSource(1, "certify", "attack", k);
    const length = size * distances[k % distances.length]!;
    const x = z.map((entry) => entry + length * random.normal());
    const gradient = derivatives.gradient(ballAround(x, 0));
    generators.forEach((generator, i) => {
      const outcome = outcomes[i]!;
      if (outcome.refuted) return;
      const { mid, rad } = innerProduct(velocityEnclosed(generator, x), gradient);
      if (Number.isFinite(mid) && rad < Number.POSITIVE_INFINITY) outcome.points++;
      if (Math.abs(mid) > rad) outcome.refuted = true;
    });
  }
  return outcomes;
}

interface Attacked {
  readonly refuted: boolean;
  readonly points: number;
}
