/** Seeded random numbers, which have the same bits on every machine. Every room may import this file. */
import { log } from "./elementary/index.ts";
import { failure } from "./errors.ts";
import { showValue } from "./options.ts";

/** Random numbers, one after the other. */
export interface RandomSource {
  /** Draws a number that is uniform on [0, 1), with 53 random bits. */
  uniform(): number;
  /** Draws a standard normal number. */
  normal(): number;
  /** Draws an integer that is uniform on 0, 1, ..., below - 1. */
  integer(below: number): number;
}

/**
 * Makes a source of random numbers that is determined by its key.
 *
 * A key such as (seed, purpose, step) gives each purpose and step an independent stream, so no hidden state has to be
 * kept. The generator is xoshiro256++ [1], seeded by SplitMix64 over the key; normal numbers come from Marsaglia's
 * polar method.
 *
 * @example const noise = randomSource(1, "noise", 3).normal();
 * @param seed any number
 * @param key what the numbers are for: texts and numbers, all of which count
 * @throws {TypeError} ERR_OPTION_TYPE for a seed that is not a number, or a part of the key that is neither text nor number
 * @see [1] Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021, doi:10.1145/3460772
 */
export function randomSource(seed: number, ...key: readonly (number | string)[]): RandomSource {
  checkKey(seed, key);
  const state = new BigUint64Array(4);
  let mix = 0n;
  const absorb = (word: bigint): void => {
    mix = splitMix(BigInt.asUintN(64, mix ^ word));
  };
  absorb(bitsOf(seed));
  for (const part of key) {
    // The marks lie beyond all code points, so that two keys never give the same words.
    if (typeof part === "number") {
      absorb(0x110000n);
      absorb(bitsOf(part));
    } else {
      for (const character of part) absorb(BigInt(character.codePointAt(0)! || 0x110001));
      absorb(0n);
    }
  }
  for (let i = 0; i < 4; i++) {
    mix = BigInt.asUintN(64, mix + 0x9e3779b97f4a7c15n);
    state[i] = splitMix(mix);
  }
  // The state is kept as eight 32-bit halves, since BigInt arithmetic would cost microseconds per number.
  const halves = new Uint32Array(state.buffer);
  const out = new Uint32Array(2);
  let spare: number | undefined;

  function uniform(): number {
    nextXoshiro(halves, out);
    return ((out[1]! >>> 0) * 0x200000 + (out[0]! >>> 11)) / 0x20000000000000;
  }
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal() {
      if (spare !== undefined) {
        const kept = spare;
        spare = undefined;
        return kept;
      }
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s > 0 && s < 1) {
          const factor = Math.sqrt((-2 * log(s)) / s);
          spare = v * factor;
          return u * factor;
        }
      }
    },
  };
}

function bitsOf(number: number): bigint {
  return new BigUint64Array(new Float64Array([number]).buffer)[0]!;
}

function splitMix(word: bigint): bigint {
  let z = BigInt.asUintN(64, word + 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

/** Makes one step of xoshiro256++ on halves: s[2i] is the low half of word i and s[2i + 1] the high one. */
function nextXoshiro(s: Uint32Array, out: Uint32Array): void {
  // One by one, since taking an array apart asks its iterator for each number.
  const s0l = s[0]!;
  const s0h = s[1]!;
  const s1l = s[2]!;
  const s1h = s[3]!;
  const s2l = s[4]!;
  const s2h = s[5]!;
  const s3l = s[6]!;
  const s3h = s[7]!;
  // result = rotl(s0 + s3, 23) + s0
  const sumL = (s0l + s3l) >>> 0;
  const sumH = (s0h + s3h + (sumL < s0l ? 1 : 0)) >>> 0;
  const rotL = ((sumL << 23) | (sumH >>> 9)) >>> 0;
  const rotH = ((sumH << 23) | (sumL >>> 9)) >>> 0;
  const low = (rotL + s0l) >>> 0;
  out[0] = low;
  out[1] = (rotH + s0h + (low < rotL ? 1 : 0)) >>> 0;
  // t = s1 << 17
  const tL = (s1l << 17) >>> 0;
  const tH = ((s1h << 17) | (s1l >>> 15)) >>> 0;
  const n2l = s2l ^ s0l;
  const n2h = s2h ^ s0h;
  const n3l = s3l ^ s1l;
  const n3h = s3h ^ s1h;
  s[2] = s1l ^ n2l;
  s[3] = s1h ^ n2h;
  s[0] = s0l ^ n3l;
  s[1] = s0h ^ n3h;
  s[4] = n2l ^ tL;
  s[5] = n2h ^ tH;
  // rotl(s3, 45): swap halves, then 13
  s[6] = (n3h << 13) | (n3l >>> 19);
  s[7] = (n3l << 13) | (n3h >>> 19);
}

function checkKey(seed: unknown, key: readonly unknown[]): void {
  if (typeof seed !== "number")
    throw failure("ERR_OPTION_TYPE", `randomSource: expected seed to be a number, got ${showValue(seed)}`);
  const bad = key.findIndex((part) => typeof part !== "number" && typeof part !== "string");
  if (bad < 0) return;
  throw failure(
    "ERR_OPTION_TYPE",
    `randomSource: expected texts and numbers as key, got ${showValue(key[bad])} at ${bad}`,
  );
}
