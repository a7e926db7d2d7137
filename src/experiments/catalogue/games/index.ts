import type { Experiment } from "../../framework/definition.ts";
import { adversarialDigitsGame } from "./adversarialDigits.ts";
import { complementarityClassics } from "./complementarity.ts";
import { cournotGame } from "./cournot.ts";
import { diracGanGame } from "./diracGan.ts";
import { forsakenGame } from "./forsaken.ts";
import { ganRingGame } from "./ganRing.ts";
import { kelly } from "./kelly.ts";
import { kuhn } from "./kuhn.ts";
import { linearQuadratic } from "./linearQuadratic.ts";
import { matrixGameRace } from "./matrixGame.ts";
import { quadraticSaddleGame } from "./quadraticSaddle.ts";
import { robustRegressionGame } from "./robustRegression.ts";
import { traffic } from "./traffic.ts";

export { type GameExperimentSpec, gameExperiment } from "./gameExperiment.ts";
export { type GameMethod, type GameMethodName, gameMethodNames, gameMethods, type MethodSetting } from "./methods.ts";
export { type Contest, type RaceOptions, race } from "./race.ts";

/** The catalogue of games as races of methods; f(x, y) = xy stands beside them. */
export const gameExperiments: readonly Experiment[] = [
  quadraticSaddleGame,
  matrixGameRace,
  kuhn,
  cournotGame,
  kelly,
  traffic,
  complementarityClassics,
  diracGanGame,
  forsakenGame,
  linearQuadratic,
  robustRegressionGame,
  adversarialDigitsGame,
  ganRingGame,
];
