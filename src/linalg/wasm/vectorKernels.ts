/** The loops of linalg/vector.ts and of boxes as SIMD kernels of WebAssembly, over vectors that share one memory. */
import { type Code, FunctionBuilder, f64, f64x2, type Local, v128, when } from "./code.ts";
import { lanes, pairs, step } from "./pairs.ts";

/** Kernels over vectors. Addresses are in bytes; counts are numbers of entries, multiples of four. */
export interface VectorKernels {
  /** Computes out <- x + alpha y. */
  addScaled(x: number, alpha: number, y: number, out: number, count: number): void;
  /** Computes out <- alpha y - x. */
  scaledMinus(alpha: number, y: number, x: number, out: number, count: number): void;
  /** Computes out <- -a. */
  negate(a: number, out: number, count: number): void;
  /** Returns <a, b>, from four sums. */
  dot(a: number, b: number, count: number): number;
  /** Computes out <- min(h, max(l, z + eta d)) with the same bounds in every coordinate, neither of them -0. */
  clampStepAlike(z: number, eta: number, d: number, l: number, h: number, out: number, count: number): void;
}

export const vectorKernels: Readonly<Record<keyof VectorKernels, () => FunctionBuilder>> = {
  addScaled,
  scaledMinus,
  negate,
  dot,
  clampStepAlike,
};

function addScaled(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "f64", "i32", "i32", "i32"]);
  const [x, alpha, y, out, count] = builder.parameters as [Local, Local, Local, Local, Local];
  const factor = builder.local("v128");
  builder.body = [
    factor.set(f64x2.splat(alpha.get)),
    pairs([x, y, out], count, (at) => v128.store(out.get, step(x, factor, y, at), at)),
  ];
  return builder;
}

function scaledMinus(): FunctionBuilder {
  const builder = new FunctionBuilder(["f64", "i32", "i32", "i32", "i32"]);
  const [alpha, y, x, out, count] = builder.parameters as [Local, Local, Local, Local, Local];
  const factor = builder.local("v128");
  const difference = (at: number): Code => f64x2.sub(f64x2.mul(factor.get, v128.load(y.get, at)), v128.load(x.get, at));
  builder.body = [
    factor.set(f64x2.splat(alpha.get)),
    pairs([x, y, out], count, (at) => v128.store(out.get, difference(at), at)),
  ];
  return builder;
}

function negate(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "i32"]);
  const [a, out, count] = builder.parameters as [Local, Local, Local];
  builder.body = pairs([a, out], count, (at) => v128.store(out.get, f64x2.neg(v128.load(a.get, at)), at));
  return builder;
}

function dot(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "i32"], ["f64"]);
  const [a, b, count] = builder.parameters as [Local, Local, Local];
  const [early, late] = [0, 1].map(() => builder.local("v128")) as [Local, Local];
  builder.body = [
    pairs([a, b], count, (at) => {
      const sums = at === 0 ? early : late;
      return sums.set(f64x2.add(sums.get, f64x2.mul(v128.load(a.get, at), v128.load(b.get, at))));
    }),
    f64.add(lanes(early), lanes(late)),
  ];
  return builder;
}

function clampStepAlike(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "f64", "i32", "f64", "f64", "i32", "i32"]);
  const [z, eta, d, l, h, out, count] = builder.parameters as [Local, Local, Local, Local, Local, Local, Local];
  const locals = [0, 1, 2, 3].map(() => builder.local("v128"));
  const [factor, lowest, highest, zero] = locals as [Local, Local, Local, Local];
  // pmax and pmin are one instruction each, where Math.max and Math.min take five; NaN comes through. Only for l = 0 do
  // they differ: max(0, -0) is 0, but pmax gives -0. Adding 0 repairs this; for other l, -0 is added, which changes
  // nothing.
  const clamped = (x: Code): Code => f64x2.pmin(f64x2.add(f64x2.pmax(x, lowest.get), zero.get), highest.get);
  builder.body = [
    factor.set(f64x2.splat(eta.get)),
    lowest.set(f64x2.splat(l.get)),
    highest.set(f64x2.splat(h.get)),
    zero.set(f64x2.constant(-0)),
    when(f64.equal(l.get, f64.constant(0)), zero.set(f64x2.constant(0))),
    pairs([z, d, out], count, (at) => v128.store(out.get, clamped(step(z, factor, d, at)), at)),
  ];
  return builder;
}
