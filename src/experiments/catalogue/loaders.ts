/** Loads the built-in experiments one by one, since together they take a second. */
import type { Experiment } from "../framework/definition.ts";
import type { ExperimentName } from "./summaries.ts";

/** Loads each built-in experiment. */
export const loaders: { readonly [Name in ExperimentName]: () => Promise<Experiment> } = {
  digits: async () => (await import("./digits.ts")).digitsExperiment,
  "mnist-autoencoder": async () => (await import("./mnistAutoencoder.ts")).mnistAutoencoderExperiment,
  dlae: async () => (await import("./dlae.ts")).dlaeExperiment,
  "dlae-methods": async () => (await import("./dlaeMethods.ts")).dlaeMethodsExperiment,
  "dlae-tolerance": async () => (await import("./dlaeTolerance.ts")).dlaeToleranceExperiment,
  "dlae-sampling": async () => (await import("./dlaeSampling.ts")).dlaeSamplingExperiment,
  "dlae-census": async () => (await import("./dlaeCensus.ts")).dlaeCensusExperiment,
  "gaussian-autoencoder": async () => (await import("./gaussianAutoencoder.ts")).gaussianAutoencoderExperiment,
  "mnist-classifier": async () => (await import("./mnistClassifier.ts")).mnistClassifierExperiment,
  train: async () => (await import("./training/train.ts")).trainExperiment,
  whitening: async () => (await import("./whitening/whitening.ts")).whiteningExperiment,
  memorisation: async () => (await import("./memorisation.ts")).memorisationExperiment,
  quartic: async () => (await import("./quartic.ts")).quarticExperiment,
  bilinear: async () => (await import("./games/bilinear.ts")).bilinearExperiment,
  "quadratic-saddle": async () => (await import("./games/quadraticSaddle.ts")).quadraticSaddleExperiment,
  "matrix-game": async () => (await import("./games/matrixGame.ts")).matrixGameExperiment,
  kuhn: async () => (await import("./games/kuhn.ts")).kuhnExperiment,
  cournot: async () => (await import("./games/cournot.ts")).cournotExperiment,
  kelly: async () => (await import("./games/kelly.ts")).kellyExperiment,
  traffic: async () => (await import("./games/traffic.ts")).trafficExperiment,
  complementarity: async () => (await import("./games/complementarity.ts")).complementarityExperiment,
  "dirac-gan": async () => (await import("./games/diracGan.ts")).diracGanExperiment,
  forsaken: async () => (await import("./games/forsaken.ts")).forsakenExperiment,
  "linear-quadratic": async () => (await import("./games/linearQuadratic.ts")).linearQuadraticExperiment,
  "robust-regression": async () => (await import("./games/robustRegression.ts")).robustRegressionExperiment,
  "adversarial-digits": async () => (await import("./games/adversarialDigits.ts")).adversarialDigitsExperiment,
  "gan-ring": async () => (await import("./games/ganRing.ts")).ganRingExperiment,
};
