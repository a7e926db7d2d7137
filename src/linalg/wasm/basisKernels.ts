/** The loops of krylov/orthogonalise.ts as a SIMD kernel of WebAssembly, over vectors that share one memory. */
import { type Code, FunctionBuilder, f64x2, i32, type Local, loop, when } from "./code.ts";
import { type Access, entries, Sum } from "./pairs.ts";

/** Kernels over the vectors of a basis. Addresses are in bytes; counts are any numbers of entries. */
export interface BasisKernels {
  /** Makes v orthogonal to m vectors that begin at `first`, `stride` bytes apart, in as many rounds, at least one. */
  orthogonalise(v: number, first: number, stride: number, m: number, count: number, rounds: number): void;
  /** Computes v <- alpha v. */
  multiply(alpha: number, v: number, count: number): void;
}

export const basisKernels: Readonly<Record<keyof BasisKernels, () => FunctionBuilder>> = { orthogonalise, multiply };

/** Makes the kernel: for each group of vectors, a pass that computes the components and one that subtracts them. */
function orthogonalise(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [v, first, stride, m, n, rounds] = builder.parameters as [Local, Local, Local, Local, Local, Local];
  const integers = Array.from({ length: 4 }, () => builder.local("i32"));
  const [b, left, atV, count] = integers as [Local, Local, Local, Local];
  const four = (type: "i32" | "v128"): Local[] => Array.from({ length: 4 }, () => builder.local(type));
  const [pointers, factors, value] = [four("i32"), four("v128"), builder.local("v128")];
  const sums = factors.map(() => new Sum(builder));
  const along = (group: readonly Local[]): Code => {
    const begin = [
      atV.set(v.get),
      count.set(n.get),
      group.map((at, k) => at.set(k === 0 ? b.get : i32.add(group[k - 1]!.get, stride.get))),
    ];
    const components = ({ load, add }: Access): Code => [
      value.set(load(atV)),
      group.map((at, k) => add(f64x2.mul(load(at), value.get), k)),
    ];
    const subtract = ({ load, store }: Access): Code => [
      value.set(load(atV)),
      group.map((at, k) => value.set(f64x2.sub(value.get, f64x2.mul(factors[k]!.get, load(at))))),
      store(atV, value.get),
    ];
    return [
      begin,
      entries(builder, [atV, ...group], count, components, ...sums.slice(0, group.length)),
      group.map((_, k) => factors[k]!.set(f64x2.splat(sums[k]!.total.get))),
      begin,
      entries(builder, [atV, ...group], count, subtract),
      b.set(i32.add(b.get, i32.mul(stride.get, i32.constant(group.length)))),
      left.set(i32.sub(left.get, i32.constant(group.length))),
    ];
  };
  builder.body = [
    loop((another) => [
      b.set(first.get),
      left.set(m.get),
      loop((again) => [
        when(i32.less(left.get, i32.constant(4)), along(pointers.slice(0, 1)), along(pointers)),
        again(left.get),
      ]),
      rounds.set(i32.sub(rounds.get, i32.constant(1))),
      another(rounds.get),
    ]),
  ];
  return builder;
}

function multiply(): FunctionBuilder {
  const builder = new FunctionBuilder(["f64", "i32", "i32"]);
  const [alpha, v, count] = builder.parameters as [Local, Local, Local];
  const factor = builder.local("v128");
  builder.body = [
    factor.set(f64x2.splat(alpha.get)),
    entries(builder, [v], count, ({ load, store }) => store(v, f64x2.mul(factor.get, load(v)))),
  ];
  return builder;
}
