import { type WasmMemory, wasm } from "./wasm/host.ts";
import { type MinresKernels, minresKernels } from "./wasm/minresKernels.ts";
import { hasSimd, ModuleBuilder } from "./wasm/module.ts";
import { turn } from "./wasm/pairs.ts";
import { type VectorKernels, vectorKernels } from "./wasm/vectorKernels.ts";

type Kernels = VectorKernels & MinresKernels;

const page = 65536;
/** What 32-bit addresses reach. */
const largest = 65536 * page;

interface Shared {
  readonly memory: WasmMemory;
  readonly kernels: Kernels;
}
const known = new WeakMap<ArrayBufferLike, Shared>();
let module: object | undefined;

/** From here on asking where vectors lie costs little beside what a loop does with them. */
export const vectorised = 512;
/** From here on vectors for a call are put together: whoever borrows them asks where they lie for many loops' sake. */
export const lent = 64;

/**
 * Vectors of n numbers that lie in one WebAssembly memory, where the loops of `vector.ts`, of boxes and of MINRES-QLP run as SIMD (2 to
 * 3 times faster, the same bits). Any mixture with other vectors is right too, and as fast as without.
 *
 * Pages of memory are the system's to give: what is not written costs nothing.
 *
 * @returns undefined where the engine has no SIMD, or no such memory can be had
 */
export function vectorMemory(n: number, count: number): readonly Float64Array[] | undefined {
  // Each begins at a cache line, and not all at the same place of a page: their streams would push each other out of the cache.
  const stride = 64 * Math.ceil((8 * n) / 64) + 64 * 5;
  const pages = Math.ceil((stride * count) / page);
  if (pages * page > largest || !hasSimd()) return undefined;
  try {
    const memory = new wasm.Memory({ initial: pages, maximum: pages });
    known.set(memory.buffer, { memory, kernels: kernelsOver(memory) });
    return Array.from({ length: count }, (_, i) => new Float64Array(memory.buffer, i * stride, n));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What calls of `withVectors` left: the next one of the same kind takes it, unless the memory was wanted back before. */
const spare = new Map<string, WeakRef<readonly Float64Array[]>>();
/** Kinds that are kept: runs of several sizes may take turns in one thread. */
const mostKinds = 8;

/**
 * Calls `use` with a function that gives vectors of n zeros, `count` at most, for the time of the call: together in one memory where
 * they are long enough for it to pay.
 */
export function withVectors<T>(n: number, count: number, use: (zeros: () => Float64Array) => T): T {
  if (n < lent) return use(() => new Float64Array(n));
  const kind = `${n} ${count}`;
  const left = spare.get(kind)?.deref();
  spare.delete(kind);
  const vectors = left ?? vectorMemory(n, count);
  if (vectors === undefined) return use(() => new Float64Array(n));
  let taken = 0;
  try {
    return use(() => vectors[taken++]!.fill(0));
  } finally {
    spare.set(kind, new WeakRef(vectors));
    if (spare.size > mostKinds) spare.delete(spare.keys().next().value!);
  }
}

/**
 * For the whole turns of a loop over vectors of a common length: undefined where they do not lie together, or are shorter than `least`.
 */
export function sharedKernels(
  least: number,
  out: Float64Array,
  ...others: readonly Float64Array[]
): { readonly kernels: Kernels; readonly count: number } | undefined {
  if (module === undefined || out.length < least) return undefined;
  const { buffer } = out;
  for (let i = 0; i < others.length; i++) if (others[i]!.buffer !== buffer) return undefined;
  const kernels = known.get(buffer)?.kernels;
  return kernels === undefined ? undefined : { kernels, count: out.length - (out.length % turn) };
}

/** Up to here two copies there and one back cost less than SIMD saves a pass that clamps. */
const longestCopied = 4096;
let copies: readonly Float64Array[] | undefined;
let inUse: readonly Float64Array[] = [];

/** Copies of two vectors that lie together, until the next call; undefined where it does not pay. */
export function copiedTogether(a: Float64Array, b: Float64Array): readonly [Float64Array, Float64Array] | undefined {
  const n = a.length;
  if (n < vectorised || n > longestCopied) return undefined;
  copies ??= vectorMemory(longestCopied, 2) ?? [];
  if (inUse[0]?.length !== n) inUse = copies.map((vector) => vector.subarray(0, n));
  const [first, second] = inUse;
  if (first === undefined || second === undefined) return undefined;
  first.set(a);
  second.set(b);
  return [first, second];
}

/** Where two vectors lie together, for kernels of a caller's own. */
export function commonMemory(a: Float64Array, b: Float64Array): WasmMemory | undefined {
  return a.buffer === b.buffer ? known.get(a.buffer)?.memory : undefined;
}

function kernelsOver(memory: WasmMemory): Kernels {
  if (module === undefined) {
    const builder = new ModuleBuilder();
    const all = { ...vectorKernels, ...minresKernels };
    for (const [name, kernel] of Object.entries(all)) builder.add(kernel(), name);
    module = new wasm.Module(builder.encode());
  }
  // The names are those of both interfaces, which `all` has by its type.
  return new wasm.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
