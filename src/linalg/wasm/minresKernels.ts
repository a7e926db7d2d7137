/** The loops of minresLoops.ts as SIMD kernels of WebAssembly, over vectors that share one memory. */
import { type Code, FunctionBuilder, f64, f64x2, type Local, v128 } from "./code.ts";
import { lanes, pairs } from "./pairs.ts";

/** Kernels of MINRES-QLP. Addresses are in bytes; counts are numbers of entries, multiples of four. */
export interface MinresKernels {
  /** Computes v <- factor source. */
  scaled(source: number, factor: number, v: number, count: number): void;
  /** Computes av <- (av + shift v) - back r1 and returns <av, v>, from four sums. */
  lanczosProduct(av: number, v: number, shift: number, r1: number, back: number, count: number): number;
  /** Computes av <- av - along r2 and returns ||av||^2, from four sums. */
  lanczosRemainder(av: number, along: number, r2: number, count: number): number;
  /** Computes d = (a v + al w) + al2 wl, wl <- d, x <- x + tau d. */
  minresStep(
    v: number,
    w: number,
    wl: number,
    x: number,
    a: number,
    al: number,
    al2: number,
    tau: number,
    count: number,
  ): void;
  /** Reflects v into the directions wl and w, adds the final part to xl2, and computes x <- xl2 + ul wl + u w. */
  qlpStep(
    v: number,
    w: number,
    wl: number,
    xl2: number,
    x: number,
    cr1: number,
    sr1: number,
    cr2: number,
    sr2: number,
    ul2: number,
    ul: number,
    u: number,
    count: number,
  ): void;
}

export const minresKernels: Readonly<Record<keyof MinresKernels, () => FunctionBuilder>> = {
  scaled,
  lanczosProduct,
  lanczosRemainder,
  minresStep,
  qlpStep,
};

const { add, sub, mul } = f64x2;

/** Copies parameters into both lanes of local variables, once before the loop. */
function splat(builder: FunctionBuilder, parameters: readonly Local[]): { readonly set: Code; readonly all: Local[] } {
  const all = parameters.map(() => builder.local("v128"));
  return { set: all.map((local, i) => local.set(f64x2.splat(parameters[i]!.get))), all };
}

function locals(builder: FunctionBuilder, count: number): Local[] {
  return Array.from({ length: count }, () => builder.local("v128"));
}

function scaled(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "f64", "i32", "i32"]);
  const [source, factor, v, count] = builder.parameters as [Local, Local, Local, Local];
  const { set, all } = splat(builder, [factor]);
  builder.body = [
    set,
    pairs([source, v], count, (at) => v128.store(v.get, mul(v128.load(source.get, at), all[0]!.get), at)),
  ];
  return builder;
}

function lanczosProduct(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "f64", "i32", "f64", "i32"], ["f64"]);
  const [av, v, shift, r1, back, count] = builder.parameters as [Local, Local, Local, Local, Local, Local];
  const { set, all } = splat(builder, [shift, back]);
  const [shifts, backs] = all as [Local, Local];
  const [a, vi, early, late] = locals(builder, 4) as [Local, Local, Local, Local];
  builder.body = [
    set,
    pairs([av, v, r1], count, (at) => {
      const sums = at === 0 ? early : late;
      return [
        vi.set(v128.load(v.get, at)),
        a.set(sub(add(v128.load(av.get, at), mul(shifts.get, vi.get)), mul(backs.get, v128.load(r1.get, at)))),
        v128.store(av.get, a.get, at),
        sums.set(add(sums.get, mul(a.get, vi.get))),
      ];
    }),
    f64.add(lanes(early), lanes(late)),
  ];
  return builder;
}

function lanczosRemainder(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "f64", "i32", "i32"], ["f64"]);
  const [av, along, r2, count] = builder.parameters as [Local, Local, Local, Local];
  const { set, all } = splat(builder, [along]);
  const [a, early, late] = locals(builder, 3) as [Local, Local, Local];
  builder.body = [
    set,
    pairs([av, r2], count, (at) => {
      const sums = at === 0 ? early : late;
      return [
        a.set(sub(v128.load(av.get, at), mul(all[0]!.get, v128.load(r2.get, at)))),
        v128.store(av.get, a.get, at),
        sums.set(add(sums.get, mul(a.get, a.get))),
      ];
    }),
    f64.add(lanes(early), lanes(late)),
  ];
  return builder;
}

function minresStep(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "i32", "i32", "f64", "f64", "f64", "f64", "i32"]);
  const [v, w, wl, x] = builder.parameters as [Local, Local, Local, Local];
  const { set, all } = splat(builder, builder.parameters.slice(4, 8));
  const [a, al, al2, tau] = all as [Local, Local, Local, Local];
  const d = builder.local("v128");
  builder.body = [
    set,
    pairs([v, w, wl, x], builder.parameters[8]!, (at) => [
      d.set(
        add(
          add(mul(a.get, v128.load(v.get, at)), mul(al.get, v128.load(w.get, at))),
          mul(al2.get, v128.load(wl.get, at)),
        ),
      ),
      v128.store(wl.get, d.get, at),
      v128.store(x.get, add(v128.load(x.get, at), mul(tau.get, d.get)), at),
    ]),
  ];
  return builder;
}

function qlpStep(): FunctionBuilder {
  const builder = new FunctionBuilder([
    ...Array.from({ length: 5 }, () => "i32" as const),
    ...Array.from({ length: 7 }, () => "f64" as const),
    "i32",
  ]);
  const [v, w, wl, xl2, x] = builder.parameters as [Local, Local, Local, Local, Local];
  const { set, all } = splat(builder, builder.parameters.slice(5, 12));
  const [cr1, sr1, cr2, sr2, ul2, ul, u] = all as [Local, Local, Local, Local, Local, Local, Local];
  const [wli, wi, vi, turned, final, newer, newest] = locals(builder, 7) as typeof all &
    [Local, Local, Local, Local, Local, Local, Local];
  const times = (p: Local, q: Local): Code => mul(p.get, q.get);
  builder.body = [
    set,
    pairs([v, w, wl, xl2, x], builder.parameters[12]!, (at) => [
      wli.set(v128.load(wl.get, at)),
      wi.set(v128.load(w.get, at)),
      vi.set(v128.load(v.get, at)),
      turned.set(sub(times(wli, sr2), times(vi, cr2))),
      final.set(add(v128.load(xl2.get, at), mul(add(times(wli, cr2), times(vi, sr2)), ul2.get))),
      newer.set(add(times(wi, cr1), times(turned, sr1))),
      newest.set(sub(times(wi, sr1), times(turned, cr1))),
      v128.store(xl2.get, final.get, at),
      v128.store(wl.get, newer.get, at),
      v128.store(w.get, newest.get, at),
      v128.store(x.get, add(add(final.get, times(newer, ul)), times(newest, u)), at),
    ]),
  ];
  return builder;
}
