import type { AutoencoderClasses, CriticalClass } from "../problems/linearAutoencoder/autoencoderClasses.ts";
import { deepLinearAutoencoder } from "../problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { described, type RecordedRun } from "./figure.ts";

/** The critical points of a deep linear autoencoder. */
export interface GroundTruth {
  readonly classes: AutoencoderClasses;
  readonly all: readonly CriticalClass[];
  readonly inputs: number;
  readonly dimension: number;
}

/** Largest number of classes that are drawn. */
const most = 50_000;

/**
 * All critical points of the deep linear autoencoder of a run; undefined for another problem.
 *
 * The data are drawn again from the sizes and the seed in the run's description. Their hash must equal the one recorded
 * there, so that no run is compared with the critical points of other data.
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
