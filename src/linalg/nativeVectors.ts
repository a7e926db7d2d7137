/** Passes over long vectors in C, with the bits of their loops in TypeScript, which run where there is no library. */
import { improveKernels } from "./vectorMemory.ts";
import type { BasisKernels } from "./wasm/basisKernels.ts";
import type { WasmMemory } from "./wasm/host.ts";
import type { VectorKernels } from "./wasm/vectorKernels.ts";

/** What a library offers. Addresses are numbers, and nothing checks them. */
export interface NativeVectors {
  /** Does the pass of {@link adamPass}. */
  readonly adam: (
    mean: number,
    root: number,
    field: number,
    point: number,
    out: number,
    decay: number,
    fresh: number,
    squareDecay: number,
    scale: number,
    shift: number,
    pull: number,
    n: number,
  ) => void;
  /** Computes out <- alpha y + beta x. */
  readonly combine: (out: number, alpha: number, y: number, beta: number, x: number, n: number) => void;
  /** Makes v orthogonal to m > 0 vectors of n numbers, `stride` bytes apart, in one round or two. */
  readonly orthogonalise: (v: number, basis: number, stride: number, m: number, n: number, rounds: number) => void;
  /** Copies rows of a matrix whose rows have `width` numbers; the places of the rows are 32-bit integers. */
  readonly choose: (to: number, from: number, rows: number, count: number, width: number) => void;
  readonly addressOf: (buffer: ArrayBuffer) => number;
}

/** Numbers that a pass must have to do for a call to pay: a call takes as long as some hundreds of them. */
const fewest = 2048;
/** The same for a pass that does so little with each number that SIMD of WebAssembly is nearly as fast. */
const fewestCombined = 8192;
/** The same for the entries of a basis, each of which is multiplied and added four times. */
const fewestInBasis = 1024;

let provided: NativeVectors | undefined;
/** Addresses of buffers, which stay where they are. */
const known = new WeakMap<ArrayBufferLike, number>();

/** Says which library there is. It must give the bits of the loops in TypeScript. */
export function provideVectors(vectors: NativeVectors): void {
  provided = vectors;
  improveKernels((kernels, memory) => {
    if (isOverVectors(kernels)) return { ...kernels, ...combining(kernels, memory) };
    return isOverBases(kernels) ? { ...kernels, ...orthogonalising(kernels, memory) } : kernels;
  });
}

const isOverBases = <K>(kernels: K): kernels is K & BasisKernels =>
  typeof kernels === "object" && kernels !== null && "orthogonalise" in kernels;

/** The kernel that leaves large bases to the library. */
function orthogonalising(small: BasisKernels, { buffer }: WasmMemory): Pick<BasisKernels, "orthogonalise"> {
  const { orthogonalise, addressOf } = provided!;
  const memory = addressOf(buffer);
  return {
    orthogonalise(v, first, stride, m, count, rounds) {
      // The library takes distances of 32 bits with a sign.
      if (m * count < fewestInBasis || Math.abs(stride) >= 2 ** 31)
        small.orthogonalise(v, first, stride, m, count, rounds);
      else orthogonalise(memory + v, memory + first, stride, m, count, rounds);
    },
  };
}

const isOverVectors = <K>(kernels: K): kernels is K & Combining =>
  typeof kernels === "object" && kernels !== null && "addScaled" in kernels && "scaledMinus" in kernels;

type Combining = Pick<VectorKernels, "addScaled" | "scaledMinus">;

/** Kernels that leave long vectors to the library. */
function combining(short: Combining, { buffer }: WasmMemory): Combining {
  const { combine, addressOf } = provided!;
  const memory = addressOf(buffer);
  return {
    addScaled(x, alpha, y, out, count) {
      if (count < fewestCombined) short.addScaled(x, alpha, y, out, count);
      else combine(memory + out, alpha, memory + y, 1, memory + x, count);
    },
    scaledMinus(alpha, y, x, out, count) {
      if (count < fewestCombined) short.scaledMinus(alpha, y, x, out, count);
      else combine(memory + out, alpha, memory + y, -1, memory + x, count);
    },
  };
}

/** The library, and the addresses of the arrays of a pass. */
interface NativePass {
  readonly native: NativeVectors;
  readonly addresses: readonly number[];
}

/**
 * Finds the library for a pass over so many numbers, and the addresses of its arrays.
 *
 * @returns undefined if there is no library, if the numbers are too few, or if threads share an array
 */
export function nativePass(numbers: number, ...arrays: readonly (Float64Array | Int32Array)[]): NativePass | undefined {
  if (provided === undefined || numbers < fewest) return undefined;
  if (!arrays.every(({ buffer }) => buffer instanceof ArrayBuffer)) return undefined;
  return { native: provided, addresses: arrays.map(addressOf) };
}

function addressOf({ buffer, byteOffset }: Float64Array | Int32Array): number {
  let address = known.get(buffer);
  if (address === undefined) {
    address = provided!.addressOf(buffer as ArrayBuffer);
    known.set(buffer, address);
  }
  return address + byteOffset;
}
