import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { text } from "../rules.ts";
import { arrowColumns, type Column, type Columns, isArrowFile } from "./arrowColumns.ts";
import { shownCell } from "./checkCells.ts";
import { csvRows, decoded } from "./csvRows.ts";
import { readDataFile } from "./dataFile.ts";
import { dataset } from "./dataset.ts";
import { namedClasses } from "./namedClasses.ts";
import { chosenColumns, featureNames } from "./tableColumns.ts";
import type { Dataset } from "./types.ts";

/** Options of {@link tableData}. */
export interface TableDataOptions {
  /** Column of the classes. Default "label", if there is one and there is no `target`. */
  readonly label?: string;
  /** Column of the targets, for regression. Default: none. */
  readonly target?: string;
}

const rules = { label: text, target: text } as const;

/**
 * Reads a data set from a table in a file: CSV with a line of names, or Arrow (IPC, file or stream).
 *
 * Each column but that of the label or target is a feature, under its name. Cells are numbers; an empty cell or a text
 * counts as NaN, which is refused with its row and feature. A cell of an Arrow file may also be a list of numbers, of the
 * same length in all rows, which are as many features, `pixels 1`, `pixels 2`, and so on. Labels are integers from 0, or texts: then the classes are
 * numbered in the order of their names.
 *
 * Cost: the whole table is in memory.
 *
 * @example const points = tableData("points.csv", { label: "kind" });
 * @param path path of the file; one that ends in `.csv` is read as CSV
 * @param options {@link TableDataOptions}
 * @throws ERR_DATA_FILE if the file is missing, no table, or has lines of different length
 * @throws {RangeError} ERR_OPTION_RANGE for a column that it does not have; else as {@link dataset}
 */
export function tableData(path: string, options: TableDataOptions = {}): Dataset {
  const read = readOptions("tableData", options, rules);
  const bytes = readDataFile("tableData", path, "give the path of a CSV or Arrow file");
  if (bytes.length === 0) throw failure("ERR_DATA_FILE", `tableData: expected a table in ${path}, got an empty file`);
  const columns = /\.csv$/i.test(path) ? csvColumns(path, bytes) : arrowColumns(path, bytes);
  const { label, target, features } = chosenColumns("tableData", path, [...columns.keys()], read);
  const labels = label === undefined ? undefined : classesOf(path, label, columns.get(label)!);
  for (const name of [...features, target]) {
    if (name !== undefined) checkCells(path, name, columns.get(name)!, false);
  }
  const wanted = target === undefined ? undefined : columns.get(target)!.numbers;
  const names = featureNames(features.map((name) => ({ name, width: columns.get(name)!.width })));
  const rows = columns.get(features[0]!)!.numbers.length / columns.get(features[0]!)!.width;
  const inputs = new Float64Array(rows * names.length);
  let place = 0;
  for (const name of features) {
    const { numbers, width } = columns.get(name)!;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < width; j++) inputs[i * names.length + place + j] = numbers[i * width + j]!;
    }
    place += width;
  }
  return dataset({
    inputs,
    shape: [names.length],
    names,
    ...(labels === undefined ? {} : { labels }),
    ...(wanted === undefined ? {} : { targets: wanted }),
    name: path.replace(/^.*[\\/]/, ""),
  });
}

/** The numbers of the classes in a column, which may have names. */
function classesOf(path: string, name: string, column: Column): Float64Array {
  const { numbers, width, odd, cellOf } = column;
  if (odd !== undefined && width === 1) {
    const named = namedClasses("tableData", `"${name}" in ${path}`, numbers.length, cellOf);
    if (named !== undefined) return named;
  }
  checkCells(path, name, column, true);
  return numbers;
}

/** Refuses cells that are not numbers, and lists as labels. */
function checkCells(path: string, name: string, { odd, width }: Column, isLabel: boolean): void {
  if (isLabel && width !== 1) {
    throw failure(
      "ERR_DATA_FILE",
      `tableData: expected one label in each cell of "${name}" in ${path}, got lists of ${width} numbers; ` +
        "give the number of the class, from 0, or take the column as target",
    );
  }
  if (odd === undefined) return;
  const remedy = isLabel ? "number the classes from 0" : "leave such rows or the column out, or fill them";
  throw failure(
    "ERR_NOT_FINITE",
    `tableData: expected numbers in ${path}, got NaN in row ${odd.row}, "${name}", from ${shownCell(odd.text)}; ${remedy}`,
  );
}

/** Refuses a first line that is not one of names. */
function checkNames(path: string, names: readonly string[]): void {
  const refuse = (what: string): Error => failure("ERR_DATA_FILE", `tableData: expected ${what}`);
  const [only] = names;
  if (names.length === 1 && /[;\t|]/.test(only!)) {
    throw refuse(`commas between the cells of ${path}, got the first line ${JSON.stringify(only!.slice(0, 40))}`);
  }
  // Other programs number columns without names from 0.
  const areNumbers = names.every((name) => name !== "" && Number.isFinite(Number(name)));
  if (areNumbers && names.some((name, j) => name !== String(j))) {
    throw refuse(
      `names in the first line of ${path}, got the numbers ${names.slice(0, 8).join(", ")}; add a line of names`,
    );
  }
  if (new Set(names).size !== names.length) {
    throw refuse(`different names in the first line of ${path}, got ${names.join(", ")}`);
  }
}

function csvColumns(path: string, bytes: Uint8Array): Columns {
  if (isArrowFile(bytes)) {
    throw failure(
      "ERR_DATA_FILE",
      `tableData: expected CSV in ${path}, got an Arrow file; give it a name that ends in .arrow`,
    );
  }
  const rows = csvRows(decoded(bytes));
  if (typeof rows === "number") {
    throw failure(
      "ERR_DATA_FILE",
      `tableData: expected a second quotation mark for each first one in ${path}, got one that is not closed in ` +
        (rows === 0 ? "the line of names" : `row ${rows - 1}`),
    );
  }
  const names = rows[0] ?? [""];
  checkNames(path, names);
  const columns = names.map(() => new Float64Array(Math.max(0, rows.length - 1)));
  const odd: NonNullable<Column["odd"]>[] = [];
  for (const [i, cells] of rows.slice(1).entries()) {
    if (cells.length !== names.length) {
      throw failure(
        "ERR_DATA_FILE",
        `tableData: expected ${names.length} cells in each line of ${path}, got ${cells.length} in row ${i}`,
      );
    }
    for (const [j, cell] of cells.entries()) {
      const number = cell === "" ? Number.NaN : Number(cell);
      columns[j]![i] = number;
      if (Number.isNaN(number)) odd[j] ??= { row: i, text: cell };
    }
  }
  return new Map(
    names.map((name, j) => [name, { numbers: columns[j]!, width: 1, odd: odd[j], cellOf: (i) => rows[i + 1]![j] }]),
  );
}
