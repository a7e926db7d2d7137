/** A number and its two 32-bit halves in one memory, through which exponents are read and changed. */
const number = new Float64Array(1);
const words = new Int32Array(number.buffer);
/** Index of the word that holds the sign and the exponent, which depends on the machine's byte order. */
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Reads the high word of a number: sign, exponent and the first 20 bits of the mantissa. */
export function highWord(x: number): number {
  number[0] = x;
  return words[high]!;
}

/** Replaces the high word of a number. */
export function withHighWord(x: number, word: number): number {
  number[0] = x;
  words[high] = word;
  return number[0];
}

/** Computes 2^k for an integer k from -1022 to 1023. */
export function powerOfTwo(k: number): number {
  number[0] = 1;
  words[high] = (k + 1023) << 20;
  return number[0];
}

/** Computes x 2^k. A subnormal result is rounded only once. */
export function scaleByPower(x: number, k: number): number {
  if (k > 1023) return x * powerOfTwo(1023) * powerOfTwo(Math.min(k - 1023, 1023));
  if (k >= -1022) return x * powerOfTwo(k);
  // The product with the first factor is not subnormal, so only the second multiplication rounds.
  return x * powerOfTwo(Math.max(k + 1022, -1022)) * powerOfTwo(-1022);
}

/** Finds the exponent k of the largest power of two 2^k that does not exceed |x|, for a finite x other than 0. */
export function exponentOf(x: number): number {
  const biased = (highWord(x) >> 20) & 0x7ff;
  // A subnormal number has no exponent of its own; times 2^54 it is a normal one.
  return biased === 0 ? ((highWord(x * 2 ** 54) >> 20) & 0x7ff) - 1023 - 54 : biased - 1023;
}

/** Finds the largest power of two that does not exceed a positive finite number, but at least 2^-1022. */
export function unitOf(x: number): number {
  return powerOfTwo(Math.max(-1022, exponentOf(x)));
}

/** Whether |x| is a power of two and not subnormal. */
export function isPowerOfTwo(x: number): boolean {
  number[0] = x;
  const word = words[high]!;
  const exponent = (word >> 20) & 0x7ff;
  return exponent !== 0 && exponent !== 0x7ff && (word & 0xfffff) === 0 && words[1 - high] === 0;
}

const whole = new BigInt64Array(number.buffer);
/** Bits of -0. */
const negative = -(1n << 63n);

/** Finds the number that is k places above a finite one among all float64 numbers; below it for a negative k. */
export function placesAbove(x: number, k: number): number {
  number[0] = x;
  // Positive numbers are in the order of their bits, negative ones in the opposite order.
  const place = (whole[0]! < 0n ? negative - whole[0]! : whole[0]!) + BigInt(k);
  whole[0] = place < 0n ? negative - place : place;
  return number[0];
}
