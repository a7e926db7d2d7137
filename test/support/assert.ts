import { isFluxionError } from "../../src/errors.ts";

type Numbers = ArrayLike<number>;

/** Fails unless every entry agrees within `tolerance` relative to the largest entry expected (at least `floor`). Names the worst index. */
export function assertClose(
  actual: Numbers | number,
  expected: Numbers | number,
  tolerance: number,
  what = "values",
  floor = 0,
): void {
  const a = typeof actual === "number" ? [actual] : actual;
  const e = typeof expected === "number" ? [expected] : expected;
  if (a.length !== e.length) throw new Error(`${what}: expected length ${e.length}, got ${a.length}`);
  let scale = floor;
  for (let i = 0; i < e.length; i++) if (Number.isFinite(e[i]!)) scale = Math.max(scale, Math.abs(e[i]!));
  if (scale === 0) scale = 1;
  let worst = -1;
  let difference = 0;
  for (let i = 0; i < e.length; i++) {
    if (Object.is(a[i], e[i]) || a[i] === e[i]) continue;
    const d = Math.abs(a[i]! - e[i]!);
    if (!(d <= difference)) {
      worst = i;
      difference = d;
      if (Number.isNaN(d)) break;
    }
  }
  if (worst >= 0 && !(difference <= tolerance * scale)) {
    throw new Error(
      `${what}: entry ${worst} is ${a[worst]}, expected ${e[worst]}; difference ${difference} relative to ${scale} exceeds ${tolerance}`,
    );
  }
}

/** Fails unless `act` throws one of fluxion's errors with this code and a message that matches. */
export function assertError(act: () => unknown, code: string, message?: RegExp): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
    if (!isFluxionError(error)) throw new Error(`expected ${code}, got ${String(error)}`, { cause: error });
    checkError(error, code, message);
    return;
  }
  throw new Error(`expected ${code}, nothing was thrown (${String(thrown)})`);
}

/** The same for a promise. */
export async function assertRejects(promise: Promise<unknown>, code: string, message?: RegExp): Promise<void> {
  try {
    await promise;
  } catch (error) {
    checkError(error, code, message);
    return;
  }
  throw new Error(`expected ${code}, the promise was fulfilled`);
}

/** Checks an error that came down an error channel. */
export function checkError(error: unknown, code: string, message?: RegExp): void {
  if (!isFluxionError(error)) throw new Error(`expected ${code}, got ${String(error)}`, { cause: error });
  if (error.code !== code) throw new Error(`expected ${code}, got ${error.code}: ${error.message}`);
  if (message !== undefined && !message.test(error.message)) {
    throw new Error(`expected a message like ${message}, got: ${error.message}`);
  }
}
