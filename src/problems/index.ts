export { type BilinearOptions, bilinear } from "./bilinear.ts";
export type { ConvexSet, ParameterBlock, Problem, TracedProblem } from "./problem.ts";
export { quartic } from "./quartic.ts";
