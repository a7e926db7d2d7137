import { type Table, tableFromIPC } from "apache-arrow";
import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { text } from "../rules.ts";
import { readDataFile } from "./dataFile.ts";
import { dataset } from "./dataset.ts";
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
 * counts as NaN, which is refused with its row and feature. Labels are integers from 0.
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
  const columns = /\.csv$/i.test(path) ? csvColumns(path, bytes) : arrowColumns(path, bytes);
  const { target } = read;
  const label = read.label ?? (target === undefined && columns.has("label") ? "label" : undefined);
  for (const name of [label, target]) {
    if (name === undefined || columns.has(name)) continue;
    throw failure(
      "ERR_OPTION_RANGE",
      `tableData: expected a column of ${path}, ${[...columns.keys()].join(", ")}, got "${name}"`,
    );
  }
  const names = [...columns.keys()].filter((name) => name !== label && name !== target);
  const rows = [...columns.values()][0]?.length ?? 0;
  if (names.length === 0)
    throw failure("ERR_DATA_FILE", `tableData: expected columns of features in ${path}, got none`);
  const inputs = new Float64Array(rows * names.length);
  for (const [j, name] of names.entries()) {
    const column = columns.get(name)!;
    for (let i = 0; i < rows; i++) inputs[i * names.length + j] = column[i]!;
  }
  return dataset({
    inputs,
    shape: [names.length],
    names,
    ...(label === undefined ? {} : { labels: columns.get(label)! }),
    ...(target === undefined ? {} : { targets: columns.get(target)! }),
    name: path.replace(/^.*[\\/]/, ""),
  });
}

type Columns = ReadonlyMap<string, Float64Array>;

function csvColumns(path: string, bytes: Uint8Array): Columns {
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const names = (lines[0] ?? "").split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  const columns = names.map(() => new Float64Array(Math.max(0, lines.length - 1)));
  if (new Set(names).size !== names.length) {
    throw failure(
      "ERR_DATA_FILE",
      `tableData: expected different names in the first line of ${path}, got ${names.join(", ")}`,
    );
  }
  for (const [i, line] of lines.slice(1).entries()) {
    const cells = line.split(",");
    if (cells.length !== names.length) {
      throw failure(
        "ERR_DATA_FILE",
        `tableData: expected ${names.length} cells in each line of ${path}, got ${cells.length} in row ${i}`,
      );
    }
    for (const [j, cell] of cells.entries()) columns[j]![i] = cell.trim() === "" ? Number.NaN : Number(cell);
  }
  return new Map(names.map((name, j) => [name, columns[j]!]));
}

function arrowColumns(path: string, bytes: Uint8Array): Columns {
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw failure("ERR_DATA_FILE", `tableData: ${path} is not an Arrow file; CSV files end in .csv`, { cause });
  }
  return new Map(
    table.schema.fields.map(({ name }) => {
      const column = table.getChild(name)!;
      return [name, Float64Array.from({ length: table.numRows }, (_, i) => cellOf(column.get(i)))];
    }),
  );
}

const cellOf = (value: unknown): number =>
  typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? Number(value) : Number.NaN;
