/** What every engine must compute alike, to the last bit. */
import * as elementary from "../../src/elementary/index.ts";
import { randomSource } from "../../src/random.ts";

const { log, log1p, log2, exp, expm1, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, cbrt } =
  elementary;
const functions = [
  log,
  log1p,
  log2,
  exp,
  expm1,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  cbrt,
];

/** What {@link fingerprint} is. */
export const knownFingerprint = "98400b95e25d7d50";

/** A number for the bits of many results of elementary functions and of seeded numbers. */
export function fingerprint(): string {
  const random = randomSource(7, "fingerprint");
  let hash = 0n;
  const view = new DataView(new ArrayBuffer(8));
  const add = (value: number): void => {
    view.setFloat64(0, Number.isNaN(value) ? 0 : value);
    hash = BigInt.asUintN(64, (hash ^ view.getBigUint64(0)) * 0x100000001b3n);
  };
  for (let i = 0; i < 2000; i++) {
    const x = (random.uniform() - 0.5) * 2 ** (random.integer(40) - 20);
    for (const f of functions) add(f(x));
    add(elementary.pow(Math.abs(x), 10 * random.uniform() - 5));
    add(random.normal());
  }
  return hash.toString(16);
}
