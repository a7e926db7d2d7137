/** Every generator of seeded numbers, with the hash of what it gives: one for all engines. */
import type { Row, Run } from "../../src/arrow/row.ts";
import { movedStart } from "../../src/experiments/framework/repetitions.ts";
import { lanczos } from "../../src/linalg/krylov/lanczos.ts";
import { diagonal } from "../../src/linalg/maps/maps.ts";
import { frobeniusNorm, spectralNorm } from "../../src/linalg/spectra/norms.ts";
import { wigner, wishart } from "../../src/linalg/spectra/randomMatrices.ts";
import { spectralDensity } from "../../src/linalg/spectra/spectralDensity.ts";
import { hutchPlusPlus } from "../../src/linalg/spectra/traceEstimates.ts";
import { relativeField } from "../../src/operators/support/ends/relativeField.ts";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { dataHash } from "../../src/problems/data/dataHash.ts";
import { gaussianData } from "../../src/problems/data/gaussianData.ts";
import { dataset } from "../../src/problems/datasets/dataset.ts";
import { naturalImages } from "../../src/problems/datasets/naturalImages.ts";
import { spectralData } from "../../src/problems/datasets/spectralData.ts";
import { ganRing } from "../../src/problems/games/adversarial/ganRing.ts";
import { randomMatrixGame } from "../../src/problems/games/matrixGame.ts";
import { quadraticSaddle } from "../../src/problems/games/quadraticSaddle.ts";
import { deepLinearAutoencoder } from "../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { linearNetwork } from "../../src/problems/linearAutoencoder/linearNetwork.ts";
import { residualNetwork } from "../../src/problems/models/residual.ts";
import { network } from "../../src/problems/networks/network.ts";
import type { Problem, TracedProblem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { minibatches } from "../../src/problems/traced/minibatches.ts";
import { evaluate } from "../../src/streams/loop/evaluation.ts";
import { sampleByIteration } from "../../src/streams/sampleByIteration.ts";
import { lossSlice } from "../../src/streams/slices/lossSlice.ts";

interface Generator {
  /** Where the numbers are drawn. */
  readonly file: string;
  readonly numbers: () => Float64Array;
  /** The first eight digits of the hash of its numbers. */
  readonly hash: string;
}

function joined(...parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

/** The rows of the batches of two epochs. */
function batchRows(): Float64Array {
  const rows: number[] = [];
  const problem: Pick<TracedProblem, "rowsOf"> = {
    rowsOf: () =>
      Object.assign(
        (chosen: ArrayLike<number>) => {
          rows.push(...Array.from(chosen));
          return problem as TracedProblem;
        },
        { count: 40 },
      ),
  };
  const batches = minibatches(problem as TracedProblem, {}, { size: 8, seed: 3 });
  for (let step = 0; step < 2 * batches.perEpoch; step++) batches(step);
  return Float64Array.from(rows);
}

/** F where the strategies are even, or at one half each. */
function field(problem: Problem): Float64Array {
  const point = new Float64Array(problem.dimension).fill(0.5);
  const values = new Float64Array(problem.dimension);
  problem.evaluate(point, values);
  return values;
}

function ring(): Float64Array {
  const game = ganRing({ hidden: [4], batch: 16 });
  const point = game.initialPoint(1);
  const { real, latent } = game.minibatch(1, 2);
  return joined(point, real, latent, game.samples(point, 8, 3));
}

function rows(): readonly Row[] {
  const run: Run = { name: "rows", attempt: 1, columns: {}, settings: {} };
  return Array.from({ length: 9 }, (_, step) => ({
    ...{ run, step, seconds: 0, status: "running", evaluations: 0, products: 0, value: step, squaredFieldNorm: 1 },
    ...{ stepSize: 1, point: Float64Array.of(step, -step), columns: {}, vectors: {} },
  }));
}

function relativeSize(): number {
  const point = new Float64Array(12).fill(0.5);
  return relativeField(evaluate(quadraticSaddle({ size: 6, seed: 2 }), point), point);
}

const map = diagonal(Float64Array.from({ length: 30 }, (_, i) => (i - 12) / 3));

/** What draws where a test cannot see it alone: files, threads and processes of Node. */
export const elsewhere = [
  "certify/attack.ts",
  "certify/findSymmetries.ts",
  "experiments/catalogue/dlaeSampling.ts",
  "experiments/catalogue/games/robustRegression.ts",
  "experiments/catalogue/games/starts.ts",
  "experiments/catalogue/whitening/draw.ts",
  "experiments/catalogue/whitening/linearContests.ts",
  "experiments/catalogue/whitening/rotationStudy.ts",
  "experiments/framework/definition.ts",
  "experiments/protocols/statistics.ts",
  "experiments/protocols/trajectory.ts",
  "experiments/threads/examine.ts",
  "figures/entropies.ts",
  "operators/measures/detectFlatness.ts",
  "operators/measures/gaps/dualityGap.ts",
  "operators/support/ends/kantorovichNumber.ts",
  "problems/data/chooseSamples.ts",
  "problems/data/mnistBinary.ts",
  "problems/datasets/dataFile.ts",
  "problems/games/adversarial/adversarialDigits.ts",
  "random.ts",
];

export const generators: readonly Generator[] = [
  {
    file: "problems/data/gaussianData.ts",
    numbers: () => gaussianData({ samples: 1000, inputs: 16, seed: 1 }),
    hash: "4cfa0cc2",
  },
  {
    file: "problems/datasets/spectralData.ts",
    numbers: () => {
      const { inputs, targets } = spectralData({ spectrum: [4, 1, 0.25], samples: 50, noise: 0.1, seed: 2 });
      return joined(inputs, targets!);
    },
    hash: "420df711",
  },
  {
    file: "problems/datasets/naturalImages.ts",
    numbers: () => {
      const { inputs, targets } = naturalImages({ samples: 20, side: 6, noise: 0.1, seed: 2 });
      return joined(inputs, targets!);
    },
    hash: "4bcf5e13",
  },
  {
    file: "problems/datasets/split.ts",
    numbers: () =>
      dataset({ inputs: Float64Array.from({ length: 100 }, (_, i) => i) }).split({ train: 0.5, seed: 3 }).train.inputs,
    hash: "e3b93ec7",
  },
  {
    file: "problems/models/model.ts",
    numbers: () => residualNetwork({ inputShape: [8, 8, 1], outputs: 10, channels: [4] }).initialPoint(3),
    hash: "427ec88f",
  },
  {
    file: "linalg/spectra/randomMatrices.ts",
    numbers: () => joined(wigner(20, 1), wishart(20, 30, 1)),
    hash: "ff487a5f",
  },
  {
    file: "linalg/krylov/lanczos.ts",
    numbers: () => Float64Array.from(lanczos(map, { steps: 12 }).values),
    hash: "0377c23e",
  },
  {
    file: "linalg/spectra/norms.ts",
    numbers: () => Float64Array.of(frobeniusNorm(map, { exactUpTo: 1 }), spectralNorm(map)),
    hash: "6ec9dc0b",
  },
  {
    file: "linalg/spectra/spectralDensity.ts",
    numbers: () => spectralDensity(map, { steps: 10, probes: 4 }).nodes,
    hash: "4a285b9e",
  },
  {
    file: "linalg/spectra/traceEstimates.ts",
    numbers: () => Float64Array.of(hutchPlusPlus(map, { products: 15 }).value),
    hash: "08624c6c",
  },
  {
    file: "problems/checkDerivatives.ts",
    numbers: () =>
      Float64Array.from(checkDerivatives(quartic(), Float64Array.of(1, 2)).checks, ({ difference }) => difference),
    hash: "b9891347",
  },
  {
    file: "experiments/framework/repetitions.ts",
    numbers: () => movedStart(Float64Array.of(1, -2, 0, 3e-5), 1, "run", 2),
    hash: "af14d5be",
  },
  {
    file: "operators/support/ends/relativeField.ts",
    numbers: () => Float64Array.of(relativeSize()),
    hash: "4f5a8c5b",
  },
  { file: "problems/games/adversarial/ganRing.ts", numbers: ring, hash: "94652b87" },
  {
    file: "problems/games/matrixGame.ts",
    numbers: () => field(randomMatrixGame({ rows: 5, columns: 7, seed: 3 })),
    hash: "7b028855",
  },
  {
    file: "problems/games/quadraticSaddle.ts",
    numbers: () => field(quadraticSaddle({ size: 6, seed: 2 })),
    hash: "b517a3f2",
  },
  {
    file: "problems/linearAutoencoder/deepLinearAutoencoder.ts",
    numbers: () => deepLinearAutoencoder({ inputs: 6, hidden: 2, samples: 50 }).initialPoint(4),
    hash: "fda2a1a8",
  },
  {
    file: "problems/linearAutoencoder/linearNetwork.ts",
    numbers: () =>
      linearNetwork({ widths: [4, 2, 4], inputs: gaussianData({ samples: 20, inputs: 4 }) }).initialPoint(4),
    hash: "acb21930",
  },
  {
    file: "problems/networks/network.ts",
    numbers: () =>
      network({
        layers: [3, 4, 2],
        inputs: gaussianData({ samples: 10, inputs: 3 }),
        targets: gaussianData({ samples: 10, inputs: 2 }),
      }).initialPoint(5),
    hash: "9500c2f8",
  },
  { file: "problems/traced/orderOfEpoch.ts", numbers: batchRows, hash: "4eee688c" },
  {
    file: "streams/sampling.ts",
    numbers: () => joined(...sampleByIteration(rows(), { count: 3, seed: 2, variance: 0.1 }).map(({ point }) => point)),
    hash: "e42b5b1e",
  },
  {
    file: "streams/slices/lossSlice.ts",
    numbers: () =>
      Float64Array.from(
        lossSlice(quartic(), [1, 2], { along: ["random"], points: 5, radius: 1, seed: 3 }).lines[0]!.values,
      ),
    hash: "6eb0ef52",
  },
];

/** The hashes of all generators, in order. */
export function hashes(): string[] {
  return generators.map(({ numbers }) => {
    const values = numbers();
    return dataHash([values.length], values).slice("sha256:".length, "sha256:".length + 8);
  });
}
