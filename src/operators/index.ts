export {
  type BacktrackGradientNormOptions,
  backtrackGradientNorm,
  type SearchOutcome,
  searchOutcomes,
} from "./backtrackGradientNorm.ts";
export { type DetectFlatnessOptions, detectFlatness } from "./detectFlatness.ts";
export { type ExtragradientOptions, extragradient } from "./extragradient.ts";
export { gradientStep } from "./gradientStep.ts";
export { type MomentumOptions, momentum } from "./momentum.ts";
export { type MorseIndexOptions, morseIndex } from "./morseIndex.ts";
export { type NewtonDirectionOptions, newtonDirection } from "./newtonDirection.ts";
export { type NewtonMROptions, newtonMR } from "./newtonMR.ts";
export { type PreconditionOptions, precondition } from "./precondition.ts";
export { type WhitenOptions, whiten } from "./whiten.ts";
