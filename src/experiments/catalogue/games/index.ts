import type { Experiment } from "../../framework/definition.ts";
import { adversarialDigitsExperiment } from "./adversarialDigits.ts";
import { complementarityExperiment } from "./complementarity.ts";
import { cournotExperiment } from "./cournot.ts";
import { diracGanExperiment } from "./diracGan.ts";
import { forsakenExperiment } from "./forsaken.ts";
import { ganRingExperiment } from "./ganRing.ts";
import { kellyExperiment } from "./kelly.ts";
import { kuhnExperiment } from "./kuhn.ts";
import { linearQuadraticExperiment } from "./linearQuadratic.ts";
import { matrixGameExperiment } from "./matrixGame.ts";
import { quadraticSaddleExperiment } from "./quadraticSaddle.ts";
import { robustRegressionExperiment } from "./robustRegression.ts";
import { trafficExperiment } from "./traffic.ts";

export { type GameExperimentSpec, gameExperiment } from "./gameExperiment.ts";
export { type GameMethod, type GameMethodName, gameMethodNames, gameMethods, type MethodSetting } from "./methods.ts";
export { type Contest, type RaceOptions, race } from "./race.ts";

/** The catalogue of games, each as a comparison of methods. The experiment on f(x, y) = xy is not among them. */
export const gameExperiments: readonly Experiment[] = [
  quadraticSaddleExperiment,
  matrixGameExperiment,
  kuhnExperiment,
  cournotExperiment,
  kellyExperiment,
  trafficExperiment,
  complementarityExperiment,
  diracGanExperiment,
  forsakenExperiment,
  linearQuadraticExperiment,
  robustRegressionExperiment,
  adversarialDigitsExperiment,
  ganRingExperiment,
];
