/** Which loops gain by the native kernels. The choice decides last bits, so it is made from fixed numbers. */
import type { LoopShape } from "../emit/loopShape.ts";
import type { LoopStep, RowsStep } from "../lower/steps.ts";
import type { Windows } from "../lower/windows.ts";
import { instructionsOf, isNativeLoop } from "./instructions.ts";
import { blocksOf } from "./table.ts";

/** Nanoseconds per number in WebAssembly, and in the library with AVX2, as measured on an AMD EPYC. */
interface Cost {
  readonly wasm: number;
  readonly native: number;
}

const cheap: Cost = { wasm: 0.09, native: 0.14 };

const costs: Readonly<Record<string, Cost>> = {
  exp: { wasm: 2.8, native: 1.1 },
  expm1: { wasm: 5.2, native: 1.6 },
  log: { wasm: 6, native: 2 },
  log1p: { wasm: 6.8, native: 2.3 },
  atan: { wasm: 5.3, native: 1.7 },
  tanh: { wasm: 5.2, native: 1.5 },
  tanhSlope: { wasm: 5.5, native: 1.8 },
  decay: { wasm: 2.8, native: 1.1 },
  sigmoidOf: { wasm: 0.6, native: 0.35 },
  densityOf: { wasm: 0.6, native: 0.35 },
  softplusOf: { wasm: 7, native: 1.9 },
  sin: { wasm: 6, native: 3 },
  cos: { wasm: 6, native: 3 },
  erf: { wasm: 9.2, native: 2.9 },
  sqrt: { wasm: 1.3, native: 0.7 },
  div: { wasm: 0.6, native: 0.35 },
};

/** Nanoseconds of a call, of the work for a block, and of an operation, a read or a sum of one block. */
const [ofCall, ofBlock, ofPart] = [130, 15, 6];
/** Nanoseconds per number that is copied into a block, because its array repeats numbers or is not read in order. */
const [ofRepeat, ofStride] = [0.3, 0.8];
/** Nanoseconds per number of log(sum of exp) along rows that the library saves. */
const ofRows = 2.5;

/** Whether a loop is faster in the library. */
export function gainsNatively(step: LoopStep, shape: LoopShape): boolean {
  if (!isNativeLoop(step)) return false;
  const { outer, rows, columns, blockRows, blockColumns } = blocksOf(shape);
  const blocks =
    outer.reduce((product, count) => product * count, 1) *
    Math.ceil(rows / blockRows) *
    Math.ceil(columns / blockColumns);
  let [wasm, native] = [0, 0];
  for (const { op } of instructionsOf(step)) {
    const cost = costs[op] ?? cheap;
    wasm += cost.wasm;
    native += cost.native;
  }
  for (const { step: distance } of shape.loads) if (distance !== 8) native += distance === 0 ? ofRepeat : ofStride;
  const numbers = outer.reduce((product, count) => product * count, 1) * rows * columns;
  const parts = step.values.length + step.stores.length + step.sums.length;
  return numbers * (wasm - native) > ofCall + blocks * (ofBlock + ofPart * parts);
}

/** Whether log(sum of exp) along rows is faster in the library. */
export function rowsGainNatively({ op, count, length }: RowsStep): boolean {
  return op === "logSumExp" && ofRows * count * length > ofCall;
}

/**
 * Number of operations from which products with windows gain, as for a machine's BLAS. It is fixed because it decides last
 * bits.
 */
const windowsFrom = 8000;

/** Whether a product with windows of images gains; its columns are 1 for sums over windows. */
export function windowsGainNatively({ images, rows, places }: Windows, columns: number): boolean {
  return 2 * images * rows.length * places.length * columns >= windowsFrom;
}

/** With AVX2: operations from which on BLAS libraries gain by what they do before they multiply. */
const mostOfProduct = 3e7;
/** With AVX-512: operations from which on products gain, and the least of three sizes from which on a BLAS does. */
const [leastOfWide, leastSizeOfLarge] = [2e6, 400];

/**
 * Whether the library computes a product of m x k by k x n numbers faster than a BLAS does, as measured with OpenBLAS.
 * Other widths of vectors were not measured.
 */
export function productsGainNatively({ width }: { readonly width: number }, m: number, n: number, k: number): boolean {
  const work = 2 * m * n * k;
  if (width === 4) return work <= mostOfProduct;
  return width === 8 && work >= leastOfWide && Math.min(m, n, k) <= leastSizeOfLarge;
}
