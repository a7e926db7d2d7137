export { type AdaptiveExtragradientOptions, adaptiveExtragradient } from "./games/adaptiveExtragradient.ts";
export { type AdaptiveGoldenRatioOptions, adaptiveGoldenRatio } from "./games/adaptiveGoldenRatio.ts";
export { type AlternatingDescentAscentOptions, alternatingDescentAscent } from "./games/alternatingDescentAscent.ts";
export { type ConsensusOptions, consensus } from "./games/consensus.ts";
export { type DualExtrapolationOptions, dualExtrapolation } from "./games/dualExtrapolation.ts";
export { type ExtraAnchoredGradientOptions, extraAnchoredGradient } from "./games/extraAnchoredGradient.ts";
export { type ExtragradientOptions, extragradient } from "./games/extragradient.ts";
export { type FastOptimisticOptions, fastOptimistic } from "./games/fastOptimistic.ts";
export { type ForwardBackwardForwardOptions, forwardBackwardForward } from "./games/forwardBackwardForward.ts";
export { type ForwardReflectedBackwardOptions, forwardReflectedBackward } from "./games/forwardReflectedBackward.ts";
export { type GoldenRatioOptions, goldenRatio } from "./games/goldenRatio.ts";
export { halpern } from "./games/halpern.ts";
export type { Geometry } from "./games/mirror.ts";
export { type MirrorProxOptions, mirrorProx } from "./games/mirrorProx.ts";
export { type OptimisticOptions, optimistic } from "./games/optimistic.ts";
export { type OptimisticMirrorDescentOptions, optimisticMirrorDescent } from "./games/optimisticMirrorDescent.ts";
export { type PopovOptions, popov } from "./games/popov.ts";
export { type ProximalPointOptions, proximalPoint } from "./games/proximalPoint.ts";
export { type ReflectedGradientOptions, reflectedGradient } from "./games/reflectedGradient.ts";
export { type RestartsOptions, restarts } from "./games/restarts.ts";
export {
  type NewtonOutcome,
  newtonOutcomes,
  type SemismoothNewtonOptions,
  semismoothNewton,
} from "./games/semismoothNewton.ts";
export { type StochasticExtragradientOptions, stochasticExtragradient } from "./games/stochasticExtragradient.ts";
export { type SymplecticAdjustmentOptions, symplecticAdjustment } from "./games/symplecticAdjustment.ts";
export { type AverageOptions, average } from "./measures/average.ts";
export { type CertificateOptions, certificate } from "./measures/certificate.ts";
export { classifyEnd } from "./measures/classifyEnd.ts";
export { type DetectFlatnessOptions, detectFlatness } from "./measures/detectFlatness.ts";
export { type DiagnoseFieldOptions, diagnoseField } from "./measures/diagnoseField.ts";
export { distanceTo } from "./measures/distanceTo.ts";
export {
  type EndClass,
  type EndExplanation,
  type EndThresholds,
  endClasses,
  explainEnd,
  trustedSquaredNorm,
} from "./measures/explainEnd.ts";
export { type FlatRegionEvent, type FlatRegionsOptions, flatRegions } from "./measures/flatRegions.ts";
export { dualityGap } from "./measures/gaps/dualityGap.ts";
export { type ResponseKind, responseKinds } from "./measures/gaps/exploitability.ts";
export { type MintyGapOptions, mintyGap } from "./measures/gaps/mintyGap.ts";
export { type NashConvOptions, nashConv } from "./measures/gaps/nashConv.ts";
export { type NaturalResidualOptions, naturalResidual } from "./measures/gaps/naturalResidual.ts";
export { type GapOptions, primalGap } from "./measures/gaps/primalGap.ts";
export { type HessianSpectrumOptions, hessianSpectrum } from "./measures/hessianSpectrum.ts";
export { type JacobianSpectrumOptions, jacobianSpectrum } from "./measures/jacobianSpectrum.ts";
export { type KantorovichOptions, kantorovich } from "./measures/kantorovich.ts";
export { type MeasuredRateOptions, measuredRate } from "./measures/measuredRate.ts";
export { type MorseIndexOptions, morseIndex } from "./measures/morseIndex.ts";
export { accuracy } from "./measures/training/accuracy.ts";
export { type BlockNormsOptions, blockNorms } from "./measures/training/blockNorms.ts";
export { type CalibrationOptions, calibration } from "./measures/training/calibration.ts";
export { type EarlyStoppingOptions, earlyStopping, stopReasons } from "./measures/training/earlyStopping.ts";
export { type ModeProgressOptions, modeProgress } from "./measures/training/modeProgress.ts";
export { testLoss } from "./measures/training/testLoss.ts";
export { type UntilCriticalOptions, untilCritical } from "./measures/untilCritical.ts";
export { untilStep } from "./measures/untilStep.ts";
export { type WarnNotMonotoneOptions, warnNotMonotone } from "./measures/warnNotMonotone.ts";
export { type DampedNewtonOptions, dampedNewton } from "./newton/dampedNewton.ts";
export { type DeflateDirectionOptions, deflateDirection } from "./newton/deflateDirection.ts";
export { type DenseNewtonDirectionOptions, denseNewtonDirection } from "./newton/denseNewtonDirection.ts";
export { type EigenvectorFollowingOptions, eigenvectorFollowing } from "./newton/eigenvectorFollowing.ts";
export { type GaussNewtonDirectionOptions, gaussNewtonDirection } from "./newton/gaussNewtonDirection.ts";
export { type GentlestAscentOptions, gentlestAscent } from "./newton/gentlestAscent.ts";
export { type GradientNormDirectionOptions, gradientNormDirection } from "./newton/gradientNormDirection.ts";
export { type KfacDirectionOptions, kfacDirection } from "./newton/kfacDirection.ts";
export { type LevenbergMarquardtOptions, levenbergMarquardt } from "./newton/levenbergMarquardt.ts";
export { type BacktrackGradientNormOptions, backtrackGradientNorm } from "./newton/lineSearch/backtrackGradientNorm.ts";
export { type WolfeLineSearchOptions, wolfeLineSearch } from "./newton/lineSearch/wolfeLineSearch.ts";
export { type MinimizeGradientNormOptions, minimizeGradientNorm } from "./newton/minimizeGradientNorm.ts";
export {
  type NaturalGradientDirectionOptions,
  naturalGradientDirection,
} from "./newton/naturalGradientDirection.ts";
export { type NewtonDirectionOptions, newtonDirection } from "./newton/newtonDirection.ts";
export { type NewtonFlowOptions, newtonFlow } from "./newton/newtonFlow.ts";
export { type NewtonMROptions, newtonMR } from "./newton/newtonMR.ts";
export { type SaddleFreeDirectionOptions, saddleFreeDirection } from "./newton/saddleFreeDirection.ts";
export { type DivergenceOptions, divergence } from "./rules/divergence.ts";
export { type FlatOptions, flat } from "./rules/flat.ts";
export { type NotFiniteOptions, notFinite } from "./rules/notFinite.ts";
export { type PlateauOptions, plateau } from "./rules/plateau.ts";
export { type SlowOptions, slow } from "./rules/slow.ts";
export { type StagnationOptions, stagnation } from "./rules/stagnation.ts";
export { type WhenOptions, when } from "./rules/when.ts";
export { type CosineOptions, cosine } from "./schedules/cosine.ts";
export { type ExponentialDecayOptions, exponentialDecay } from "./schedules/exponentialDecay.ts";
export { type OneCycleOptions, oneCycle } from "./schedules/oneCycle.ts";
export { type StepDecayOptions, stepDecay } from "./schedules/stepDecay.ts";
export { type WarmUpOptions, warmUp } from "./schedules/warmUp.ts";
export { type AdagradOptions, adagrad } from "./steps/adagrad.ts";
export { type AdamOptions, adam } from "./steps/adam.ts";
export { type AdamaxOptions, adamax } from "./steps/adamax.ts";
export { type AdamWOptions, adamW } from "./steps/adamW.ts";
export { type AmsGradOptions, amsGrad } from "./steps/amsGrad.ts";
export { type ClipByNormOptions, clipByNorm } from "./steps/clipByNorm.ts";
export { type ClipByValueOptions, clipByValue } from "./steps/clipByValue.ts";
export {
  type ConjugateGradientDirectionOptions,
  conjugateGradientDirection,
} from "./steps/conjugateGradientDirection.ts";
export { type DecayingStepOptions, decayingStep } from "./steps/decayingStep.ts";
export { gradientStep } from "./steps/gradientStep.ts";
export { type LbfgsDirectionOptions, lbfgsDirection } from "./steps/lbfgsDirection.ts";
export { type LionOptions, lion } from "./steps/lion.ts";
export { type MomentumOptions, momentum } from "./steps/momentum.ts";
export { type PreconditionOptions, precondition } from "./steps/precondition.ts";
export { type RmsPropOptions, rmsProp } from "./steps/rmsProp.ts";
export { type ShampooOptions, shampoo } from "./steps/shampoo.ts";
export { type WeightDecayOptions, weightDecay } from "./steps/weightDecay.ts";
export { type WhitenOptions, whiten } from "./steps/whiten.ts";
export { type EscapeKind, escapeKinds } from "./support/escape.ts";
export type { RaisingOptions } from "./support/events/raising.ts";
export type { HeldOutOptions, Predict } from "./support/heldOut.ts";
export type { MeasuredPointOptions } from "./support/measuredPoint.ts";
export type { Scaling } from "./support/parameterScale.ts";
export { type SearchOutcome, searchOutcomes } from "./support/searchOutcome.ts";
