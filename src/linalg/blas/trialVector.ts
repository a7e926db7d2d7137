/** Products of a matrix and a vector by which `cblas_dgemv` of a library is tried before it is used. */
import type { BlasSymbols } from "./blasLibrary.ts";

type MultiplyVector = Required<Pick<BlasSymbols, "gemv" | "addressOf">>;

const rowMajor = 101;
const forms = [111, 112] as const;

/** Rows, columns, and distance between rows: each fills kernels of any width and leaves a remainder. */
const shapes = [
  [37, 53, 53],
  [53, 37, 40],
  [5, 3, 3],
  [130, 7, 9],
  [1, 29, 29],
] as const;

/** Places of matrix, vector and result, in numbers behind an address that is a multiple of 64 bytes. */
const places = [
  [0, 0, 0],
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [3, 5, 2],
] as const;

/**
 * Tells whether products of a matrix and a vector are right, and have the same bits wherever the operands lie. Kernels for
 * old processors begin a sum at the first aligned number, so that its order depends on the address.
 */
export function isSteady(symbols: MultiplyVector): boolean {
  return isExact(symbols) && shapes.every((shape) => forms.every((form) => hasOneResult(symbols, form, shape)));
}

/** Multiplies whole numbers, whose sums no order of additions rounds, with distances between the entries of vectors. */
function isExact({ gemv, addressOf }: MultiplyVector): boolean {
  const [rows, columns, distance] = shapes[1];
  const [stepX, stepY] = [3, 2];
  const longest = Math.max(rows, columns);
  const [x, y] = [rows * distance, rows * distance + stepX * longest];
  const memory = new Float64Array(y + stepY * longest);
  for (let i = 0; i < y; i++) memory[i] = ((i * 7919) % 211) - 105;
  const base = addressOf(memory.buffer);
  return forms.every((form) =>
    [0, 1].every((kept) => {
      // With a factor of 0 what was there must not matter, not even NaN.
      memory.fill(kept === 0 ? Number.NaN : 1, y);
      gemv(rowMajor, form, rows, columns, 2, base, distance, base + 8 * x, stepX, kept, base + 8 * y, stepY);
      const [count, terms] = form === forms[0] ? [rows, columns] : [columns, rows];
      for (let i = 0; i < count; i++) {
        let sum = 0;
        for (let p = 0; p < terms; p++) {
          const place = form === forms[0] ? i * distance + p : p * distance + i;
          sum += memory[place]! * memory[x + stepX * p]!;
        }
        if (memory[y + stepY * i] !== 2 * sum + kept) return false;
      }
      return true;
    }),
  );
}

/** Multiplies fractions, whose sums every order of additions rounds in its own way, with the operands at many places. */
function hasOneResult(
  { gemv, addressOf }: MultiplyVector,
  form: number,
  [rows, columns, distance]: readonly [number, number, number],
): boolean {
  const room = rows * distance + 16;
  const memory = new Float64Array(room + 2 * (rows + columns + 16));
  const base = addressOf(memory.buffer);
  const first = ((64 - (base % 64)) % 64) / 8;
  let expected: Float64Array | undefined;
  for (const [placeA, placeX, placeY] of places) {
    const [a, x, y] = [first + placeA, room + first + placeX, room + rows + columns + 16 + placeY];
    for (let i = 0; i < rows * distance; i++) memory[a + i] = 1 / (i + 3) - 0.01;
    for (let i = 0; i < Math.max(rows, columns); i++) {
      memory[x + i] = 1 / (7 * i + 1);
      memory[y + i] = 1 / (i + 5);
    }
    gemv(rowMajor, form, rows, columns, 0.3, base + 8 * a, distance, base + 8 * x, 1, 1, base + 8 * y, 1);
    const result = memory.slice(y, y + (form === forms[0] ? rows : columns));
    expected ??= result;
    if (result.some((number, i) => number !== expected![i])) return false;
  }
  return true;
}
