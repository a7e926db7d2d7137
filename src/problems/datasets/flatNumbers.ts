/** Lays out what `dataset` is given. */
import { failure } from "../../errors.ts";
import type { RowSource } from "../problem.ts";
import { isRowSource } from "../traced/sourceRows.ts";
import { checkCells } from "./checkCells.ts";
import { byteRows, type Numbers } from "./rowSources.ts";

/** Number of numbers in a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Numbers row after row. */
interface Flat {
  readonly values: Numbers;
  readonly shape: readonly number[];
  readonly count: number;
}

interface Laid {
  /** Number of rows, where it is known. */
  readonly rows?: number;
  /** Gives the name of a number of a row, for messages. */
  readonly nameOf?: (place: number) => string;
}

/** Lays rows one after the other and counts them. */
export function flat(
  name: string,
  what: string,
  given: Float64Array | readonly ArrayLike<number>[] | RowSource,
  shape: readonly number[] | undefined,
  { rows, nameOf = (place) => `place ${place}` }: Laid = {},
): Flat {
  if (isRowSource(given)) {
    const own = shape ?? [given.width];
    if (sizeOf(own) !== given.width) {
      throw failure(
        "ERR_LENGTH",
        `dataset: expected ${sizeOf(own)} ${what} in each row of "${name}", got ${given.width} in ${given.name}`,
      );
    }
    return { values: given, shape: own, count: given.count };
  }
  if (given instanceof Float64Array) {
    const own =
      shape ?? (rows !== undefined && given.length % rows === 0 && given.length > rows ? [given.length / rows] : []);
    const width = sizeOf(own);
    if (given.length % width !== 0) {
      throw failure(
        "ERR_LENGTH",
        `dataset: expected ${what} of "${name}" to be whole rows of ${width} numbers, got ${given.length} numbers`,
      );
    }
    return { values: given, shape: own, count: given.length / width };
  }
  const width = given[0]?.length ?? 0;
  const own = shape ?? [width];
  checkCells(`dataset: expected numbers as ${what} of "${name}"`, given, nameOf);
  const values = new Float64Array(given.length * width);
  for (const [i, row] of given.entries()) {
    if (row.length !== sizeOf(own)) {
      throw failure(
        "ERR_LENGTH",
        `dataset: expected ${sizeOf(own)} ${what} in each row of "${name}", got ${row.length} in row ${i}`,
      );
    }
    values.set(row, i * width);
  }
  return { values, shape: own, count: given.length };
}

/** Copies rows of a matrix. */
export function gathered(values: Float64Array, width: number, rows: ArrayLike<number>): Float64Array {
  const chosen = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    chosen.set(values.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  }
  return chosen;
}

/** Lays out bytes, which stay bytes. */
export function numbersOfBytes(
  name: string,
  bytes: Uint8Array,
  shape: readonly number[] | undefined,
  scale: number,
): Flat {
  const own = shape ?? [];
  const width = sizeOf(own);
  if (bytes.length % width !== 0) {
    throw failure(
      "ERR_LENGTH",
      `dataset: expected inputs of "${name}" to be whole rows of ${width} numbers, got ${bytes.length} numbers`,
    );
  }
  return { values: byteRows(name, bytes, width, scale), shape: own, count: bytes.length / width };
}
