/** Whether the passes over vectors of a native library have the bits of those in TypeScript. */
import { adamPass } from "../../../linalg/adamPass.ts";
import { orthogonalise } from "../../../linalg/krylov/orthogonalise.ts";
import type { NativeVectors } from "../../../linalg/nativeVectors.ts";
import { ChosenRows } from "../../chosenRows.ts";
import { digest } from "./digest.ts";

/** Few enough that the passes in TypeScript use no library, and odd, so that there are rests of all kinds. */
const n = 131;
/** Rows that are asked for in advance, and rows longer than a cache line, of which some numbers are left over. */
const choices = [
  { width: 13, rows: Int32Array.from({ length: 21 }, (_, i) => (7 * i) % 10) },
  { width: 29, rows: Int32Array.of(3, 0, 2, 2) },
] as const;
const factors = { decay: 0.9, fresh: 0.1, squareDecay: 0.999, scale: 0.3, shift: 0.001, pull: 0.01 };

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/**
 * Returns what is wrong with the passes, if anything is.
 *
 * @param argumentsOf gives at least 131 numbers of any size, others for each argument
 */
export function knownVectors(native: NativeVectors, argumentsOf: (shift: number) => Float64Array): string | undefined {
  const numbers = new Float64Array(5 * n);
  const vectors = Array.from({ length: 5 }, (_, i) => numbers.subarray(i * n, (i + 1) * n)) as Five;
  for (const [i, vector] of vectors.entries()) vector.set(argumentsOf(97 * i).subarray(0, n));
  const [mean, root, field, point, out] = vectors;
  for (const [i, size] of root.entries()) root[i] = Math.abs(size);
  const expected = vectors.map((vector) => vector.slice()) as Five;
  adamPass(...expected, factors);

  const memory = native.addressOf(numbers.buffer);
  const at = ({ byteOffset }: Float64Array | Int32Array): number => memory + byteOffset;
  const { decay, fresh, squareDecay, scale, shift, pull } = factors;
  native.adam(at(mean), at(root), at(field), at(point), at(out), decay, fresh, squareDecay, scale, shift, pull, n);
  const isWrong = vectors.some((vector, i) => digest(vector) !== digest(expected[i]!));
  if (isWrong) return "its step of Adam has other bits than that of TypeScript";
  for (const beta of [1, -1]) {
    native.combine(at(out), decay, at(mean), beta, at(field), n);
    if (out.some((sum, i) => !Object.is(sum, decay * mean[i]! + beta * field[i]!)))
      return "its sums of vectors are wrong";
  }
  if (!orthogonalises(native, argumentsOf(0))) return "its orthogonal vectors have other bits than those of TypeScript";
  const isRight = choices.every(({ width, rows }) => choosesRows(native, argumentsOf(0).subarray(0, n), width, rows));
  return isRight ? undefined : "it does not choose the rows of a matrix that it is told to";
}

/** Sizes of bases with each kind of step between groups of vectors. */
const bases = [4, 6, 9];

function orthogonalises(native: NativeVectors, values: Float64Array): boolean {
  const [v, ...basis] = Array.from({ length: 10 }, (_, k) =>
    values.subarray(0, n).map((x, i) => (Number.isFinite(x) ? x : i) / (Math.abs(x) < 1 ? 64 : 8192) + (i % (k + 2))),
  ) as [Float64Array, ...Float64Array[]];
  const numbers = new Float64Array(10 * n);
  const memory = native.addressOf(numbers.buffer);
  return bases.every((size) => {
    for (const [k, vector] of [v, ...basis].entries()) numbers.set(vector, k * n);
    const expected = v.slice();
    const rounds = 1 + (size % 2);
    orthogonalise(expected, basis.slice(0, size), { rounds });
    native.orthogonalise(memory, memory + 8 * n, 8 * n, size, n, rounds);
    return digest(numbers.subarray(0, n)) === digest(expected);
  });
}

function choosesRows(native: NativeVectors, matrix: Float64Array, width: number, rows: Int32Array): boolean {
  const count = rows.length * width;
  const numbers = new Float64Array(n + count + rows.length);
  numbers.set(matrix);
  const chosen = numbers.subarray(n, n + count);
  const expected = chosen.slice();
  new ChosenRows(matrix, width, rows).write(expected);
  const places = new Int32Array(numbers.buffer, chosen.byteOffset + chosen.byteLength, rows.length);
  places.set(rows);
  const memory = native.addressOf(numbers.buffer);
  native.choose(memory + chosen.byteOffset, memory, memory + places.byteOffset, rows.length, width);
  return digest(chosen) === digest(expected);
}
