interface Refusal {
  readonly reason: string;
  readonly remedy: string;
}

const selection: Refusal = {
  reason: "selects by value, so that its result jumps",
  remedy: "compute the selection outside the function and give it as constant indices or a mask",
};
const complex: Refusal = {
  reason: "works on complex numbers",
  remedy: "write the transform as a matMul with constant matrices of cosines and sines",
};
const text: Refusal = { reason: "works on text", remedy: "turn text into numbers outside the function" };
const sparse: Refusal = {
  reason: "works on sparse or ragged tensors",
  remedy: "use dense tensors, or gather with constant indices",
};
const random: Refusal = {
  reason: "draws random numbers",
  remedy: "draw them outside the function and use them as a constant or as data",
};
const image: Refusal = { reason: "works on images on a screen", remedy: "prepare images outside the function" };
const warping: Refusal = {
  reason: "samples images at places of its own, for which TensorFlow.js has no gradient either",
  remedy: "use tf.image.resizeBilinear of slices, a matMul with interpolation weights, or prepare images outside",
};
const gradientKernel: Refusal = {
  reason: "is a part of TensorFlow.js's own gradients",
  remedy: "take gradients by tf.grad and its kin, which are exact here",
};
const counting: Refusal = { reason: "counts or looks up values", remedy: "do so outside the function" };

/** Kernels that are refused for a reason of their own, such as that they have no useful derivative. */
export const refusals: Readonly<Record<string, Refusal>> = {
  TopK: selection,
  Unique: selection,
  NonMaxSuppressionV3: selection,
  NonMaxSuppressionV4: selection,
  NonMaxSuppressionV5: selection,
  Where: selection,
  Multinomial: random,
  RandomUniform: random,
  Complex: complex,
  ComplexAbs: complex,
  Real: complex,
  Imag: complex,
  FFT: complex,
  IFFT: complex,
  StaticRegexReplace: text,
  StringNGrams: text,
  StringSplit: text,
  StringToHashBucketFast: text,
  SparseFillEmptyRows: sparse,
  SparseReshape: sparse,
  SparseSegmentMean: sparse,
  SparseSegmentSum: sparse,
  SparseToDense: sparse,
  RaggedGather: sparse,
  RaggedRange: sparse,
  RaggedTensorToTensor: sparse,
  FromPixels: image,
  Draw: image,
  CropAndResize: warping,
  RotateWithOffset: warping,
  Transform: warping,
  AvgPoolGrad: gradientKernel,
  AvgPool3DGrad: gradientKernel,
  Conv2DBackpropFilter: gradientKernel,
  Conv3DBackpropFilterV2: gradientKernel,
  DepthwiseConv2dNativeBackpropFilter: gradientKernel,
  DepthwiseConv2dNativeBackpropInput: gradientKernel,
  Dilation2DBackpropFilter: gradientKernel,
  Dilation2DBackpropInput: gradientKernel,
  EluGrad: gradientKernel,
  LRNGrad: gradientKernel,
  MaxPoolGrad: gradientKernel,
  MaxPool3DGrad: gradientKernel,
  ResizeBilinearGrad: gradientKernel,
  ResizeNearestNeighborGrad: gradientKernel,
  MaxPoolWithArgmax: {
    reason: "gives places besides values",
    remedy: "use tf.maxPool, whose derivative goes to the right places by itself",
  },
  BroadcastArgs: counting,
  Bincount: counting,
  DenseBincount: counting,
  SearchSorted: counting,
  LowerBound: counting,
  UpperBound: counting,
  BitwiseAnd: counting,
};

const unknown: Refusal = {
  reason: "is not supported yet",
  remedy: "write it with other operations, or compute it outside the function if it does not depend on the parameters",
};

export function refusalOf(kernel: string): Refusal {
  return Object.hasOwn(refusals, kernel) ? refusals[kernel]! : unknown;
}
