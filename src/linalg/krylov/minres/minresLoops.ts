/**
 * The passes over vectors that an iteration of MINRES-QLP makes. They are functions of their own, since V8 then keeps
 * the few numbers of each in registers. They take two or four entries per turn, with sums in four parts (`vector.ts`
 * says why), or run as SIMD (`wasm/minresKernels.ts`) with the same bits.
 */
import { kernelFinder, lent } from "../../vectorMemory.ts";
import { type MinresKernels, minresKernels } from "../../wasm/minresKernels.ts";

const sharedKernels = kernelFinder<MinresKernels>(minresKernels);

/** Computes v <- source / beta. */
export function normalise(source: Float64Array, beta: number, v: Float64Array): void {
  const n = v.length;
  const shared = sharedKernels(lent, v, source);
  if (shared !== undefined) {
    shared.kernels.normalise(source.byteOffset, beta, v.byteOffset, n);
    return;
  }
  const perBeta = 1 / beta;
  if (!Number.isFinite(perBeta)) {
    for (let i = 0; i < n; i++) v[i] = source[i]! / beta;
    return;
  }
  let i = 0;
  for (; i + 3 < n; i += 4) {
    v[i] = source[i]! * perBeta;
    v[i + 1] = source[i + 1]! * perBeta;
    v[i + 2] = source[i + 2]! * perBeta;
    v[i + 3] = source[i + 3]! * perBeta;
  }
  for (; i < n; i++) v[i] = source[i]! * perBeta;
}

/** Computes before <- av + shift v - back before, where av holds A v. Returns alpha = <before, v>. */
export function lanczosProduct(
  av: Float64Array,
  v: Float64Array,
  shift: number,
  before: Float64Array,
  back: number,
): number {
  const n = v.length;
  const shared = sharedKernels(lent, av, v, before);
  if (shared !== undefined) {
    return shared.kernels.lanczosProduct(av.byteOffset, v.byteOffset, shift, before.byteOffset, back, n);
  }
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const v0 = v[i]!;
    const v1 = v[i + 1]!;
    const v2 = v[i + 2]!;
    const v3 = v[i + 3]!;
    const a0 = av[i]! + shift * v0 - back * before[i]!;
    const a1 = av[i + 1]! + shift * v1 - back * before[i + 1]!;
    const a2 = av[i + 2]! + shift * v2 - back * before[i + 2]!;
    const a3 = av[i + 3]! + shift * v3 - back * before[i + 3]!;
    before[i] = a0;
    before[i + 1] = a1;
    before[i + 2] = a2;
    before[i + 3] = a3;
    first += a0 * v0;
    second += a1 * v1;
    third += a2 * v2;
    fourth += a3 * v3;
  }
  let sum = first + second + (third + fourth);
  for (; i < n; i++) {
    const a = av[i]! + shift * v[i]! - back * before[i]!;
    before[i] = a;
    sum += a * v[i]!;
  }
  return sum;
}

/** Computes next <- next - along now and returns ||next||^2. */
export function lanczosRemainder(next: Float64Array, along: number, now: Float64Array): number {
  const n = next.length;
  const shared = sharedKernels(lent, next, now);
  if (shared !== undefined) return shared.kernels.lanczosRemainder(next.byteOffset, along, now.byteOffset, n);
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const a0 = next[i]! - along * now[i]!;
    const a1 = next[i + 1]! - along * now[i + 1]!;
    const a2 = next[i + 2]! - along * now[i + 2]!;
    const a3 = next[i + 3]! - along * now[i + 3]!;
    next[i] = a0;
    next[i + 1] = a1;
    next[i + 2] = a2;
    next[i + 3] = a3;
    first += a0 * a0;
    second += a1 * a1;
    third += a2 * a2;
    fourth += a3 * a3;
  }
  let sum = first + second + (third + fourth);
  for (; i < n; i++) {
    const a = next[i]! - along * now[i]!;
    next[i] = a;
    sum += a * a;
  }
  return sum;
}

