/** Code that all kernels over shared vectors have in common. */
import { type Code, f64, f64x2, i32, type Local, loop, v128, when } from "./code.ts";

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

/** Makes x + alpha y at a place. It is not fused, so it has the bits of the loops in TypeScript. */
export function step(x: Local, alpha: Local, y: Local, at: number): Code {
  return f64x2.add(v128.load(x.get, at), f64x2.mul(alpha.get, v128.load(y.get, at)));
}

/** Makes the sum of both lanes. */
export function lanes(sums: Local): Code {
  return f64.add(f64x2.lane(sums.get, 0), f64x2.lane(sums.get, 1));
}
