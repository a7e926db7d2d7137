import type { FunctionBuilder } from "./wasm/code.ts";
import { type WasmMemory, wasm } from "./wasm/host.ts";
import { hasSimd, ModuleBuilder } from "./wasm/module.ts";
import { turn } from "./wasm/pairs.ts";
import { vectorKernels } from "./wasm/vectorKernels.ts";

/** Bytes of a page of WebAssembly memory. */
const page = 65536;
/** Bytes that 32-bit addresses reach. */
const largest = 65536 * page;

/** The memories that vectors share. */
const known = new WeakMap<ArrayBufferLike, WasmMemory>();
/** Whether there has been one: most programs need none, and then nothing is looked up. */
let isUsed = false;

/** Length from which on a single loop looks up where its vectors lie: the look-up then costs little beside the loop. */
export const vectorised = 512;
/**
 * Length from which on vectors that are lent for a call share a memory: many loops then profit from one look-up each.
 */
export const lent = 64;

/**
 * Gives the distance in bytes between vectors of n numbers in one memory. Each begins at a cache line, but at a different
 * place of a page than its neighbours: else the vectors of a loop would push each other out of the cache.
 */
export function strideOf(n: number): number {
  return 64 * (Math.ceil(n / 8) + 5);
}

/** Makes known a memory in which vectors lie, for the kernels. */
export function shareMemory(memory: WasmMemory): void {
  known.set(memory.buffer, memory);
  isUsed = true;
}

/**
 * Allocates `count` vectors of n numbers in one WebAssembly memory.
 *
 * On such vectors the loops of `vector.ts`, of boxes and of MINRES-QLP run as SIMD, 2 to 3 times faster and with the
 * same bits. They may be mixed with other vectors, which is as fast as without them. The system provides pages of
 * memory only when they are written, so unused vectors cost nothing.
 *
 * @returns undefined if the engine has no SIMD, or if it cannot provide the memory
 */
export function vectorMemory(n: number, count: number): readonly Float64Array[] | undefined {
  const stride = strideOf(n);
  const pages = Math.ceil((stride * count) / page);
  if (pages * page > largest || !hasSimd()) return undefined;
  try {
    const memory = new wasm.Memory({ initial: pages, maximum: pages });
    shareMemory(memory);
    return Array.from({ length: count }, (_, i) => new Float64Array(memory.buffer, i * stride, n));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Vectors that calls of `withVectors` have given back, for the next call of the same kind, unless they were collected.
 */
const spare = new Map<string, WeakRef<readonly Float64Array[]>>();
/** Number of kinds that are kept. Runs of several sizes may take turns in one thread. */
const mostKinds = 8;

/**
 * Calls `use` with a function that gives vectors of n zeros, at most `count` of them.
 *
 * The vectors are lent until `use` returns. They share one memory if they are long enough for this to pay.
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
 * Finds the kernels for a loop over vectors of a common length, and the number of entries in whole turns of it.
 *
 * @returns undefined if the vectors do not share a memory, or if they are shorter than `least`
 */
type KernelFinder<K> = (
  least: number,
  out: Float64Array,
  ...others: readonly Float64Array[]
) => { readonly kernels: K; readonly count: number } | undefined;

/** Exchanges kernels over a memory for faster ones with the same bits. */
type Improvement = <K>(kernels: K, memory: WasmMemory) => K;
let improved: Improvement = (kernels) => kernels;

/** Says which kernels there are that are faster than those of WebAssembly, for memories that are first used later. */
export function improveKernels(improvement: Improvement): void {
  improved = improvement;
}

/** Makes a finder of kernels that are compiled together, when vectors of one memory first meet them. */
export function kernelFinder<K>(builders: Readonly<Record<keyof K, () => FunctionBuilder>>): KernelFinder<K> {
  let module: object | undefined;
  const over = new WeakMap<ArrayBufferLike, K>();
  const instance = (memory: WasmMemory): K => {
    module ??= new wasm.Module(encode(builders));
    // The module has the names of the builders.
    const kernels = improved(new wasm.Instance(module, { env: { memory } }).exports as unknown as K, memory);
    over.set(memory.buffer, kernels);
    return kernels;
  };
  return (least, out, ...others) => {
    if (!isUsed || out.length < least) return undefined;
    const { buffer } = out;
    for (let i = 0; i < others.length; i++) if (others[i]!.buffer !== buffer) return undefined;
    const memory = known.get(buffer);
    const kernels = over.get(buffer) ?? (memory && instance(memory));
    return kernels && { kernels, count: out.length - (out.length % turn) };
  };
}

function encode(builders: Readonly<Record<string, () => FunctionBuilder>>): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  for (const [name, builder] of Object.entries(builders)) module.add(builder(), name);
  return module.encode();
}

/** The kernels of the loops that nearly every program needs. */
export const sharedKernels = kernelFinder(vectorKernels);

/** Length up to which copying two vectors there and one back costs less than SIMD saves in a pass that clamps. */
const longestCopied = 4096;
let copies: readonly Float64Array[] | undefined;
let inUse: readonly Float64Array[] = [];

/** Copies two vectors into one memory, where they stay until the next call; undefined if this does not pay. */
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

/** Finds the memory in which two vectors lie together, for kernels of the caller's own. */
export function commonMemory(a: Float64Array, b: Float64Array): WasmMemory | undefined {
  return a.buffer === b.buffer ? known.get(a.buffer) : undefined;
}
