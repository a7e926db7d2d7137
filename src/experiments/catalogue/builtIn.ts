import type { Experiment } from "../framework/definition.ts";
import { digitsExperiment } from "./digits.ts";
import { dlaeExperiment } from "./dlae.ts";
import { dlaeCensusExperiment } from "./dlaeCensus.ts";
import { dlaeMethodsExperiment } from "./dlaeMethods.ts";
import { dlaeSamplingExperiment } from "./dlaeSampling.ts";
import { dlaeToleranceExperiment } from "./dlaeTolerance.ts";
import { bilinearExperiment } from "./games/bilinear.ts";
import { gameExperiments } from "./games/index.ts";
import { gaussianAutoencoderExperiment } from "./gaussianAutoencoder.ts";
import { memorisationExperiment } from "./memorisation.ts";
import { mnistAutoencoderExperiment } from "./mnistAutoencoder.ts";
import { mnistClassifierExperiment } from "./mnistClassifier.ts";
import { quarticExperiment } from "./quartic.ts";
import { trainExperiment } from "./training/train.ts";
import { whiteningExperiment } from "./whitening/whitening.ts";

/** The experiments that `fluxion run` knows by name. */
export const builtInExperiments: readonly Experiment[] = [
  digitsExperiment,
  mnistAutoencoderExperiment,
  dlaeExperiment,
  dlaeMethodsExperiment,
  dlaeToleranceExperiment,
  dlaeSamplingExperiment,
  dlaeCensusExperiment,
  gaussianAutoencoderExperiment,
  mnistClassifierExperiment,
  trainExperiment,
  whiteningExperiment,
  memorisationExperiment,
  quarticExperiment,
  bilinearExperiment,
  ...gameExperiments,
];
