export { type Bands, banded } from "./banded.ts";
export { denseOf, type SymmetricEigen, symmetricEigen } from "./dense.ts";
export { type GeneralEigenvalues, generalEigenvalues } from "./generalEigenvalues.ts";
export { type GmresOptions, type GmresResult, type GmresTermination, gmres, gmresTerminations } from "./gmres.ts";
export { type IndexBounds, type IndexBoundsOptions, indexBounds } from "./indexBounds.ts";
export { type KernelShareOptions, kernelShare } from "./kernelShare.ts";
export { type Lanczos, type LanczosOptions, lanczos } from "./lanczos.ts";
export type { LinearMap } from "./linearMap.ts";
export { type LuFactor, luFactor } from "./luFactor.ts";
export { type LinearMapSpec, linearMap } from "./makeLinearMap.ts";
export { composed, denseMatrix, diagonal, scaled, shifted, transposed } from "./maps.ts";
export { minresQLP } from "./minresQLP.ts";
export {
  type MinresQLPOptions,
  type MinresQLPResult,
  type MinresTermination,
  minresTerminations,
} from "./minresTypes.ts";
export { type FrobeniusOptions, frobeniusNorm, type SpectralNormOptions, spectralNorm } from "./norms.ts";
export { type PseudoSolution, pseudoSolve } from "./pseudoInverse.ts";
export { weightedSum, wigner, wishart } from "./randomMatrices.ts";
export { smallestAbsoluteEigenvalue } from "./smallestAbsoluteEigenvalue.ts";
export {
  type Estimate,
  type SpectralDensity,
  type SpectralDensityOptions,
  spectralDensity,
} from "./spectralDensity.ts";
export {
  marchenkoPastur,
  type SpectralLaw,
  semicircle,
  type WishartPlusWignerOptions,
  wishartPlusWigner,
} from "./spectralLaws.ts";
export { type Inertia, type SymmetricFactor, symmetricFactor } from "./symmetricFactor.ts";
export { hutchinson, hutchPlusPlus, type TraceEstimate, type TraceOptions } from "./traceEstimates.ts";
export { type TridiagonalEigen, tridiagonalEigen } from "./tridiagonalEigen.ts";
export { axpy, dot, isFiniteVector, norm, scale } from "./vector.ts";
