/** The loops of krylov/orthogonalise.ts as SIMD kernels of WebAssembly, over vectors that share one memory. */
import { type Code, FunctionBuilder, f64, f64x2, i32, type Local, loop, when } from "./code.ts";
import { type Access, entries, Sum } from "./pairs.ts";

/** Kernels over the vectors of a basis. Addresses are in bytes; counts are any numbers of entries. */
export interface BasisKernels {
  /** Computes v <- v + alpha b and returns <next, v>, from four sums. */
  addScaledDot(v: number, alpha: number, b: number, next: number, count: number): number;
  /** Makes v orthogonal to m vectors that begin at `first`, `stride` bytes apart, twice. */
  orthogonalise(v: number, first: number, stride: number, m: number, count: number): void;
}

export const basisKernels: Readonly<Record<keyof BasisKernels, () => FunctionBuilder>> = {
  addScaledDot,
  orthogonalise,
};

function addScaledDot(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "f64", "i32", "i32", "i32"], ["f64"]);
  const [v, alpha, b, next, count] = builder.parameters as [Local, Local, Local, Local, Local];
  const [factor, value] = [builder.local("v128"), builder.local("v128")];
  const sum = new Sum(builder);
  const pass = ({ load, store, add }: Access): Code => [
    value.set(f64x2.add(load(v), f64x2.mul(factor.get, load(b)))),
    store(v, value.get),
    add(f64x2.mul(load(next), value.get)),
  ];
  builder.body = [factor.set(f64x2.splat(alpha.get)), entries(builder, [v, b, next], count, pass, sum), sum.total.get];
  return builder;
}

function orthogonalise(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32"]);
  const [v, first, stride, m, n] = builder.parameters as [Local, Local, Local, Local, Local];
  const integers = Array.from({ length: 8 }, () => builder.local("i32"));
  const [b, next, end, left, atV, atB, atNext, count] = integers as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const [factor, value] = [builder.local("v128"), builder.local("v128")];
  const sum = new Sum(builder);
  const begin = [atV.set(v.get), atB.set(b.get), atNext.set(next.get), count.set(n.get)];
  const scaleBy = factor.set(f64x2.splat(f64.neg(sum.total.get)));
  const subtract = ({ load, store }: Access): Code => [
    value.set(f64x2.add(load(atV), f64x2.mul(factor.get, load(atB)))),
    store(atV, value.get),
  ];
  const components = ({ load, add }: Access): Code => add(f64x2.mul(load(atB), load(atV)));
  const both = (access: Access): Code => [subtract(access), access.add(f64x2.mul(access.load(atNext), value.get))];
  builder.body = [
    b.set(first.get),
    end.set(i32.add(first.get, i32.mul(stride.get, m.get))),
    begin,
    entries(builder, [atV, atB], count, components, sum),
    left.set(i32.sub(i32.add(m.get, m.get), i32.constant(1))),
    loop((again) => [
      next.set(i32.add(b.get, stride.get)),
      when(i32.eq(next.get, end.get), next.set(first.get)),
      begin,
      scaleBy,
      entries(builder, [atV, atB, atNext], count, both, sum),
      b.set(next.get),
      left.set(i32.sub(left.get, i32.constant(1))),
      again(left.get),
    ]),
    begin,
    scaleBy,
    entries(builder, [atV, atB], count, subtract),
  ];
  return builder;
}
