export { type AffineFieldOptions, affineField } from "./affineField.ts";
export {
  type CheckDerivativesOptions,
  checkDerivatives,
  type DerivativeCheck,
  type DerivativeReport,
} from "./checkDerivatives.ts";
export { type ComplementarityBounds, complementarity } from "./complementarity.ts";
export { dataHash } from "./data/dataHash.ts";
export { type GaussianDataOptions, gaussianData } from "./data/gaussianData.ts";
export { type Digits, type Mnist4x4Options, mnist4x4 } from "./data/mnist4x4.ts";
export { type MnistBinaryOptions, mnistBinary, type ZerosAndOnes } from "./data/mnistBinary.ts";
export { secondMoment } from "./data/secondMoment.ts";
export { type Cifar10Options, cifar10, cifar10Classes } from "./datasets/cifar10.ts";
export { type DatasetOptions, dataset } from "./datasets/dataset.ts";
export { type Digits8x8Options, digits8x8 } from "./datasets/digits8x8.ts";
export { type MnistOptions, mnist } from "./datasets/mnist.ts";
export { type NaturalImagesOptions, naturalImages } from "./datasets/naturalImages.ts";
export { type SpectralDataOptions, spectralData } from "./datasets/spectralData.ts";
export { type StandardisedOptions, standardised } from "./datasets/standardised.ts";
export { type TableDataOptions, tableData } from "./datasets/tableData.ts";
export type { Dataset, Rows, Split, SplitOptions, Standardisation } from "./datasets/types.ts";
export { type DeflatedOptions, deflated } from "./deflated.ts";
export { fixedPoint, type PlainMapOptions } from "./fixedPoint.ts";
export { type GameOptions, game, type PlayerSpec } from "./game.ts";
export { blend, homotopy } from "./homotopy.ts";
export {
  type AutoencoderClasses,
  type AutoencoderClassesOptions,
  autoencoderClasses,
  type ClassMatch,
  type CriticalClass,
  type NearestClass,
} from "./linearAutoencoder/autoencoderClasses.ts";
export {
  type DeepLinearAutoencoder,
  type DeepLinearAutoencoderOptions,
  deepLinearAutoencoder,
} from "./linearAutoencoder/deepLinearAutoencoder.ts";
export { type LinearNetwork, type LinearNetworkOptions, linearNetwork } from "./linearAutoencoder/linearNetwork.ts";
export {
  type LinearNetworkClass,
  type LinearNetworkClasses,
  type LinearNetworkClassesOptions,
  type LinearNetworkMatch,
  linearNetworkClasses,
  type RepresentativeOrder,
} from "./linearAutoencoder/linearNetworkClasses.ts";
export {
  type LayerWeight,
  type ModelObjective,
  type ModelObjectiveOptions,
  type ModelOfLayers,
  modelObjective,
} from "./modelObjective.ts";
export { type ConvolutionalOptions, convolutionalNetwork } from "./models/convolutional.ts";
export { linearModel, multilayerPerceptron, type PerceptronOptions } from "./models/dense.ts";
export type { Model, ModelOptions } from "./models/model.ts";
export {
  type ResidualOptions,
  residualNetwork,
  type WideResidualOptions,
  wideResidualNetwork,
} from "./models/residual.ts";
export { type HeldOut, type Trainable, type TrainableOptions, trainable } from "./models/trainable.ts";
export { type Activation, type ActivationName, activations } from "./networks/activations.ts";
export { type Network, network } from "./networks/network.ts";
export {
  type NetworkLoss,
  type NetworkLossName,
  networkLosses,
  type Regularization,
} from "./networks/networkLosses.ts";
export type { NetworkOptions } from "./networks/networkOptions.ts";
export { type ObjectiveOptions, objective } from "./objective.ts";
export type { KroneckerFactors } from "./outputs/kroneckerFactors.ts";
export type { LossOfOutputs, OutputsAndLoss, SampleLoss } from "./outputs/lossOfOutputs.ts";
export type { OutputLossName } from "./outputs/outputLosses.ts";
export { hasOutputs, type OutputObjective } from "./outputs/outputObjective.ts";
export type { PlainField, PlainJacobian } from "./plainField.ts";
export type {
  ConvexSet,
  DataValues,
  Game,
  LinearConstraints,
  ParameterBlock,
  Player,
  Problem,
  ProblemOnRows,
  RowSource,
  TracedProblem,
} from "./problem.ts";
export { quartic } from "./quartic.ts";
export { type SaddlePointOptions, saddlePoint } from "./saddlePoint.ts";
export { distanceProblem, movedToZero } from "./solvable.ts";
export { type Minibatches, type MinibatchOptions, minibatches } from "./traced/minibatches.ts";
export type { ParametersOf, Shapes, TensorFunction, TensorOf } from "./traced/parametersOf.ts";
export { type Predictions, type PredictionsOptions, predictions } from "./traced/predictions.ts";
export type { GameProblem } from "./traced/tracedGame.ts";
export { type PlainFieldOptions, type TensorFieldOptions, variationalInequality } from "./variationalInequality.ts";
export { type VectorFieldOptions, vectorField } from "./vectorField.ts";
export { type DegreesOfFreedom, degreesOfFreedom } from "./whitening/degreesOfFreedom.ts";
export { type KernelAlignment, type KernelAlignmentOptions, kernelAlignment } from "./whitening/kernelAlignment.ts";
export { type Moments, type MomentsOptions, type MomentsState, moments } from "./whitening/moments.ts";
export { type SampleMoment, type SampleMomentOptions, sampleMoment } from "./whitening/sampleMoment.ts";
export type { Samples } from "./whitening/samples.ts";
export type { KnownMoment, Whitening, WhiteningKind, WhiteningOptions } from "./whitening/types.ts";
export { whitening } from "./whitening/whitening.ts";
