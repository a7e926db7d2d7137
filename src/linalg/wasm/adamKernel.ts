/** The pass of Adam over five vectors of one memory, as a SIMD kernel with the bits of `adamPass`. */
import { type Code, FunctionBuilder, f64, f64x2, type Local, v128 } from "./code.ts";
import { pairs } from "./pairs.ts";

/** Kernel of {@link adamPass}; addresses are in bytes, the count is a multiple of four. */
export interface AdamKernel {
  adam(
    mean: number,
    root: number,
    field: number,
    point: number,
    out: number,
    decay: number,
    fresh: number,
    squareDecay: number,
    scale: number,
    shift: number,
    pull: number,
    count: number,
  ): void;
}

export const adamKernel: Readonly<Record<keyof AdamKernel, () => FunctionBuilder>> = { adam };

type Seven = [Local, Local, Local, Local, Local, Local, Local];

function adam(): FunctionBuilder {
  const builder = new FunctionBuilder([
    ...(["i32", "i32", "i32", "i32", "i32"] as const),
    ...(["f64", "f64", "f64", "f64", "f64", "f64", "i32"] as const),
  ]);
  const [mean, root, field, point, out] = builder.parameters as [Local, Local, Local, Local, Local];
  const [decay, fresh, squareDecay, scale, shift, pull, count] = builder.parameters.slice(5) as Seven;
  const vectors = (): Local[] => Array.from({ length: 7 }, () => builder.local("v128"));
  const [fade, share, squareFade, squareShare, factor, damping, weight] = vectors() as Seven;
  const [entry, former, square, unit, back, size, average] = vectors() as Seven;
  const sum = (a: Local, b: Local): Code =>
    f64x2.add(f64x2.mul(f64x2.mul(squareFade.get, a.get), a.get), f64x2.mul(f64x2.mul(squareShare.get, b.get), b.get));
  const power = (of: Local, ifSmall: number, ifLarge: number): Code =>
    v128.select(
      f64x2.lessEqual(of.get, f64x2.constant(2 ** -900)),
      f64x2.constant(ifSmall),
      v128.select(f64x2.greaterEqual(of.get, f64x2.constant(2 ** 1000)), f64x2.constant(ifLarge), f64x2.constant(1)),
    );
  const pair = (at: number): Code => [
    entry.set(v128.load(field.get, at)),
    average.set(f64x2.add(f64x2.mul(fade.get, v128.load(mean.get, at)), f64x2.mul(share.get, entry.get))),
    v128.store(mean.get, average.get, at),
    former.set(v128.load(root.get, at)),
    square.set(sum(former, entry)),
    // Where a square leaves the range, both numbers are scaled by a power of two, which rounds nothing.
    unit.set(power(square, 2 ** 600, 2 ** -600)),
    back.set(power(square, 2 ** -600, 2 ** 600)),
    former.set(f64x2.mul(former.get, unit.get)),
    entry.set(f64x2.mul(entry.get, unit.get)),
    size.set(f64x2.mul(f64x2.sqrt(sum(former, entry)), back.get)),
    v128.store(root.get, size.get, at),
    size.set(f64x2.add(size.get, damping.get)),
    // 0 / 0 counts as 0.
    average.set(
      v128.andNot(f64x2.mul(factor.get, f64x2.div(average.get, size.get)), f64x2.equal(size.get, f64x2.constant(0))),
    ),
    v128.store(out.get, f64x2.sub(average.get, f64x2.mul(weight.get, v128.load(point.get, at))), at),
  ];
  const one: Code = f64.constant(1);
  builder.body = [
    fade.set(f64x2.splat(decay.get)),
    share.set(f64x2.splat(fresh.get)),
    squareFade.set(f64x2.splat(squareDecay.get)),
    squareShare.set(f64x2.splat(f64.sub(one, squareDecay.get))),
    factor.set(f64x2.splat(scale.get)),
    damping.set(f64x2.splat(shift.get)),
    weight.set(f64x2.splat(pull.get)),
    pairs([mean, root, field, point, out], count, pair),
  ];
  return builder;
}
