/** Whether a native library computes what every processor has to compute, to the last bit. */
import { elementwise } from "../emit/elementwise.ts";
import { loopShape } from "../emit/loopShape.ts";
import type { LoopStep, LoopValue } from "../lower/steps.ts";
import type { Buffer, ElementOp } from "../lower/values.ts";
import { digest } from "./digest.ts";
import { isNative } from "./instructions.ts";
import type { NativeKernels } from "./kernels.ts";
import { productNumbers } from "./knownProducts.ts";
import { knownVectors } from "./knownVectors.ts";
import { windowNumbers } from "./knownWindows.ts";
import { nativeTable } from "./table.ts";

/** Digest of the results of every function. Only a change that is meant to change bits changes it. */
const knownBits = "0941fafab6aa77a0";
/** The same for products with windows of images. */
const knownWindowBits = "ade4f795280f07fc";
/** The same for products of matrices. */
const knownProductBits = "686ea31993dc8064";

const operations = (Object.keys(elementwise) as ElementOp[]).filter(isNative);

/** Odd, so that all kinds of rests occur; more than a block. */
const size = 531;
const rowLength = 59;

const specials = [0, -0, 1, -1, 0.5, Infinity, -Infinity, Number.NaN, 5e-324, -1e-310, 750, -750, 1e300];

/** Makes numbers of both signs from 2^-20 to 2^11 with digits in all places, the first of which are replaced. */
function argumentsOf(shift: number, first: readonly number[]): Float64Array {
  const values = new Float64Array(size);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < size; i++) {
    const k = (i * 37 + shift) % size;
    const exponent = 1003 + ((k * 7) % 31);
    words[2 * i] = Math.imul(k + 1, 0x85ebca6b);
    words[2 * i + 1] = ((k & 1) << 31) | (exponent << 20) | (Math.imul(k + 1, 0x9e3779b1) >>> 12);
    if (k < first.length) values[i] = first[k]!;
  }
  return values;
}

/** Returns what is wrong with a library, if anything is. */
export function knownAnswer(kernels: NativeKernels): string | undefined {
  const found = nativeBits(kernels);
  if (found !== knownBits) return `its results have the digest ${found}, expected ${knownBits}`;
  const windows = digest(windowNumbers(kernels));
  if (windows !== knownWindowBits)
    return `its products with windows have the digest ${windows}, expected ${knownWindowBits}`;
  const products = digest(productNumbers(kernels));
  if (products !== knownProductBits) return `its products have the digest ${products}, expected ${knownProductBits}`;
  return knownVectors(kernels, (shift) => argumentsOf(shift, specials));
}

/** Computes the digest of the results of all functions on fixed arguments. */
function nativeBits({ loop, rows, addressOf }: NativeKernels): string {
  const inputs = [specials, [], specials].map((first, i) => argumentsOf(211 * i, first));
  const count = size / rowLength;
  const numbers = new Float64Array(16 + (inputs.length + operations.length + 2) * size + 2 * count + 2000);
  let place = 16;
  const reserve = (length: number): Buffer & { place: number } => {
    const buffer = { size: length, level: 0, place: 8 * place };
    place += length;
    return buffer;
  };
  const buffers = inputs.map((values) => {
    numbers.set(values, place);
    return reserve(size);
  });
  const first = place;
  const outputs = operations.map(() => reserve(size));
  const slope = reserve(size);
  const sums = [reserve(1), reserve(count), reserve(rowLength)];
  const reductions = [reserve(count), reserve(size), reserve(1)];
  const end = place;

  const load = (buffer: Buffer): LoopValue => ({
    kind: "load",
    access: { buffer, offset: 0, strides: [rowLength, 1] },
  });
  const step: LoopStep = {
    kind: "loop",
    shape: [count, rowLength],
    values: [
      ...buffers.map(load),
      ...operations.map((op): LoopValue => ({ kind: "operation", op, operands: [0, 1, 2] })),
      { kind: "number", value: 2 },
      { kind: "operation", op: "mul", operands: [0, buffers.length + operations.length] },
      { kind: "operation", op: "logisticDensity", operands: [buffers.length + operations.length + 1] },
    ],
    // The last store is that of the slope of tanh.
    stores: [...outputs, slope].map((buffer, i) => ({
      value: buffers.length + i + (buffer === slope ? 2 : 0),
      access: { buffer, offset: 0, strides: [rowLength, 1] },
    })),
    sums: sums.map((buffer, i) => ({
      value: 1,
      access: {
        buffer,
        offset: 0,
        strides: [
          [0, 0],
          [1, 0],
          [0, 1],
        ][i]!,
      },
    })),
  };
  const table = nativeTable(step, loopShape(step))!;
  new Int32Array(numbers.buffer, 8 * end, table.length).set(table);
  const memory = addressOf(numbers.buffer);
  loop(memory, 8 * end);
  rows(memory, buffers[1]!.place!, reductions[0]!.place, count, rowLength);
  rows(memory, buffers[0]!.place!, reductions[1]!.place, size, 1);
  rows(memory, outputs[operations.indexOf("tanh")]!.place!, reductions[2]!.place, 1, size);
  return digest(numbers.subarray(first, end));
}
