/** What most programs need. Everything else is in sub-paths such as `fluxion/operators` and `fluxion/linalg`. */
export {
  type ErrorCode,
  type FluxionError,
  FluxionInputError,
  FluxionRangeError,
  FluxionTypeError,
  isFluxionError,
} from "./errors.ts";
export { type Experiment, type ExperimentContext, experiment } from "./experiments/framework/definition.ts";
export type { LinearMap } from "./linalg/linearMap.ts";
export { adaptiveExtragradient } from "./operators/games/adaptiveExtragradient.ts";
export { extragradient } from "./operators/games/extragradient.ts";
export { optimistic } from "./operators/games/optimistic.ts";
export { restarts } from "./operators/games/restarts.ts";
export { average } from "./operators/measures/average.ts";
export { classifyEnd } from "./operators/measures/classifyEnd.ts";
export { detectFlatness } from "./operators/measures/detectFlatness.ts";
export { naturalResidual } from "./operators/measures/gaps/naturalResidual.ts";
export { morseIndex } from "./operators/measures/morseIndex.ts";
export { untilCritical } from "./operators/measures/untilCritical.ts";
export { untilStep } from "./operators/measures/untilStep.ts";
export { backtrackGradientNorm } from "./operators/newton/lineSearch/backtrackGradientNorm.ts";
export { newtonDirection } from "./operators/newton/newtonDirection.ts";
export { newtonMR } from "./operators/newton/newtonMR.ts";
export { gradientStep } from "./operators/steps/gradientStep.ts";
export { momentum } from "./operators/steps/momentum.ts";
export { whiten } from "./operators/steps/whiten.ts";
export { checkDerivatives } from "./problems/checkDerivatives.ts";
export { game } from "./problems/game.ts";
export { bilinear } from "./problems/games/bilinear.ts";
export { modelObjective } from "./problems/modelObjective.ts";
export { objective } from "./problems/objective.ts";
export type { ConvexSet, ParameterBlock, Problem, TracedProblem } from "./problems/problem.ts";
export { quartic } from "./problems/quartic.ts";
export { saddlePoint } from "./problems/saddlePoint.ts";
export { variationalInequality } from "./problems/variationalInequality.ts";
export { vectorField } from "./problems/vectorField.ts";
export { createViewerServer, type ViewerServer } from "./server/createViewerServer.ts";
export { arrowFile } from "./sinks/arrowFile.ts";
export type { RowSink } from "./sinks/defineSink.ts";
export { runDirectory } from "./sinks/runDirectory.ts";
export { terminalStatus } from "./sinks/terminalStatus.ts";
export { webSocket } from "./sinks/webSocket.ts";
export { chain } from "./streams/chain.ts";
export { choose } from "./streams/choose.ts";
export { defineMeasure } from "./streams/defineMeasure.ts";
export { defineRowMeasure } from "./streams/defineRowMeasure.ts";
export { defineUpdate } from "./streams/defineUpdate.ts";
export { iterate } from "./streams/iterate.ts";
export { replay } from "./streams/replay.ts";
export { switchMethod } from "./streams/switchMethod.ts";
export type {
  AppliedCommand,
  Checkpoint,
  Column,
  Columns,
  Command,
  Evaluation,
  Iterate,
  IterateOptions,
  Measure,
  Proposal,
  Row,
  RowMeasure,
  Run,
  Setting,
  Settings,
  Status,
  Update,
} from "./streams/types.ts";