/** Makes a step of MINRES: d = a v + al w + al2 wl, wl <- d, x <- x + tau d. */
export function minresStep(
  v: Float64Array,
  w: Float64Array,
  wl: Float64Array,
  x: Float64Array,
  a: number,
  al: number,
  al2: number,
  tau: number,
): void {
  const n = v.length;
  const shared = sharedKernels(lent, v, w, wl, x);
  if (shared !== undefined) {
    shared.kernels.minresStep(v.byteOffset, w.byteOffset, wl.byteOffset, x.byteOffset, a, al, al2, tau, n);
    return;
  }
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const d0 = a * v[i]! + al * w[i]! + al2 * wl[i]!;
    const d1 = a * v[i + 1]! + al * w[i + 1]! + al2 * wl[i + 1]!;
    wl[i] = d0;
    wl[i + 1] = d1;
    x[i] = x[i]! + tau * d0;
    x[i + 1] = x[i + 1]! + tau * d1;
  }
  if (i < n) {
    const d = a * v[i]! + al * w[i]! + al2 * wl[i]!;
    wl[i] = d;
    x[i] = x[i]! + tau * d;
  }
}

/** The two reflections of a step of QLP, and the last three entries of u. */
export interface QLPStep {
  readonly cr1: number;
  readonly sr1: number;
  readonly cr2: number;
  readonly sr2: number;
  readonly ul2: number;
  readonly ul: number;
  readonly u: number;
}

/** Makes a step of QLP: reflects v into the directions wl, w, adds the final part to xl2, x <- xl2 + ul wl + u w. */
export function qlpStep(
  v: Float64Array,
  w: Float64Array,
  wl: Float64Array,
  xl2: Float64Array,
  x: Float64Array,
  { cr1, sr1, cr2, sr2, ul2, ul, u }: QLPStep,
): void {
  const n = v.length;
  const shared = sharedKernels(lent, v, w, wl, xl2, x);
  if (shared !== undefined) {
    const [pv, pw, pwl, pxl2, px] = [v.byteOffset, w.byteOffset, wl.byteOffset, xl2.byteOffset, x.byteOffset];
    shared.kernels.qlpStep(pv, pw, pwl, pxl2, px, cr1, sr1, cr2, sr2, ul2, ul, u, n);
    return;
  }
  for (let i = 0; i < n; i++) {
    const wli = wl[i]!;
    const wi = w[i]!;
    const vi = v[i]!;
    const turned = wli * sr2 - vi * cr2;
    const final = xl2[i]! + (wli * cr2 + vi * sr2) * ul2;
    const newer = wi * cr1 + turned * sr1;
    const newest = wi * sr1 - turned * cr1;
    xl2[i] = final;
    wl[i] = newer;
    w[i] = newest;
    x[i] = final + newer * ul + newest * u;
  }
}

/** The last two columns of L that turn directions of MINRES into those of QLP, and the last two entries of u. */
export interface Turn {
  readonly gammaBefore: number;
  readonly vartheta: number;
  readonly gamma: number;
  readonly uBefore: number;
  readonly u: number;
}

/**
 * Turns directions of MINRES into those of QLP by W = D L, and writes into xl2 the part of x that is final: what is
 * left of x, or 0 where no column is final.
 */
export function turnStep(
  w: Float64Array,
  wl: Float64Array,
  xl2: Float64Array,
  x: Float64Array,
  { gammaBefore, vartheta, gamma, uBefore, u }: Turn,
  anyFinal: boolean,
): void {
  for (let i = 0; i < x.length; i++) {
    const before = gammaBefore * wl[i]! + vartheta * w[i]!;
    const now = gamma * w[i]!;
    wl[i] = before;
    w[i] = now;
    xl2[i] = anyFinal ? x[i]! - before * uBefore - now * u : 0;
  }
}
