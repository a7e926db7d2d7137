import { highWord, scaleByPower, withHighWord } from "./bits.ts";
import { type Pair, product, quickSum, sum, twoProduct } from "./doubleDouble.ts";
import { exp } from "./exponential.ts";
import { log } from "./logarithm.ts";

/** ln 2 to 106 bits. */
const ln2: Pair = { head: Math.LN2, tail: 2.319046813846299e-17 };
/** 2 / 3 to 106 bits. */
const twoThirds: Pair = { head: 0.6666666666666666, tail: 3.700743415417188e-17 };
const third = 0.3333333333333333;

/**
 * Computes a^b within 1 unit in the last place.
 *
 * It is e^(b log a) with the logarithm to 70 bits. Special cases are those of `Math.pow`.
 */
export function pow(a: number, b: number): number {
  if (b === 0) return 1;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  // ECMAScript has NaN for 1^Infinity, where IEEE 754 has 1.
  if (Math.abs(b) === Number.POSITIVE_INFINITY && Math.abs(a) === 1) return Number.NaN;
  const whole = Number.isInteger(b);
  const odd = whole && Math.abs(b) < 2 ** 53 && Math.abs(b) % 2 === 1;
  const sign = (a < 0 || Object.is(a, -0)) && odd ? -1 : 1;
  const size = Math.abs(a);
  if (size === 0 || size === Number.POSITIVE_INFINITY || Math.abs(b) === Number.POSITIVE_INFINITY) {
    const grows = size > 1 === b > 0;
    if (size === 1) return 1;
    return sign * (grows ? Number.POSITIVE_INFINITY : 0);
  }
  if (a < 0 && !whole) return Number.NaN;
  if (b === 1) return a;
  if (b === 2) return a * a;
  if (b === 0.5) return Math.sqrt(size);
  if (b === -1) return 1 / a;
  return sign * positivePower(size, b);
}

function positivePower(a: number, b: number): number {
  const rough = b * log(a);
  if (rough > 710) return Number.POSITIVE_INFINITY;
  if (rough < -746) return 0;
  const logarithm = preciseLog(a);
  const exponent = product({ head: b, tail: 0 }, logarithm);
  if (Math.abs(b) > 2 ** 900) return exp(exponent.head);
  const power = exp(exponent.head);
  // e^(h + t) = e^h (1 + t)
  return Number.isFinite(power) ? power + power * exponent.tail : power;
}

/** Computes log a to about 70 bits. */
function preciseLog(a: number): Pair {
  const subnormal = a < 2.2250738585072014e-308;
  const normal = subnormal ? a * 18014398509481984 : a;
  const word = highWord(normal);
  const mantissa = word & 0xfffff;
  const carry = (mantissa + 0x95f64) & 0x100000;
  const k = (word >> 20) - 1023 + (carry >> 20) - (subnormal ? 54 : 0);
  const m = withHighWord(normal, mantissa | (carry ^ 0x3ff00000));
  // s = (m - 1) / (m + 1) to 106 bits: m - 1 is exact, and m + 1 is kept as a pair.
  const above = m - 1;
  const below = quickSum(Math.max(m, 1), Math.min(m, 1));
  const head = above / below.head;
  const back = twoProduct(head, below.head);
  const s: Pair = quickSum(head, (above - back.head - back.tail - head * below.tail) / below.head);
  // log m = 2 s + 2/3 s^3 + s (2/5 z^2 + 2/7 z^3 + ...)
  const z = product(s, s);
  const cube = product(product(s, z), twoThirds);
  const zz = z.head * z.head;
  const rest = s.head * zz * series(z.head);
  const small = sum({ head: 2 * s.head, tail: 2 * s.tail }, sum(cube, { head: rest, tail: 0 }));
  return k === 0 ? small : sum(product({ head: k, tail: 0 }, ln2), small);
}

/** Computes 2/5 + 2/7 z + 2/9 z^2 + ... for z <= 0.0295. */
function series(z: number): number {
  let total = 0;
  for (let i = 25; i >= 5; i -= 2) total = total * z + 2 / i;
  return total;
}

/**
 * Computes the real cube root within 1 unit in the last place.
 *
 * A third of the exponent is split off. Halley's steps from a first guess and one Newton step find the root of the
 * rest.
 */
export function cbrt(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return x;
  const subnormal = size < 2.2250738585072014e-308;
  const normal = subnormal ? size * 18014398509481984 : size;
  const exponent = ((highWord(normal) >> 20) & 0x7ff) - 1023;
  const third3 = Math.floor(exponent / 3);
  // m lies in [1, 8).
  const m = scaleByPower(normal, -3 * third3);
  let y = 1 + (m - 1) / 7;
  for (let i = 0; i < 4; i++) {
    const cube = y * y * y;
    y *= (cube + 2 * m) / (2 * cube + m);
  }
  // The residual of this Newton step is exact to the last place.
  const square = twoProduct(y, y);
  const cube = twoProduct(square.head, y);
  y -= (cube.head - m + (cube.tail + square.tail * y)) * (third / square.head);
  return (x < 0 ? -1 : 1) * scaleByPower(y, third3 - (subnormal ? 18 : 0));
}
