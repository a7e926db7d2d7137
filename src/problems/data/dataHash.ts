import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * Names data by their content: the SHA-256 of the shape and of the little-endian bytes of the numbers.
 *
 * The hash is the same on every machine for equal shapes and bit-equal numbers. Ground truth that is computed from data
 * carries it, so that it is never compared with a run on other data.
 *
 * Cost: one pass over the bytes.
 *
 * @example dataHash([2, 1], Float64Array.of(1, 2)) // "sha256:..." of 64 hexadecimal digits
 */
export function dataHash(shape: readonly number[], values: Float64Array | Uint8Array | Uint16Array): string {
  const hash = sha256.create().update(utf8ToBytes(`${values.BYTES_PER_ELEMENT}:${shape.join("x")};`));
  return `sha256:${bytesToHex(hash.update(littleEndian(values)).digest())}`;
}

function littleEndian(values: Float64Array | Uint8Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  const width = values.BYTES_PER_ELEMENT;
  return bytes.map((_, i) => bytes[i - (i % width) + width - 1 - (i % width)]!);
}
