export type { RedisConnection } from "./campaigns/bullmq/connect.ts";
export type { EndCell, EndRecord } from "./campaigns/endRecord.ts";
export type { EndsCampaignOptions } from "./campaigns/endsOptions.ts";
export { type BullmqOptions, bullmq, type CampaignEngine, type ThreadsOptions, threads } from "./campaigns/engines.ts";
export type { SetAside } from "./campaigns/work.ts";
export { builtInExperiments } from "./catalogue/builtIn.ts";
export { digitsExperiment } from "./catalogue/digits.ts";
export { dlaeExperiment } from "./catalogue/dlae.ts";
export { dlaeCensusExperiment } from "./catalogue/dlaeCensus.ts";
export { dlaeMethodsExperiment } from "./catalogue/dlaeMethods.ts";
export { dlaeSamplingExperiment } from "./catalogue/dlaeSampling.ts";
export { dlaeToleranceExperiment } from "./catalogue/dlaeTolerance.ts";
export { bilinearExperiment } from "./catalogue/games/bilinear.ts";
export {
  type Contest,
  type GameExperimentSpec,
  type GameMethod,
  type GameMethodName,
  gameExperiment,
  gameExperiments,
  gameMethodNames,
  gameMethods,
  type MethodSetting,
  type RaceOptions,
  race,
} from "./catalogue/games/index.ts";
export { gaussianAutoencoderExperiment } from "./catalogue/gaussianAutoencoder.ts";
export { memorisationExperiment } from "./catalogue/memorisation.ts";
export { mnistAutoencoderExperiment } from "./catalogue/mnistAutoencoder.ts";
export { mnistClassifierExperiment } from "./catalogue/mnistClassifier.ts";
export { quarticExperiment } from "./catalogue/quartic.ts";
export { defaultExperiment } from "./catalogue/summaries.ts";
export { trainExperiment } from "./catalogue/training/train.ts";
export { whiteningExperiment } from "./catalogue/whitening/whitening.ts";
export { type CampaignOptions, campaign } from "./framework/campaign.ts";
export {
  type Campaign,
  type ContextOptions,
  type EarlierRun,
  experimentContext,
  type OwnedContext,
  oneByOne,
  type RunStore,
} from "./framework/context.ts";
export type { Course, Crossing } from "./framework/course.ts";
export {
  type Experiment,
  type ExperimentContext,
  type ExperimentRunOptions,
  type ExperimentSpec,
  experiment,
  type Finding,
  isExperiment,
  type OptionsSchema,
} from "./framework/definition.ts";
export { type DirectoryStoreOptions, directoryStore } from "./framework/directoryStore.ts";
export type { Keeping } from "./framework/keeping.ts";
export type { Plateau } from "./framework/plateau.ts";
export type { Agreement, ComparedEnd } from "./framework/repetitions.ts";
export { StopRequested, stoppable } from "./framework/stoppable.ts";
export { type ProtocolSize, type ProtocolSizes, protocolSizes } from "./protocols/protocolSizes.ts";
export { criticalPointSearch, type SearchEnd, type SearchOptions } from "./protocols/search.ts";
export {
  atTheEnd,
  searchName,
  smallStart,
  type TrajectoriesOptions,
  type TrajectoryOptions,
  withTrajectories,
  withTrajectory,
} from "./protocols/trajectory.ts";
