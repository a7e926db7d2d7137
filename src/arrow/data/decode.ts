import type { NumberFormat } from "./columns.ts";

type Numbers = ArrayLike<number> | ArrayLike<bigint>;
type NumbersOf = new (buffer: ArrayBuffer, offset: number, length: number) => Numbers;

/** For each format the array that reads it, on the little-endian machines on which WebAssembly runs. */
const arrays: Readonly<Record<NumberFormat, NumbersOf & { readonly BYTES_PER_ELEMENT: number }>> = {
  float64: Float64Array,
  float32: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** Number of bytes of a number. */
export function bytesOf(format: NumberFormat): number {
  return arrays[format].BYTES_PER_ELEMENT;
}

/**
 * Writes `rows` rows of `width` numbers, whose bytes begin the buffer, into a target whose rows are `stride` apart.
 *
 * @returns the place among the numbers of an integer that float64 does not have; -1 if there is none
 */
export function decode(
  format: NumberFormat,
  bytes: ArrayBuffer,
  { rows, width }: { readonly rows: number; readonly width: number },
  target: Float64Array,
  to: number,
  stride: number,
): number {
  const numbers = new arrays[format](bytes, 0, rows * width);
  const isWide = format === "int64" || format === "uint64";
  let inexact = -1;
  for (let row = 0; row < rows; row++) {
    const [from, at] = [row * width, to + row * stride];
    for (let i = 0; i < width; i++) {
      const number = Number(numbers[from + i]!);
      if (isWide && inexact < 0 && !Number.isSafeInteger(number)) inexact = from + i;
      target[at + i] = number;
    }
  }
  return inexact;
}
