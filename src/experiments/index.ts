export { bilinearGame } from "./bilinear.ts";
export { builtInExperiments, defaultExperiment } from "./builtIn.ts";
export { type CampaignOptions, campaign } from "./campaign.ts";
export {
  type Campaign,
  type ContextOptions,
  type EarlierRun,
  experimentContext,
  type OwnedContext,
  oneByOne,
  type RunStore,
} from "./context.ts";
export type { Course, Crossing } from "./course.ts";
export {
  type Experiment,
  type ExperimentContext,
  type ExperimentRunOptions,
  type ExperimentSpec,
  experiment,
  type Finding,
  isExperiment,
  type OptionsSchema,
} from "./definition.ts";
export { type DirectoryStoreOptions, directoryStore } from "./directoryStore.ts";
export { dlae } from "./dlae.ts";
export { dlaeMethods } from "./dlaeMethods.ts";
export { dlaeSampling } from "./dlaeSampling.ts";
export { dlaeTolerance } from "./dlaeTolerance.ts";
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
} from "./games/index.ts";
export { gaussianAutoencoder } from "./gaussianAutoencoder.ts";
export { memorisation } from "./memorisation.ts";
export { mnistAutoencoder } from "./mnistAutoencoder.ts";
export { mnistClassifier } from "./mnistClassifier.ts";
export { type ProtocolSize, type ProtocolSizes, protocolSizes } from "./protocolSizes.ts";
export { quarticSearch } from "./quartic.ts";
export { criticalPointSearch, type SearchOptions } from "./search.ts";
export { StopRequested, stoppable } from "./stoppable.ts";
export {
  atTheEnd,
  searchName,
  smallStart,
  type TrajectoriesOptions,
  type TrajectoryOptions,
  withTrajectories,
  withTrajectory,
} from "./trajectory.ts";
