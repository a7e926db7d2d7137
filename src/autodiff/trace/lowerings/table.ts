import type { Lowering } from "../kernelCall.ts";
import { binaryLowerings } from "./binary.ts";
import { convolutionLowerings } from "./convolution.ts";
import { creationLowerings } from "./creation.ts";
import { imageLowerings } from "./images.ts";
import { indexingLowerings } from "./indexing.ts";
import { normalisationLowerings } from "./normalisation.ts";
import { poolingLowerings } from "./pooling.ts";
import { productLowerings } from "./products.ts";
import { reductionLowerings } from "./reductions.ts";
import { shapeLowerings } from "./shapes.ts";
import { unaryLowerings } from "./unary.ts";

const table = {
  ...unaryLowerings,
  ...binaryLowerings,
  ...reductionLowerings,
  ...shapeLowerings,
  ...productLowerings,
  ...normalisationLowerings,
  ...indexingLowerings,
  ...creationLowerings,
  ...convolutionLowerings,
  ...poolingLowerings,
  ...imageLowerings,
} satisfies Readonly<Record<string, Lowering>>;

/** Name of a kernel of TensorFlow.js that is supported. */
export type Kernel = keyof typeof table;

/** Lowerings of the kernels of TensorFlow.js by their names. Kernels that are not here are refused. */
export const lowerings: ReadonlyMap<string, Lowering> = new Map<string, Lowering>(Object.entries(table));
