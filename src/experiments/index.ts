export { builtInExperiments, defaultExperiment } from "./catalogue/builtIn.ts";
export { dlae } from "./catalogue/dlae.ts";
export { dlaeMethods } from "./catalogue/dlaeMethods.ts";
export { dlaeSampling } from "./catalogue/dlaeSampling.ts";
export { dlaeTolerance } from "./catalogue/dlaeTolerance.ts";
export { bilinearGame } from "./catalogue/games/bilinear.ts";
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
export { gaussianAutoencoder } from "./catalogue/gaussianAutoencoder.ts";
export { memorisation } from "./catalogue/memorisation.ts";
export { mnistAutoencoder } from "./catalogue/mnistAutoencoder.ts";
export { mnistClassifier } from "./catalogue/mnistClassifier.ts";
export { quarticSearch } from "./catalogue/quartic.ts";
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
export { StopRequested, stoppable } from "./framework/stoppable.ts";
export { type ProtocolSize, type ProtocolSizes, protocolSizes } from "./protocols/protocolSizes.ts";
export { criticalPointSearch, type SearchOptions } from "./protocols/search.ts";
export {
  atTheEnd,
  searchName,
  smallStart,
  type TrajectoriesOptions,
  type TrajectoryOptions,
  withTrajectories,
  withTrajectory,
} from "./protocols/trajectory.ts";
