export { type AdaptiveExtragradientOptions, adaptiveExtragradient } from "./adaptiveExtragradient.ts";
export { type AdaptiveGoldenRatioOptions, adaptiveGoldenRatio } from "./adaptiveGoldenRatio.ts";
export { type AlternatingDescentAscentOptions, alternatingDescentAscent } from "./alternatingDescentAscent.ts";
export { type AverageOptions, average } from "./average.ts";
export { type BacktrackGradientNormOptions, backtrackGradientNorm } from "./backtrackGradientNorm.ts";
export { classifyEnd } from "./classifyEnd.ts";
export { type ConsensusOptions, consensus } from "./consensus.ts";
export { type DampedNewtonOptions, dampedNewton } from "./dampedNewton.ts";
export { type DecayingStepOptions, decayingStep } from "./decayingStep.ts";
export { deflateDirection } from "./deflateDirection.ts";
export { type DenseNewtonDirectionOptions, denseNewtonDirection } from "./denseNewtonDirection.ts";
export { type DetectFlatnessOptions, detectFlatness } from "./detectFlatness.ts";
export { type DiagnoseFieldOptions, diagnoseField } from "./diagnoseField.ts";
export { distanceTo } from "./distanceTo.ts";
export { type DualExtrapolationOptions, dualExtrapolation } from "./dualExtrapolation.ts";
export { type DualGapOptions, dualGap } from "./dualGap.ts";
export { dualityGap } from "./dualityGap.ts";
export { type EigenvectorFollowingOptions, eigenvectorFollowing } from "./eigenvectorFollowing.ts";
export { type ResponseKind, responseKinds } from "./exploitability.ts";
export { type ExtraAnchoredGradientOptions, extraAnchoredGradient } from "./extraAnchoredGradient.ts";
export { type ExtragradientOptions, extragradient } from "./extragradient.ts";
export { type FastOptimisticOptions, fastOptimistic } from "./fastOptimistic.ts";
export { type FlatRegionEvent, type FlatRegionsOptions, flatRegions } from "./flatRegions.ts";
export { type ForwardBackwardForwardOptions, forwardBackwardForward } from "./forwardBackwardForward.ts";
export { type ForwardReflectedBackwardOptions, forwardReflectedBackward } from "./forwardReflectedBackward.ts";
export { type GentlestAscentOptions, gentlestAscent } from "./gentlestAscent.ts";
export { type GoldenRatioOptions, goldenRatio } from "./goldenRatio.ts";
export { type GradientNormDirectionOptions, gradientNormDirection } from "./gradientNormDirection.ts";
export { gradientStep } from "./gradientStep.ts";
export { halpern } from "./halpern.ts";
export { type JacobianSpectrumOptions, jacobianSpectrum } from "./jacobianSpectrum.ts";
export {
  type EndClass,
  type EndThresholds,
  endClasses,
  type Judgement,
  judgeEnd,
  trustedSquaredNorm,
} from "./judgeEnd.ts";
export { type LevenbergMarquardtOptions, levenbergMarquardt } from "./levenbergMarquardt.ts";
export type { MeasuredPointOptions } from "./measuredPoint.ts";
export { type MeasuredRateOptions, measuredRate } from "./measuredRate.ts";
export { type MinimizeGradientNormOptions, minimizeGradientNorm } from "./minimizeGradientNorm.ts";
export type { Geometry } from "./mirror.ts";
export { type MirrorProxOptions, mirrorProx } from "./mirrorProx.ts";
export { type MomentumOptions, momentum } from "./momentum.ts";
export { type MorseIndexOptions, morseIndex } from "./morseIndex.ts";
export { type NashConvOptions, nashConv } from "./nashConv.ts";
export { type NaturalResidualOptions, naturalResidual } from "./naturalResidual.ts";
export { type NewtonDirectionOptions, newtonDirection } from "./newtonDirection.ts";
export { type NewtonFlowOptions, newtonFlow } from "./newtonFlow.ts";
export { type NewtonMROptions, newtonMR } from "./newtonMR.ts";
export { type OptimisticOptions, optimistic } from "./optimistic.ts";
export { type OptimisticMirrorDescentOptions, optimisticMirrorDescent } from "./optimisticMirrorDescent.ts";
export { type PopovOptions, popov } from "./popov.ts";
export { type PreconditionOptions, precondition } from "./precondition.ts";
export { type GapOptions, primalGap } from "./primalGap.ts";
export { type ProximalPointOptions, proximalPoint } from "./proximalPoint.ts";
export { type ReflectedGradientOptions, reflectedGradient } from "./reflectedGradient.ts";
export { type RestartsOptions, restarts } from "./restarts.ts";
export { type SaddleFreeDirectionOptions, saddleFreeDirection } from "./saddleFreeDirection.ts";
export { type SearchOutcome, searchOutcomes } from "./searchOutcome.ts";
export {
  type NewtonOutcome,
  newtonOutcomes,
  type SemismoothNewtonOptions,
  semismoothNewton,
} from "./semismoothNewton.ts";
export { type SpectrumOptions, spectrum } from "./spectrum.ts";
export { type StochasticExtragradientOptions, stochasticExtragradient } from "./stochasticExtragradient.ts";
export { type SymplecticAdjustmentOptions, symplecticAdjustment } from "./symplecticAdjustment.ts";
export { type WarnNotMonotoneOptions, warnNotMonotone } from "./warnNotMonotone.ts";
export { type WhitenOptions, whiten } from "./whiten.ts";
export { type WolfeLineSearchOptions, wolfeLineSearch } from "./wolfeLineSearch.ts";
