/** The loops of linalg/vector.ts and of boxes as WebAssembly SIMD, over vectors that share one memory. */
import { type Code, FunctionBuilder, f64, f64x2, i32, type Local, loop, v128, when } from "./code.ts";
import { type WasmFunction, type WasmMemory, wasm } from "./host.ts";
import { hasSimd, ModuleBuilder } from "./module.ts";

/** Addresses are in bytes, counts in numbers: multiples of {@link turn}. */
export interface VectorKernels {
  /** out <- x + alpha y */
  addScaled(x: number, alpha: number, y: number, out: number, count: number): void;
  /** out <- -a */
  negate(a: number, out: number, count: number): void;
  /** The sum of squares in four sums, as squaredNorm takes it. */
  squaredNorm(a: number, count: number): number;
  /** out <- min(h, max(l, z + eta d)), the same bounds in every coordinate, neither of them -0. */
  clampStepAlike(z: number, eta: number, d: number, l: number, h: number, out: number, count: number): void;
}

/** Numbers a turn of a loop. */
export const turn = 4;

let module: object | undefined;

/** Over a memory; undefined where the engine has no SIMD. */
export function vectorKernels(memory: WasmMemory): VectorKernels | undefined {
  if (!hasSimd()) return undefined;
  module ??= new wasm.Module(kernelModule().encode());
  const { exports } = new wasm.Instance(module, { env: { memory } });
  return exports as unknown as { readonly [K in keyof VectorKernels]: WasmFunction & VectorKernels[K] };
}

function kernelModule(): ModuleBuilder {
  const builder = new ModuleBuilder();
  builder.add(addScaled(), "addScaled");
  builder.add(negate(), "negate");
  builder.add(squaredNorm(), "squaredNorm");
  builder.add(clampStepAlike(), "clampStepAlike");
  return builder;
}

/** Runs `pair` for each two numbers, given how far (in bytes) they lie behind the moving pointers. */
function pairs(pointers: readonly Local[], count: Local, pair: (offset: number) => Code): Code {
  return when(
    count.get,
    loop((again) => [
      pair(0),
      pair(16),
      pointers.map((pointer) => pointer.set(i32.add(pointer.get, i32.constant(8 * turn)))),
      count.set(i32.sub(count.get, i32.constant(turn))),
      again(count.get),
    ]),
  );
}

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

function negate(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "i32"]);
  const [a, out, count] = builder.parameters as [Local, Local, Local];
  builder.body = pairs([a, out], count, (at) => v128.store(out.get, f64x2.neg(v128.load(a.get, at)), at));
  return builder;
}

function squaredNorm(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32"], ["f64"]);
  const [a, count] = builder.parameters as [Local, Local];
  const [x, early, late] = [0, 1, 2].map(() => builder.local("v128")) as [Local, Local, Local];
  const lanes = (sums: Local): Code => f64.add(f64x2.lane(sums.get, 0), f64x2.lane(sums.get, 1));
  builder.body = [
    pairs([a], count, (at) => {
      const sums = at === 0 ? early : late;
      return [x.set(v128.load(a.get, at)), sums.set(f64x2.add(sums.get, f64x2.mul(x.get, x.get)))];
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
  // One instruction each where Math.max and Math.min take five; NaN comes through. They differ where l is 0: max(0, -0) = 0,
  // which adding 0 repairs; -0, which changes nothing, is added elsewhere.
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

/** x + alpha y, not fused: the bits of the loops in TypeScript. */
function step(x: Local, alpha: Local, y: Local, at: number): Code {
  return f64x2.add(v128.load(x.get, at), f64x2.mul(alpha.get, v128.load(y.get, at)));
}
