/*
 * The loops of boxes. They take four entries per turn, or use SIMD, as in linalg/vector.ts.
 */
import { copiedTogether, sharedKernels, vectorised } from "../../linalg/vectorMemory.ts";

/** Computes out <- min(h, max(l, z)). */
export function clamp(z: Float64Array, l: Float64Array, h: Float64Array, out: Float64Array): void {
  const n = out.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    out[i] = Math.min(h[i]!, Math.max(l[i]!, z[i]!));
    out[i + 1] = Math.min(h[i + 1]!, Math.max(l[i + 1]!, z[i + 1]!));
    out[i + 2] = Math.min(h[i + 2]!, Math.max(l[i + 2]!, z[i + 2]!));
    out[i + 3] = Math.min(h[i + 3]!, Math.max(l[i + 3]!, z[i + 3]!));
  }
  for (; i < n; i++) out[i] = Math.min(h[i]!, Math.max(l[i]!, z[i]!));
}

/** Computes out <- min(h, max(l, z + eta d)). */
export function clampStep(
  z: Float64Array,
  eta: number,
  d: Float64Array,
  l: Float64Array,
  h: Float64Array,
  out: Float64Array,
): void {
  const n = out.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    out[i] = Math.min(h[i]!, Math.max(l[i]!, z[i]! + eta * d[i]!));
    out[i + 1] = Math.min(h[i + 1]!, Math.max(l[i + 1]!, z[i + 1]! + eta * d[i + 1]!));
    out[i + 2] = Math.min(h[i + 2]!, Math.max(l[i + 2]!, z[i + 2]! + eta * d[i + 2]!));
    out[i + 3] = Math.min(h[i + 3]!, Math.max(l[i + 3]!, z[i + 3]! + eta * d[i + 3]!));
  }
  for (; i < n; i++) out[i] = Math.min(h[i]!, Math.max(l[i]!, z[i]! + eta * d[i]!));
}

/**
 * Computes out <- min(h, max(l, z + eta d)) with the same bounds in every coordinate, neither of them -0.
 *
 * This saves reading two vectors. It uses SIMD if the vectors lie together in memory or can be copied there.
 */
export function clampStepAlike(
  z: Float64Array,
  eta: number,
  d: Float64Array,
  l: number,
  h: number,
  out: Float64Array,
): void {
  const shared = sharedKernels(vectorised, out, z, d);
  if (shared !== undefined) {
    const { kernels, count } = shared;
    kernels.clampStepAlike(z.byteOffset, eta, d.byteOffset, l, h, out.byteOffset, count);
    clampStepFrom(count, z, eta, d, l, h, out);
    return;
  }
  const copied = copiedTogether(z, d);
  if (copied === undefined) {
    clampStepFrom(0, z, eta, d, l, h, out);
    return;
  }
  const [from, way] = copied;
  clampStepAlike(from, eta, way, l, h, way);
  out.set(way);
}

/** Does the same from an entry on, without SIMD. */
export function clampStepFrom(
  begin: number,
  z: Float64Array,
  eta: number,
  d: Float64Array,
  l: number,
  h: number,
  out: Float64Array,
): void {
  const n = out.length;
  let i = begin;
  for (; i + 3 < n; i += 4) {
    const a = z[i]! + eta * d[i]!;
    const b = z[i + 1]! + eta * d[i + 1]!;
    const c = z[i + 2]! + eta * d[i + 2]!;
    const e = z[i + 3]! + eta * d[i + 3]!;
    // Most entries lie far from the bounds, and there comparisons are cheaper than Math.min and Math.max.
    const within = a > l && a < h && b > l && b < h && c > l && c < h && e > l && e < h;
    out[i] = within ? a : Math.min(h, Math.max(l, a));
    out[i + 1] = within ? b : Math.min(h, Math.max(l, b));
    out[i + 2] = within ? c : Math.min(h, Math.max(l, c));
    out[i + 3] = within ? e : Math.min(h, Math.max(l, e));
  }
  for (; i < n; i++) out[i] = Math.min(h, Math.max(l, z[i]! + eta * d[i]!));
}
