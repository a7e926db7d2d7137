/** Code that all kernels over shared vectors have in common. */
import { type Code, type FunctionBuilder, f64, f64x2, i32, type Local, loop, v128, when } from "./code.ts";

/** Number of entries per turn of a loop: two pairs. */
export const turn = 4;

/**
 * Makes a loop that runs `pair` for each pair of numbers. `pair` is given how far in bytes its numbers lie behind the
 * pointers, which move with each turn: 0 for the first pair of a turn and 16 for the second.
 */
export function pairs(pointers: readonly Local[], count: Local, pair: (offset: number) => Code): Code {
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

/** How the code of a pass reads and writes: two numbers at a time, or the last ones of a vector one by one. */
export interface Access {
  load(pointer: Local): Code;
  store(pointer: Local, value: Code): Code;
  /** Adds the numbers of a vector to a sum of the pass, the first unless another is named. */
  add(value: Code, which?: number): Code;
}

/** Sum of a pass: two vectors of two numbers each, so that it has the bits of the four sums in `vector.ts`. */
export class Sum {
  readonly early: Local;
  readonly late: Local;
  readonly total: Local;

  constructor(builder: FunctionBuilder) {
    this.early = builder.local("v128");
    this.late = builder.local("v128");
    this.total = builder.local("f64");
  }
}

/** Makes a loop over all entries of vectors. `count` is any number of entries; it and the pointers are used up. */
export function entries(
  builder: FunctionBuilder,
  pointers: readonly Local[],
  count: Local,
  pass: (access: Access) => Code,
  ...sums: readonly Sum[]
): Code {
  const left = builder.local("i32");
  const two = (offset: number): Access => ({
    load: (pointer) => v128.load(pointer.get, offset),
    store: (pointer, value) => v128.store(pointer.get, value, offset),
    add(value, which = 0) {
      const part = sums[which]![offset === 0 ? "early" : "late"];
      return part.set(f64x2.add(part.get, value));
    },
  });
  const one: Access = {
    load: (pointer) => v128.loadZero(pointer.get),
    store: (pointer, value) => v128.storeLane(pointer.get, value, 0),
    add(value, which = 0) {
      const { total } = sums[which]!;
      return total.set(f64.add(total.get, f64x2.lane(value, 0)));
    },
  };
  return [
    left.set(i32.and(count.get, i32.constant(turn - 1))),
    count.set(i32.sub(count.get, left.get)),
    sums.flatMap(({ early, late }) => [early, late]).map((part) => part.set(f64x2.constant(0))),
    pairs(pointers, count, (offset) => pass(two(offset))),
    sums.map(({ early, late, total }) => total.set(f64.add(lanes(early), lanes(late)))),
    when(
      left.get,
      loop((again) => [
        pass(one),
        pointers.map((pointer) => pointer.set(i32.add(pointer.get, i32.constant(8)))),
        left.set(i32.sub(left.get, i32.constant(1))),
        again(left.get),
      ]),
    ),
  ];
}

/** Makes x + alpha y at a place. It is not fused, so it has the bits of the loops in TypeScript. */
export function step(x: Local, alpha: Local, y: Local, at: number): Code {
  return f64x2.add(v128.load(x.get, at), f64x2.mul(alpha.get, v128.load(y.get, at)));
}

/** Makes the sum of both lanes. */
export function lanes(sums: Local): Code {
  return f64.add(f64x2.lane(sums.get, 0), f64x2.lane(sums.get, 1));
}
