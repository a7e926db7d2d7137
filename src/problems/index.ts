export {
  type AutoencoderClasses,
  autoencoderClasses,
  type ClassMatch,
  type CriticalClass,
  type NearestClass,
} from "./autoencoderClasses.ts";
export { type BilinearOptions, bilinear } from "./bilinear.ts";
export { dataHash } from "./dataHash.ts";
export { type GaussianDataOptions, gaussianData } from "./gaussianData.ts";
export { type Digits, type Mnist4x4Options, mnist4x4 } from "./mnist.ts";
export type { ConvexSet, ParameterBlock, Problem, TracedProblem } from "./problem.ts";
export { quartic } from "./quartic.ts";
export { secondMoment } from "./secondMoment.ts";
