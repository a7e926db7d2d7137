import type { Experiment } from "../framework/definition.ts";
import { dlae } from "./dlae.ts";
import { dlaeMethods } from "./dlaeMethods.ts";
import { dlaeSampling } from "./dlaeSampling.ts";
import { dlaeTolerance } from "./dlaeTolerance.ts";
import { bilinearGame } from "./games/bilinear.ts";
import { gameExperiments } from "./games/index.ts";
import { gaussianAutoencoder } from "./gaussianAutoencoder.ts";
import { memorisation } from "./memorisation.ts";
import { mnistAutoencoder } from "./mnistAutoencoder.ts";
import { mnistClassifier } from "./mnistClassifier.ts";
import { quarticSearch } from "./quartic.ts";

/** What `fluxion run` knows by name. */
export const builtInExperiments: readonly Experiment[] = [
  mnistAutoencoder,
  dlae,
  dlaeMethods,
  dlaeTolerance,
  dlaeSampling,
  gaussianAutoencoder,
  mnistClassifier,
  memorisation,
  quarticSearch,
  bilinearGame,
  ...gameExperiments,
];

/** What `fluxion run` runs without a name. */
export const defaultExperiment: string = mnistAutoencoder.name;
