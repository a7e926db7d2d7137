export {
  type AdversarialDigits,
  type AdversarialDigitsOptions,
  adversarialDigits,
} from "./adversarial/adversarialDigits.ts";
export { type DiracGanOptions, diracGan } from "./adversarial/diracGan.ts";
export { type GanRing, type GanRingOptions, ganRing } from "./adversarial/ganRing.ts";
export { type BilinearOptions, bilinear } from "./bilinear.ts";
export type { CertifiedProblem, SolvedProblem } from "./certified.ts";
export { type Cournot, type CournotOptions, cournot } from "./cournot.ts";
export { type DifferentialGameOptions, differentialGame } from "./differentialGame.ts";
export {
  type DistributionallyRobustRegressionOptions,
  distributionallyRobustRegression,
} from "./distributionallyRobustRegression.ts";
export { forsaken } from "./forsaken.ts";
export { type GambitFile, gambitGame, parseGambit } from "./gambitGame.ts";
export { type KellyAuctionOptions, kellyAuction } from "./kellyAuction.ts";
export { type KojimaShindoOptions, kojimaShindo } from "./kojimaShindo.ts";
export { type KuhnPoker, kuhnPoker } from "./kuhnPoker.ts";
export {
  type LinearQuadraticGame,
  type LinearQuadraticGameOptions,
  type LinearQuadraticPlayer,
  linearQuadraticGame,
  type MatrixRows,
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
export { type QuadraticSaddle, type QuadraticSaddleOptions, quadraticSaddle } from "./quadraticSaddle.ts";
export { type RobustRegression, type RobustRegressionOptions, robustRegression } from "./robustRegression.ts";
export { type BraessOptions, braess } from "./traffic/braess.ts";
export { parseTntp } from "./traffic/parseTntp.ts";
export type { Routes } from "./traffic/routes.ts";
export { siouxFalls } from "./traffic/siouxFalls.ts";
export {
  type TrafficAssignment,
  type TrafficAssignmentOptions,
  trafficAssignment,
} from "./traffic/trafficAssignment.ts";
export type { RoadLink, TrafficNetwork, TravelDemand } from "./traffic/trafficNetwork.ts";
export { type InformationSet, treeplex } from "./treeplex.ts";
export type { ZeroSumGame } from "./zeroSumGame.ts";
