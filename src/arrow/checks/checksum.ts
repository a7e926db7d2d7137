/**
 * CRC-32C (Castagnoli), the checksum of every message and of every JSON file. It finds each error of up to three bits
 * in a message of any length that fluxion writes, and each burst of up to 32 bits.
 */

const polynomial = 0x82f63b78;
const none = new Int32Array(0);
/** Tables for eight bytes at once, one after the other: entry k of table t is the remainder of byte k, t bytes ahead. */
const tables = makeTables();
const [t0, t1, t2, t3, t4, t5, t6, t7] = Array.from({ length: 8 }, (_, t) => tables.slice(256 * t, 256 * t + 256)) as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/**
 * Computes the CRC-32C of bytes, as an unsigned 32-bit integer. Cost: about 1 ns per byte, 1 GB/s.
 *
 * @param before checksum of the bytes that came before these, so that a text can be checked in parts
 */
export function crc32c(bytes: Uint8Array, begin = 0, end = bytes.length, before = 0): number {
  let crc = ~before;
  let i = begin;
  while (i < end && ((bytes.byteOffset + i) & 3) !== 0) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i++]!) & 255]!;
  // Like every Arrow buffer that fluxion writes, the words are in the order of a little-endian machine.
  const pairs = ((end - i) >> 3) << 1;
  const words = pairs === 0 ? none : new Int32Array(bytes.buffer, bytes.byteOffset + i, pairs);
  for (let j = 0; j < pairs; j += 2) {
    const low = crc ^ words[j]!;
    const high = words[j + 1]!;
    crc =
      t7[low & 255]! ^
      t6[(low >>> 8) & 255]! ^
      t5[(low >>> 16) & 255]! ^
      t4[low >>> 24]! ^
      t3[high & 255]! ^
      t2[(high >>> 8) & 255]! ^
      t1[(high >>> 16) & 255]! ^
      t0[high >>> 24]!;
  }
  for (i += 4 * pairs; i < end; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

/** Writes a checksum as eight hexadecimal digits in lower case. */
export function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, "0");
}

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let rest = n;
    for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    made[n] = rest;
  }
  for (let at = 256; at < made.length; at++) made[at] = (made[at - 256]! >>> 8) ^ made[made[at - 256]! & 255]!;
  return made;
}
