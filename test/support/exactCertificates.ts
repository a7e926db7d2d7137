/** True statements about critical points that a linear autoencoder has in closed form, made without any interval. */
import type { NamedStatement } from "../../src/cli/certificates/certificatesFile.ts";
import type { CertifiedProblem } from "../../src/experiments/threads/certifyEnds.ts";
import { gaussianData } from "../../src/problems/data/gaussianData.ts";
import { deepLinearAutoencoder } from "../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { formulaOf } from "../../src/problems/networks/lossFormula.ts";
import { randomSource } from "../../src/random.ts";

interface Shape {
  readonly inputs: number;
  readonly hidden: number;
  readonly seed: number;
}

/** The problem, and a statement about each class: at its representative, moved along the orbit. */
export function exactCertificates({ inputs: k, hidden: p, seed }: Shape): {
  readonly problems: readonly CertifiedProblem[];
  readonly certificates: readonly NamedStatement[];
} {
  const data = gaussianData({ inputs: k, samples: 50, seed });
  const problem = deepLinearAutoencoder({ inputs: k, hidden: p, data });
  const { name, dimension } = problem;
  const classes = problem.criticalPoints();
  const random = randomSource(seed, "exactCertificates");
  const certificates = [...classes].map((found): NamedStatement => {
    const { directions, loss, morseIndex, kernelDimension } = found;
    const point = sheared(classes.representative(directions), k, p, 0.3 * random.normal());
    return {
      name: `class-${directions.join("-")}`,
      problem: 0,
      statement: {
        verdict: "zero",
        because: "the closed form",
        point,
        moved: 0,
        exists: 1e-10,
        unique: 1e-5,
        excluded: undefined,
        loss: { low: loss - 1e-10, high: loss + 1e-10 },
        morseIndex,
        kernelDimension,
        symmetry: [
          {
            name: `gl(${p}) of the layer between encoder and decoder`,
            evidence: "proved",
            generators: p * p,
            attacked: 0,
          },
        ],
        refuted: [],
        assumptions: [],
      },
    };
  });
  return { problems: [{ name, dimension, loss: formulaOf(problem)! }], certificates };
}

/** Moves a point along its orbit: W1 -> C W1, W2 -> W2 C^-1 with C = 1 + s e_1 e_2^T, whose inverse is 1 - s e_1 e_2^T. */
function sheared(point: Float64Array, k: number, p: number, s: number): Float64Array {
  const moved = point.slice();
  if (p < 2) return moved;
  for (let j = 0; j < k; j++) moved[j] = point[j]! + s * point[k + j]!;
  for (let r = 0; r < k; r++) moved[p * k + r * p + 1] = point[p * k + r * p + 1]! - s * point[p * k + r * p]!;
  return moved;
}
