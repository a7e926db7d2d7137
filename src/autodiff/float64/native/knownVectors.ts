/** Whether the passes over vectors of a native library have the bits of those in TypeScript. */
import { adamPass } from "../../../linalg/adamPass.ts";
import type { NativeVectors } from "../../../linalg/nativeVectors.ts";
import { ChosenRows } from "../../chosenRows.ts";
import { digest } from "./digest.ts";

/** Few enough that the passes in TypeScript use no library, and odd, so that there are rests of all kinds. */
const n = 131;
/** Numbers of a row, so that some are left over beside whole cache lines. */
const width = 13;
const rows = Int32Array.of(3, 0, 9, 9, 5);
const factors = { decay: 0.9, fresh: 0.1, squareDecay: 0.999, scale: 0.3, shift: 0.001, pull: 0.01 };

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/**
 * Returns what is wrong with the passes, if anything is.
 *
 * @param argumentsOf gives at least 131 numbers of any size, others for each argument
 */
export function knownVectors(native: NativeVectors, argumentsOf: (shift: number) => Float64Array): string | undefined {
  const numbers = new Float64Array(5 * n + rows.length * width + rows.length);
  const vectors = Array.from({ length: 5 }, (_, i) => numbers.subarray(i * n, (i + 1) * n)) as Five;
  for (const [i, vector] of vectors.entries()) vector.set(argumentsOf(97 * i).subarray(0, n));
  const [mean, root, field, point, out] = vectors;
  for (const [i, size] of root.entries()) root[i] = Math.abs(size);
  const chosen = numbers.subarray(5 * n, 5 * n + rows.length * width);
  const places = new Int32Array(numbers.buffer, chosen.byteOffset + chosen.byteLength, rows.length);
  places.set(rows);

  const expected = vectors.map((vector) => vector.slice()) as Five;
  const chosenThere = chosen.slice();
  new ChosenRows(field.slice(), width, rows).write(chosenThere);
  adamPass(...expected, factors);

  const memory = native.addressOf(numbers.buffer);
  const at = ({ byteOffset }: Float64Array | Int32Array): number => memory + byteOffset;
  native.choose(at(chosen), at(field), at(places), rows.length, width);
  const { decay, fresh, squareDecay, scale, shift, pull } = factors;
  native.adam(at(mean), at(root), at(field), at(point), at(out), decay, fresh, squareDecay, scale, shift, pull, n);
  if (digest(chosen) !== digest(chosenThere)) return "it does not choose the rows of a matrix that it is told to";
  const isWrong = vectors.some((vector, i) => digest(vector) !== digest(expected[i]!));
  return isWrong ? "its step of Adam has other bits than that of TypeScript" : undefined;
}
