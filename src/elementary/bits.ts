/** The two halves of a number, so that exponents can be read and changed. */
const number = new Float64Array(1);
const words = new Int32Array(number.buffer);
/** Which of the words holds sign and exponent. */
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Sign, exponent and the first 20 bits of the mantissa. */
export function highWord(x: number): number {
  number[0] = x;
  return words[high]!;
}

/** The number with another high word. */
export function withHighWord(x: number, word: number): number {
  number[0] = x;
  words[high] = word;
  return number[0];
}

/** 2^k for a whole number k from -1022 to 1023. */
export function powerOfTwo(k: number): number {
  number[0] = 1;
  words[high] = (k + 1023) << 20;
  return number[0];
}

/** x 2^k, rounded once where the result is subnormal. */
export function scaleByPower(x: number, k: number): number {
  if (k > 1023) return x * powerOfTwo(1023) * powerOfTwo(Math.min(k - 1023, 1023));
  if (k >= -1022) return x * powerOfTwo(k);
  // The first factor leaves a number that is not subnormal yet.
  return x * powerOfTwo(Math.max(k + 1022, -1022)) * powerOfTwo(-1022);
}

/** The largest power of two that is no larger than a positive finite number, and at least 2^-1022. */
export function unitOf(x: number): number {
  return powerOfTwo(Math.max(-1022, ((highWord(x) >> 20) & 0x7ff) - 1023));
}

/** Whether |x| is a power of two. */
export function isPowerOfTwo(x: number): boolean {
  number[0] = x;
  const word = words[high]!;
  const exponent = (word >> 20) & 0x7ff;
  return exponent !== 0 && exponent !== 0x7ff && (word & 0xfffff) === 0 && words[1 - high] === 0;
}
