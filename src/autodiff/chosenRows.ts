import { failure } from "../errors.ts";
import { nativePass } from "../linalg/nativeVectors.ts";

/** Length from which on a view of a row and `set` are faster than a loop. */
const longRow = 32;
/** To find a row in memory takes as long as to copy so many numbers. */
const ofRow = 32;

/** Rows of a matrix, copied where a program needs them. The matrix and the numbers of the rows must not change. */
export class ChosenRows {
  readonly length: number;

  constructor(
    private readonly matrix: Float64Array,
    /** Numbers in a row. */
    private readonly width: number,
    /** Places of the rows in the matrix. */
    private readonly rows: ArrayLike<number>,
    /** Names all rows of the matrix by a hash, if these are a batch of them. */
    readonly whole?: () => string,
  ) {
    this.length = rows.length * width;
  }

  /** Writes the rows one after the other into memory of their length. */
  write(target: Float64Array): void {
    const { matrix, width, rows } = this;
    // The library reads whatever it is told to, so the rows are checked again: they may have been changed meanwhile.
    if (rows instanceof Int32Array && this.#areThere(target)) {
      const pass = nativePass(Math.max(this.length, ofRow * rows.length), target, matrix, rows);
      if (pass !== undefined) {
        const places = pass.addresses as readonly [number, number, number];
        pass.native.choose(...places, rows.length, width);
        return;
      }
    }
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i]! * width;
      const to = i * width;
      if (width >= longRow) target.set(matrix.subarray(from, from + width), to);
      else for (let j = 0; j < width; j++) target[to + j] = matrix[from + j]!;
    }
  }

  #areThere(target: Float64Array): boolean {
    const { matrix, width, rows } = this;
    const last = matrix.length / width - 1;
    for (let i = 0; i < rows.length; i++) if (!(rows[i]! >= 0 && rows[i]! <= last)) return false;
    return target.length === this.length && rows.length * width === this.length;
  }
}

/** Numbers that are written where a program needs them. They must not change. */
export interface WrittenData {
  readonly length: number;
  /** Writes all of them. */
  write(target: Float64Array): void;
  /**
   * Writes those from the place `from` on, as many as the target holds. With it, a field that is computed in tiles never
   * needs all of them at once, so that they may be more than memory holds, as in a file.
   */
  part?(target: Float64Array, from: number): void;
  /** Names by a hash all the data of which these are a batch. */
  readonly whole?: (() => string) | undefined;
}

/** Numbers of a data input, or where they come from. */
export type InputData = Float64Array | WrittenData;

/** Gives the numbers of an input as an array. @throws ERR_MEMORY if there is no memory for all of them */
export function numbersOf(data: InputData): Float64Array {
  if (data instanceof Float64Array) return data;
  let numbers: Float64Array;
  try {
    numbers = new Float64Array(data.length);
  } catch (cause) {
    const what = `${data.length} numbers that are needed at once`;
    throw failure("ERR_MEMORY", `data: expected memory for ${what}, got none; give the data in smaller batches`, {
      cause,
    });
  }
  data.write(numbers);
  return numbers;
}
