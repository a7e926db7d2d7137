/** What the kernels over shared vectors have in common. */
import { type Code, f64, f64x2, i32, type Local, loop, v128, when } from "./code.ts";

/** Numbers a turn of a loop: two pairs. */
export const turn = 4;

/** Runs `pair` for each two numbers, given how far (in bytes) they lie behind the moving pointers: 0 and 16 in turn. */
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

/** x + alpha y at a place, not fused: the bits of the loops in TypeScript. */
export function step(x: Local, alpha: Local, y: Local, at: number): Code {
  return f64x2.add(v128.load(x.get, at), f64x2.mul(alpha.get, v128.load(y.get, at)));
}

/** The sum of both lanes. */
export function lanes(sums: Local): Code {
  return f64.add(f64x2.lane(sums.get, 0), f64x2.lane(sums.get, 1));
}
