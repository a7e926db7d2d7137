import type { AutoencoderClasses, CriticalClass } from "../problems/linearAutoencoder/autoencoderClasses.ts";
import { deepLinearAutoencoder } from "../problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { described, type RecordedRun } from "./figure.ts";

/** The critical points of a deep linear autoencoder. */
export interface GroundTruth {
  /** Classes of critical points, which can be matched with a point. */
  readonly classes: AutoencoderClasses;
  /** The same classes as a list. */
  readonly all: readonly CriticalClass[];
  /** Length of a sample, which is the number of eigenvectors of the data. */
  readonly inputs: number;
  /** Number of parameters. */
  readonly dimension: number;
}

/** Largest number of classes that a figure draws. */
const most = 50_000;

/**
 * Computes all critical points of the deep linear autoencoder of a run. The result is undefined if the run has another
 * problem, if the data differ, or if there are more classes than a figure can draw.
 *
 * The data are drawn again from the sizes and the seed in the run's description. Their hash must equal the recorded
 * one, so that no run is compared with the critical points of other data.
 */
export function groundTruth(run: RecordedRun): GroundTruth | undefined {
  if (described(run, "problem", "problem") !== "deepLinearAutoencoder") return undefined;
  const [inputs, hidden, samples, seed] = ["inputs", "hidden", "samples", "seed"].map((key) =>
    described(run, "problem", key),
  );
  const numbers = [inputs, hidden, samples, seed];
  if (!numbers.every((value): value is number => typeof value === "number")) return undefined;
  const problem = deepLinearAutoencoder({
    inputs: numbers[0]!,
    hidden: numbers[1]!,
    samples: numbers[2]!,
    seed: numbers[3]!,
  });
  const classes = problem.criticalPoints();
  if (classes.hash !== described(run, "problem", "hash") || classes.count > most) return undefined;
  return { classes, all: [...classes], inputs: numbers[0]!, dimension: problem.dimension };
}
