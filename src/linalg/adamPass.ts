import { nativePass } from "./nativeVectors.ts";
import { kernelFinder, vectorised } from "./vectorMemory.ts";
import { type AdamKernel, adamKernel } from "./wasm/adamKernel.ts";

const sharedKernels = kernelFinder<AdamKernel>(adamKernel);

/** Numbers of a step of Adam. */
interface AdamFactors {
  /** Factor by which the mean fades. */
  readonly decay: number;
  /** Factor of the field in the mean; negative if the field is the opposite of the direction. */
  readonly fresh: number;
  /** Factor by which the mean of squares fades. */
  readonly squareDecay: number;
  /** Factor of the quotient of mean and root mean square. */
  readonly scale: number;
  /** Number that is added to the root mean square. */
  readonly shift: number;
  /** Factor of the pull towards 0. */
  readonly pull: number;
}

/**
 * Does the pass of Adam over its vectors: mean <- decay mean + fresh field, root <- sqrt(squareDecay root^2 + (1 -
 * squareDecay) field^2) without overflow or underflow, out <- scale mean / (root + shift) - pull point, where 0 / 0
 * counts as 0.
 *
 * Long vectors take a kernel in C, and vectors that share a memory a SIMD kernel, with the same bits.
 */
export function adamPass(
  mean: Float64Array,
  root: Float64Array,
  field: Float64Array,
  point: Float64Array,
  out: Float64Array,
  { decay, fresh, squareDecay, scale, shift, pull }: AdamFactors,
): void {
  const n = out.length;
  const pass = nativePass(n, mean, root, field, point, out);
  if (pass !== undefined && [mean, root, field, point].every(({ length }) => length === n)) {
    const places = pass.addresses as readonly [number, number, number, number, number];
    pass.native.adam(...places, decay, fresh, squareDecay, scale, shift, pull, n);
    return;
  }
  let i = 0;
  const shared = sharedKernels(vectorised, out, mean, root, field, point);
  if (shared !== undefined) {
    i = shared.count;
    const addresses = [mean.byteOffset, root.byteOffset, field.byteOffset, point.byteOffset, out.byteOffset] as const;
    shared.kernels.adam(...addresses, decay, fresh, squareDecay, scale, shift, pull, i);
  }
  for (; i < n; i++) {
    const entry = field[i]!;
    const average = decay * mean[i]! + fresh * entry;
    const size = rootMeanSquare(squareDecay, root[i]!, entry);
    mean[i] = average;
    root[i] = size;
    const whole = size + shift;
    out[i] = (whole === 0 ? 0 : scale * (average / whole)) - pull * point[i]!;
  }
}

// Powers of two, so that scaling rounds nothing and both branches below give the same bits where both are safe.
const enlarge = 2 ** 600;
const reduce = 2 ** -600;

/** Returns sqrt(decay root^2 + (1 - decay) entry^2), also where the squares overflow or underflow. */
export function rootMeanSquare(decay: number, root: number, entry: number): number {
  const square = decay * root * root + (1 - decay) * entry * entry;
  if (square > 2 ** -900 && square < 2 ** 1000) return Math.sqrt(square);
  if (root === 0 && entry === 0) return 0;
  const factor = square > 1 ? reduce : enlarge;
  const scaledRoot = root * factor;
  const scaledEntry = entry * factor;
  return Math.sqrt(decay * scaledRoot * scaledRoot + (1 - decay) * scaledEntry * scaledEntry) / factor;
}
