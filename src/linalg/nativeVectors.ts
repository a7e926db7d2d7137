/** Passes over long vectors in C, with the bits of their loops in TypeScript, which run where there is no library. */

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
  /** Copies rows of a matrix whose rows have `width` numbers; the places of the rows are 32-bit integers. */
  readonly choose: (to: number, from: number, rows: number, count: number, width: number) => void;
  readonly addressOf: (buffer: ArrayBuffer) => number;
}

/** Numbers that a pass must have to do for a call to pay: a call takes as long as some hundreds of them. */
const fewest = 2048;

let provided: NativeVectors | undefined;
/** Addresses of buffers, which stay where they are. */
const known = new WeakMap<ArrayBufferLike, number>();

/** Says which library there is. It must give the bits of the loops in TypeScript. */
export function provideVectors(vectors: NativeVectors): void {
  provided = vectors;
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
