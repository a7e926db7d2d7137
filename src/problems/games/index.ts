export type { CertifiedProblem, SolvedProblem } from "./certified.ts";
export { type Cournot, type CournotOptions, cournot } from "./cournot.ts";
export { type DiracGanOptions, diracGan } from "./diracGan.ts";
export { type GambitFile, gambitGame, parseGambit } from "./gambitGame.ts";
export { type KellyAuctionOptions, kellyAuction } from "./kellyAuction.ts";
export { type KojimaShindoOptions, kojimaShindo } from "./kojimaShindo.ts";
export { type KuhnPoker, kuhnPoker } from "./kuhnPoker.ts";
export {
  type MatrixGameOptions,
  matrixGame,
  matrixGameFromCsv,
  type RandomMatrixGameOptions,
  randomMatrixGame,
  rockPaperScissors,
} from "./matrixGame.ts";
export { murtyComplementarity } from "./murtyComplementarity.ts";
export { type NormalFormGameOptions, normalFormGame } from "./normalFormGame.ts";
export { type QuadraticSaddle, type QuadraticSaddleOptions, quadraticSaddle } from "./quadraticSaddle.ts";
export { type InformationSet, treeplex } from "./treeplex.ts";
export type { ZeroSumGame } from "./zeroSumGame.ts";
