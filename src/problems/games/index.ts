export { type AdversarialDigits, type AdversarialDigitsOptions, adversarialDigits } from "./adversarialDigits.ts";
export { type BraessOptions, braess } from "./braess.ts";
export type { CertifiedProblem, SolvedProblem } from "./certified.ts";
export { type Cournot, type CournotOptions, cournot } from "./cournot.ts";
export { type DifferentialGameOptions, differentialGame } from "./differentialGame.ts";
export { type DiracGanOptions, diracGan } from "./diracGan.ts";
export {
  type DistributionallyRobustRegressionOptions,
  distributionallyRobustRegression,
} from "./distributionallyRobustRegression.ts";
export { forsaken } from "./forsaken.ts";
export { type GambitFile, gambitGame, parseGambit } from "./gambitGame.ts";
export { type GanRing, type GanRingOptions, ganRing } from "./ganRing.ts";
export { type KellyAuctionOptions, kellyAuction } from "./kellyAuction.ts";
export { type KojimaShindoOptions, kojimaShindo } from "./kojimaShindo.ts";
export { type KuhnPoker, kuhnPoker } from "./kuhnPoker.ts";
export {
  type LinearQuadraticGame,
  type LinearQuadraticGameOptions,
  type LinearQuadraticPlayer,
  linearQuadraticGame,
} from "./linearQuadraticGame.ts";
export {
  type MatrixGameOptions,
  matrixGame,
  matrixGameFromCsv,
  type RandomMatrixGameOptions,
  randomMatrixGame,
  rockPaperScissors,
} from "./matrixGame.ts";
export { murphySheraliSoyster } from "./murphySheraliSoyster.ts";
export { murtyComplementarity } from "./murtyComplementarity.ts";
export { type NormalFormGameOptions, normalFormGame } from "./normalFormGame.ts";
export { parseTntp } from "./parseTntp.ts";
export { type QuadraticSaddle, type QuadraticSaddleOptions, quadraticSaddle } from "./quadraticSaddle.ts";
export { type RobustRegression, type RobustRegressionOptions, robustRegression } from "./robustRegression.ts";
export type { Routes } from "./routes.ts";
export { siouxFalls } from "./siouxFalls.ts";
export { type TrafficAssignment, type TrafficAssignmentOptions, trafficAssignment } from "./trafficAssignment.ts";
export type { RoadLink, TrafficNetwork, TravelDemand } from "./trafficNetwork.ts";
export { type InformationSet, treeplex } from "./treeplex.ts";
export type { ZeroSumGame } from "./zeroSumGame.ts";
