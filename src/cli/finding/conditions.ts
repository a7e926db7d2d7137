/** Conditions and order of a list: `--filter "loss < 0.1"` and `--sort loss`. */
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { compare, type Entry } from "./entries.ts";

const operators: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** A condition on the entries of a list. */
export interface Condition {
  readonly column: string;
  readonly holds: (entry: Entry) => boolean;
}

/**
 * Reads a condition: a column, one of `= != < <= > >= ~`, and a value. `~` asks whether a text holds another one,
 * whatever the case of its letters. A number is compared with numbers. An empty cell meets no condition but `!=`.
 *
 * @throws ERR_COMMAND_LINE for anything else
 */
export function conditionOf(text: string): Condition {
  const [, column, operator, value] = /^\s*(.+?)\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (column === undefined || operator === undefined || value === undefined) {
    throw failure(
      "ERR_COMMAND_LINE",
      `--filter: expected a column, one of = != < <= > >= ~, and a value, as in "loss < 0.1", got "${text}"`,
    );
  }
  const number = value === "" ? Number.NaN : Number(value);
  const meets = (cell: string | number): boolean => {
    if (operator === "~") return String(cell).toLowerCase().includes(value.toLowerCase());
    const compared = typeof cell === "number" && !Number.isNaN(number);
    // NaN equals nothing and is in no order.
    if (compared && Number.isNaN(cell)) return operator === "!=";
    return operators[operator]!(compared ? compare(cell, number) : compare(String(cell), value));
  };
  return {
    column,
    holds: (entry) => {
      const cell = entry[column];
      if (cell === undefined) return operator === "!=";
      if (column !== "tags" || typeof cell !== "string" || operator === "~") return meets(cell);
      // Of several tags, one has to meet it, and none may be the one that is excluded.
      const tags = cell.split(" ");
      return operator === "!=" ? tags.every(meets) : tags.some(meets);
    },
  };
}

/** Sorts entries by a column: numbers before texts, empty cells and NaN last in either direction. */
export function sorted(entries: readonly Entry[], column: string, reverse: boolean): Entry[] {
  const sign = reverse ? -1 : 1;
  const rank = (cell: string | number | undefined): number =>
    cell === undefined || Number.isNaN(cell) ? 2 : typeof cell === "number" ? 0 : 1;
  return [...entries].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    const [i, j] = [rank(x), rank(y)];
    if (i === 2 || j === 2) return i - j;
    return sign * (i - j || compare(x!, y!));
  });
}

/** Refuses a column that no entry has. @throws ERR_COMMAND_LINE */
export function requireColumns(
  flag: string,
  columns: readonly string[],
  entries: readonly Entry[],
  known: readonly string[],
): void {
  for (const column of columns) {
    if (known.includes(column) || entries.some((entry) => column in entry)) continue;
    const names = new Set([...known, ...entries.flatMap((entry) => Object.keys(entry))]);
    throw failure(
      "ERR_COMMAND_LINE",
      `${flag}: there is no column "${column}".${didYouMean(column, names)} Columns: ${[...names].join(", ")}`,
    );
  }
}
