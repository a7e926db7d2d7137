/** Refuses rows that a file would hold otherwise than they are: a typed array turns null into 0, and a text into NaN. */
import { failure } from "../errors.ts";
import { showValue } from "../options.ts";
import { numberFields } from "./coreColumns.ts";
import { type Columns, type Row, statuses } from "./row.ts";

/** Checks the numbers that every row has. @throws ERR_COLUMN_TYPE */
export function checkNumbers(row: Row): void {
  // Written out, since looking properties up by name costs 0.1 us per row.
  const { step, seconds, evaluations, products, value, squaredFieldNorm, stepSize } = row;
  if (
    typeof step === "number" &&
    typeof seconds === "number" &&
    typeof evaluations === "number" &&
    typeof products === "number" &&
    typeof value === "number" &&
    typeof squaredFieldNorm === "number" &&
    typeof stepSize === "number"
  ) {
    return;
  }
  for (let i = 0; i < numberFields.length; i++) {
    const number: unknown = row[numberFields[i]!];
    if (typeof number !== "number") throw wrongCell(row, numberFields[i]!, "a number", number);
  }
}

/** Checks a status. @throws ERR_COLUMN_TYPE */
export function checkStatus(row: Row): void {
  if (!statuses.includes(row.status)) throw wrongCell(row, "status", statuses.join(", "), row.status);
}

/** Checks the cell of a category with a given number of values. @throws ERR_CATEGORY */
export function checkCategory(row: Row, name: string, count: number, columns: Columns): void {
  const value: number | null | undefined = row.columns[name];
  if (value === undefined || value === null || (Number.isInteger(value) && value >= 0 && value < count)) return;
  throw failure(
    "ERR_CATEGORY",
    `RunEncoder: the column "${name}" of step ${row.step} is ${value}; expected the index of one of ` +
      `${(columns[name]?.values ?? []).join(", ")}, or undefined`,
  );
}

/** Checks that every column and vector of a row is declared, so that none is lost. @throws ERR_UNDECLARED */
export function checkNames(row: Row, declared: Columns): void {
  for (const name in row.columns) {
    const column = declared[name];
    if (row.columns[name] !== undefined && (column === undefined || column.kind === "vector")) {
      throw undeclared(declared, name, "columns");
    }
  }
  for (const name in row.vectors) {
    if (row.vectors[name] !== undefined && declared[name]?.kind !== "vector") {
      throw undeclared(declared, name, "vectors");
    }
  }
}

/** Makes the error of a cell of the wrong type. */
export function wrongCell(row: Row, name: string, expected: string, value: unknown): Error {
  return failure(
    "ERR_COLUMN_TYPE",
    `RunEncoder: expected ${name} to be ${expected}, got ${showValue(value)} at step ${showValue(row.step)} of "${row.run.name}"`,
  );
}

function undeclared(declared: Columns, name: string, where: string): Error {
  return failure(
    "ERR_UNDECLARED",
    `RunEncoder: row.${where}.${name} is not declared by row.run.columns${where === "vectors" ? ' with kind "vector"' : ""}, so it would be lost; ` +
      `write it through defineRowMeasure(), which declares it. Declared: ${Object.keys(declared).join(", ") || "none"}`,
  );
}
