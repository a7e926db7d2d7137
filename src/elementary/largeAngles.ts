/** Reduction of angles beyond a million by integers of any length. It is exact and slow, and rarely needed. */

/** 2 / pi to 1216 bits, made once from Machin's formula for pi. */
let twoOverPi: bigint | undefined;
const bits = 1216n;

function ratio(): bigint {
  if (twoOverPi === undefined) {
    const guard = 64n;
    const one = 1n << (bits + guard);
    // The series of arctan(1 / n).
    const arc = (n: bigint): bigint => {
      let power = one / n;
      let total = power;
      for (let k = 1n; power !== 0n; k++) {
        power /= -(n * n);
        total += power / (2n * k + 1n);
      }
      return total;
    };
    const quarter = 4n * arc(5n) - arc(239n);
    // 2 / pi = 1 / (2 (pi / 4))
    twoOverPi = ((one * one) / (2n * quarter)) >> guard;
  }
  return twoOverPi;
}

const number = new Float64Array(1);
const word = new BigUint64Array(number.buffer);

/** Gives 2 / pi as 64-bit words, after one word of zeros, for the C of the native kernels. */
export function twoOverPiWords(): readonly bigint[] {
  const count = bits / 64n;
  const words = Array.from(
    { length: Number(count) },
    (_, i) => (ratio() >> (64n * (count - 1n - BigInt(i)))) & ((1n << 64n) - 1n),
  );
  return [0n, ...words];
}

/** Reduces an angle: x = n pi / 2 + y + rest with |y| <= pi / 4; `quadrant` is n modulo 4. */
export function reduceLarge(x: number): { readonly quadrant: number; readonly y: number; readonly rest: number } {
  number[0] = Math.abs(x);
  const exponent = Number(word[0]! >> 52n) - 1075;
  const mantissa = (word[0]! & 0xfffffffffffffn) | 0x10000000000000n;
  // Of x 2 / pi the integer part modulo 4 and the fraction are kept.
  const turns = exponent >= 0 ? (mantissa * ratio()) << BigInt(exponent) : (mantissa * ratio()) >> BigInt(-exponent);
  const one = 1n << bits;
  let whole = (turns >> bits) & 3n;
  let fraction = turns & (one - 1n);
  if (fraction > one >> 1n) {
    fraction -= one;
    whole += 1n;
  }
  // The fraction times pi / 2 is computed to 160 bits and kept as a pair.
  const kept = 200n;
  const angle = ((fraction >> (bits - kept)) << kept) / (ratio() >> (bits - kept));
  const head = Number(angle) / 2 ** 200;
  number[0] = head;
  const rest = Number(angle - BigInt(Math.round(head * 2 ** 100)) * (1n << 100n)) / 2 ** 200;
  const exact = Math.round(head * 2 ** 100) / 2 ** 100;
  const tail = rest - (head - exact);
  const quadrant = Number(whole % 4n);
  return x < 0 ? { quadrant: (4 - quadrant) % 4, y: -head, rest: -tail } : { quadrant, y: head, rest: tail };
}
