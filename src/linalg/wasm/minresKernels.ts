/** The loops of minresLoops.ts as SIMD kernels of WebAssembly, over vectors that share one memory. */
import { type Code, FunctionBuilder, f64, f64x2, type Local, when } from "./code.ts";
import { type Access, entries, Sum } from "./pairs.ts";

/** Kernels of MINRES-QLP. Addresses are in bytes; counts are numbers of entries. */
export interface MinresKernels {
  /** Computes v <- source / beta. */
  normalise(source: number, beta: number, v: number, count: number): void;
  /** Computes before <- (av + shift v) - back before and returns <before, v>, from four sums. */
  lanczosProduct(av: number, v: number, shift: number, before: number, back: number, count: number): number;
  /** Computes next <- next - along now and returns ||next||^2, from four sums. */
  lanczosRemainder(next: number, along: number, now: number, count: number): number;
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
  normalise,
  lanczosProduct,
  lanczosRemainder,
  minresStep,
  qlpStep,
};

const { add, sub, mul, div } = f64x2;

/** Copies numbers into both lanes of local variables, once before the loop. */
function splat(builder: FunctionBuilder, numbers: readonly Local[]): { readonly set: Code; readonly all: Local[] } {
  const all = locals(builder, numbers.length);
  return { set: all.map((local, i) => local.set(f64x2.splat(numbers[i]!.get))), all };
}

function locals(builder: FunctionBuilder, count: number): Local[] {
  return Array.from({ length: count }, () => builder.local("v128"));
}

function normalise(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "f64", "i32", "i32"]);
  const [source, beta, v, count] = builder.parameters as [Local, Local, Local, Local];
  const perBeta = builder.local("f64");
  const { set, all } = splat(builder, [beta, perBeta]);
  const [divisor, factor] = all as [Local, Local];
  const each = (of: (x: Code) => Code): Code =>
    entries(builder, [source, v], count, ({ load, store }) => store(v, of(load(source))));
  const finite = f64.equal(f64.sub(perBeta.get, perBeta.get), f64.constant(0));
  builder.body = [
    perBeta.set(f64.div(f64.constant(1), beta.get)),
    set,
    when(
      finite,
      each((x) => mul(x, factor.get)),
      each((x) => div(x, divisor.get)),
    ),
  ];
  return builder;
}

function lanczosProduct(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "f64", "i32", "f64", "i32"], ["f64"]);
  const [av, v, shift, before, back, count] = builder.parameters as [Local, Local, Local, Local, Local, Local];
  const { set, all } = splat(builder, [shift, back]);
  const [shifts, backs] = all as [Local, Local];
  const [a, vi] = locals(builder, 2) as [Local, Local];
  const sum = new Sum(builder);
  const pass = ({ load, store, add: addUp }: Access): Code => [
    vi.set(load(v)),
    a.set(sub(add(load(av), mul(shifts.get, vi.get)), mul(backs.get, load(before)))),
    store(before, a.get),
    addUp(mul(a.get, vi.get)),
  ];
  builder.body = [set, entries(builder, [av, v, before], count, pass, sum), sum.total.get];
  return builder;
}

function lanczosRemainder(): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "f64", "i32", "i32"], ["f64"]);
  const [next, along, now, count] = builder.parameters as [Local, Local, Local, Local];
  const { set, all } = splat(builder, [along]);
  const [a] = locals(builder, 1) as [Local];
  const sum = new Sum(builder);
  const pass = ({ load, store, add: addUp }: Access): Code => [
    a.set(sub(load(next), mul(all[0]!.get, load(now)))),
    store(next, a.get),
    addUp(mul(a.get, a.get)),
  ];
  builder.body = [set, entries(builder, [next, now], count, pass, sum), sum.total.get];
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
    entries(builder, [v, w, wl, x], builder.parameters[8]!, ({ load, store }) => [
      d.set(add(add(mul(a.get, load(v)), mul(al.get, load(w))), mul(al2.get, load(wl)))),
      store(wl, d.get),
      store(x, add(load(x), mul(tau.get, d.get))),
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
    entries(builder, [v, w, wl, xl2, x], builder.parameters[12]!, ({ load, store }) => [
      wli.set(load(wl)),
      wi.set(load(w)),
      vi.set(load(v)),
      turned.set(sub(times(wli, sr2), times(vi, cr2))),
      final.set(add(load(xl2), mul(add(times(wli, cr2), times(vi, sr2)), ul2.get))),
      newer.set(add(times(wi, cr1), times(turned, sr1))),
      newest.set(sub(times(wi, sr1), times(turned, cr1))),
      store(xl2, final.get),
      store(wl, newer.get),
      store(w, newest.get),
      store(x, add(add(final.get, times(newer, ul)), times(newest, u))),
    ]),
  ];
  return builder;
}
