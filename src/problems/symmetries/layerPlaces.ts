import type { HiddenUnits } from "./hiddenUnits.ts";

/** A matrix of weights in z. */
interface WeightPlace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
}

/** Places of one row of a matrix in z. */
export function rowPlaces({ shape, offset }: WeightPlace, row: number): Uint32Array {
  const columns = shape[1]!;
  return Uint32Array.from({ length: columns }, (_, j) => offset + row * columns + j);
}

/** Places of one column of a matrix in z. */
export function columnPlaces({ shape, offset }: WeightPlace, column: number): Uint32Array {
  const [rows, columns] = [shape[0]!, shape[1]!];
  return Uint32Array.from({ length: rows }, (_, i) => offset + i * columns + column);
}

/** Hidden units between matrices whose products are W_2 W_1 x: unit i is row i of W_1 and column i of W_2. */
export function unitsOfColumns(before: WeightPlace, after: WeightPlace): HiddenUnits {
  const units = Array.from({ length: before.shape[0]! }, (_, i) => i);
  return {
    name: `the layer between ${before.name} and ${after.name}`,
    incoming: units.map((i) => rowPlaces(before, i)),
    outgoing: units.map((i) => columnPlaces(after, i)),
    odd: true,
  };
}
