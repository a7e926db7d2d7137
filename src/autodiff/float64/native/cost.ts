/** Which loops gain by the native kernels. The choice decides last bits, so it is made from fixed numbers. */
import type { LoopShape } from "../emit/loopShape.ts";
import type { LoopStep, RowsStep } from "../lower/steps.ts";
import { instructionsOf, isNativeLoop } from "./instructions.ts";
import { blocksOf } from "./table.ts";

/** Nanoseconds per number in WebAssembly, and in the library where its vectors hold four. */
interface Cost {
  readonly wasm: number;
  readonly native: number;
}

const cheap: Cost = { wasm: 0.12, native: 0.15 };

const costs: Readonly<Record<string, Cost>> = {
  exp: { wasm: 2.6, native: 0.9 },
  expm1: { wasm: 3.5, native: 1.4 },
  log: { wasm: 3.7, native: 1.5 },
  log1p: { wasm: 4.2, native: 1.6 },
  atan: { wasm: 3.5, native: 1.3 },
  tanh: { wasm: 3.9, native: 1.1 },
  tanhDecay: { wasm: 4, native: 1.3 },
  decay: { wasm: 2.6, native: 0.9 },
  sigmoidOf: { wasm: 0.6, native: 0.4 },
  densityOf: { wasm: 0.6, native: 0.4 },
  softplusOf: { wasm: 4.2, native: 1.6 },
  erf: { wasm: 6.2, native: 2 },
  sqrt: { wasm: 1, native: 0.55 },
  div: { wasm: 0.6, native: 0.35 },
};

/** Nanoseconds of a call, of the work for a block, and of an operation, a read or a sum of one block. */
const [ofCall, ofBlock, ofPart] = [300, 20, 10];
/** Nanoseconds per number that has to be copied into a block. */
const ofCopy = 0.3;

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
  native += ofCopy * shape.loads.filter((walk) => walk.step !== 8).length;
  const numbers = outer.reduce((product, count) => product * count, 1) * rows * columns;
  const parts = step.values.length + step.stores.length + step.sums.length;
  return numbers * (wasm - native) > ofCall + blocks * (ofBlock + ofPart * parts);
}

/** Whether log(sum of exp) along rows is faster in the library. */
export function rowsGainNatively({ op, count, length }: RowsStep): boolean {
  return op === "logSumExp" && 2 * count * length > ofCall;
}
