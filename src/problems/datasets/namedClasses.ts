import { failure } from "../../errors.ts";

/**
 * Numbers classes that are named by texts, in the order of their UTF-16 code units: the first name is class 0. So rows in
 * another order have the same classes.
 *
 * @param where what the cells are, such as `"kind" in points.csv`
 * @returns undefined if a cell is a number, or a text that spells one: then the classes have numbers already
 * @throws ERR_DATA_FILE for a cell that names no class, beside others that do
 */
export function namedClasses(
  who: string,
  where: string,
  rows: number,
  cellOf: (row: number) => unknown,
): Float64Array | undefined {
  const cells = Array.from({ length: rows }, (_, i) => cellOf(i));
  const isEmpty = (cell: unknown): boolean => cell === null || (typeof cell === "string" && cell.trim() === "");
  const given = cells.filter((cell) => !isEmpty(cell));
  const isName = (cell: unknown): cell is string => typeof cell === "string" && Number.isNaN(Number(cell));
  if (given.length === 0 || !given.every(isName)) return undefined;
  const missing = cells.findIndex(isEmpty);
  if (missing >= 0) {
    throw failure(
      "ERR_DATA_FILE",
      `${who}: expected the name of a class in each cell of ${where}, got an empty cell in row ${missing}; ` +
        "leave such rows out, or name their class",
    );
  }
  const numbers = new Map([...new Set(given)].sort().map((name, k) => [name, k]));
  return Float64Array.from(given, (name) => numbers.get(name)!);
}
