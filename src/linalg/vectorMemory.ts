import { wasm } from "./wasm/host.ts";
import { turn, type VectorKernels, vectorKernels } from "./wasm/vectorKernels.ts";

const page = 65536;
/** What 32-bit addresses reach. */
const largest = 65536 * page;

const kernelsOf = new WeakMap<ArrayBufferLike, VectorKernels>();
let made = false;

/** From here on asking where vectors lie costs little beside what is done with them. */
export const vectorised = 512;

/**
 * Vectors of n numbers that lie in one WebAssembly memory, where the loops of `linalg/vector.ts` and of boxes run as SIMD (2 to 3
 * times faster, the same bits). Any mixture with other vectors is right too, and as fast as without.
 *
 * Pages of memory are the system's to give: what is not written costs nothing.
 *
 * @returns undefined where the engine has no SIMD, or no such memory can be had
 */
export function vectorMemory(n: number, count: number): readonly Float64Array[] | undefined {
  // Each begins at a cache line, and not all at the same place of a page: their streams would push each other out of the cache.
  const stride = 64 * Math.ceil((8 * n) / 64) + 64 * 5;
  const pages = Math.ceil((stride * count) / page);
  if (pages * page > largest) return undefined;
  try {
    const memory = new wasm.Memory({ initial: pages, maximum: pages });
    const kernels = vectorKernels(memory);
    if (kernels === undefined) return undefined;
    kernelsOf.set(memory.buffer, kernels);
    made = true;
    return Array.from({ length: count }, (_, i) => new Float64Array(memory.buffer, i * stride, n));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** For the whole turns of a loop over vectors of a common length: undefined where they do not lie together, or are short. */
export function sharedKernels(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array = a,
): { readonly kernels: VectorKernels; readonly count: number } | undefined {
  if (!made || out.length < vectorised || a.buffer !== out.buffer || b.buffer !== out.buffer) return undefined;
  const kernels = kernelsOf.get(out.buffer);
  return kernels === undefined ? undefined : { kernels, count: out.length - (out.length % turn) };
}
