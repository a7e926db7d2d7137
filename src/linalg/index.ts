/** Linear algebra: linear maps, Krylov solvers, dense factors, spectra and their estimates. */
export { denseOf, type SymmetricEigen, symmetricEigen } from "./dense/dense.ts";
export { diagonalOf } from "./dense/diagonalOf.ts";
export { type GeneralEigenvalues, generalEigenvalues } from "./dense/generalEigenvalues.ts";
export { type LuFactor, luFactor } from "./dense/luFactor.ts";
export { type PseudoSolution, pseudoSolve } from "./dense/pseudoInverse.ts";
export { type Inertia, type SymmetricFactor, symmetricFactor } from "./dense/symmetricFactor.ts";
export {
  type ConjugateGradients,
  type ConjugateGradientsOptions,
  conjugateGradients,
} from "./krylov/conjugateGradients.ts";
export {
  type GmresOptions,
  type GmresResult,
  type GmresTermination,
  gmres,
  gmresTerminations,
} from "./krylov/gmres.ts";
export { type Lanczos, type LanczosOptions, lanczos } from "./krylov/lanczos.ts";
export { minresQLP } from "./krylov/minres/minresQLP.ts";
export {
  type MinresQLPOptions,
  type MinresQLPResult,
  type MinresTermination,
  minresTerminations,
} from "./krylov/minres/minresTypes.ts";
export { type TridiagonalEigen, tridiagonalEigen } from "./krylov/tridiagonalEigen.ts";
export type { LinearMap } from "./linearMap.ts";
export { type LinearMapSpec, linearMap } from "./makeLinearMap.ts";
export { type Bands, banded } from "./maps/banded.ts";
export { composed, denseMatrix, diagonal, scaled, shifted, transposed } from "./maps/maps.ts";
export { type IndexBounds, type IndexBoundsOptions, indexBounds } from "./spectra/indexBounds.ts";
export { type KernelShareOptions, kernelShare } from "./spectra/kernelShare.ts";
export { type FrobeniusOptions, frobeniusNorm, type SpectralNormOptions, spectralNorm } from "./spectra/norms.ts";
export { weightedSum, wigner, wishart } from "./spectra/randomMatrices.ts";
export { smallestAbsoluteEigenvalue } from "./spectra/smallestAbsoluteEigenvalue.ts";
export {
  type Estimate,
  type SpectralDensity,
  type SpectralDensityOptions,
  spectralDensity,
} from "./spectra/spectralDensity.ts";
export {
  marchenkoPastur,
  type SpectralLaw,
  semicircle,
  type WishartPlusWignerOptions,
  wishartPlusWigner,
} from "./spectra/spectralLaws.ts";
export {
  amplification,
  classifyStationaryPoint,
  predictedFactor,
  type StationaryMethod,
  type StationaryPoint,
  stationaryMethods,
  stationaryPoints,
  stepLimit,
} from "./spectra/stationaryMethods.ts";
export { hutchinson, hutchPlusPlus, type TraceEstimate, type TraceOptions } from "./spectra/traceEstimates.ts";
export { axpy, dot, isFiniteVector, norm, scale } from "./vector.ts";
export type { Enclosure } from "./verified/enclosure.ts";
export { norm2Bound, orthonormalityBound, vectorNormBound } from "./verified/norms.ts";
export { verifiedProduct } from "./verified/verifiedProduct.ts";
