import { DataType, type Table, tableFromIPC, type Vector } from "apache-arrow";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import type { Points } from "./npyPoints.ts";

/** Whether bytes begin as an Arrow file or an Arrow stream does. */
export function isArrow(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes.subarray(0, 6));
  return text === "ARROW1" || (bytes.length > 8 && bytes.subarray(0, 4).every((byte) => byte === 0xff));
}

/**
 * Reads points from an Arrow file or stream. A column of lists holds a point in each row; otherwise each column of
 * numbers is a coordinate. Rows without a point, as in the files of runs, are passed over.
 *
 * @param wanted name of the column of lists. Default: the one called `point`, or the only one
 * @throws ERR_DATA_FILE for a file that is damaged or holds no points; ERR_COMMAND_LINE for a column that there is not
 */
export function arrowPoints(path: string, bytes: Uint8Array, wanted: string | undefined): Points {
  const refuse = (expected: string, got: string): Error =>
    failure("ERR_DATA_FILE", `certify: expected ${expected} in ${path}, got ${got}`);
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw failure("ERR_DATA_FILE", `certify: ${path} is not a whole Arrow file: ${(cause as Error).message}`, {
      cause,
    });
  }
  const names = table.schema.fields.map(({ name }) => name);
  if (wanted !== undefined && !names.includes(wanted)) {
    throw failure(
      "ERR_COMMAND_LINE",
      `--column: ${path} has no column "${wanted}".${didYouMean(wanted, names)} Columns: ${names.join(", ")}`,
    );
  }
  const lists = table.schema.fields.filter(({ type }) => DataType.isFixedSizeList(type) || DataType.isList(type));
  const chosen =
    wanted ?? lists.find(({ name }) => name === "point")?.name ?? (lists.length === 1 ? lists[0]!.name : undefined);
  if (chosen === undefined && lists.length > 1) {
    throw refuse("one column of points", `the lists ${lists.map(({ name }) => name).join(", ")}; choose by --column`);
  }
  const rows =
    chosen === undefined
      ? rowsOf(
          table.schema.fields.map(({ name }) => table.getChild(name)!),
          table.numRows,
        )
      : listsOf(table.getChild(chosen)!);
  const [first] = rows;
  if (first === undefined || first.length === 0) throw refuse("points", "none");
  const values = new Float64Array(rows.length * first.length);
  for (const [i, row] of rows.entries()) {
    if (row.length !== first.length) throw refuse(`${first.length} numbers in each point`, `${row.length} in row ${i}`);
    const bad = row.findIndex((cell) => typeof cell !== "number" && typeof cell !== "bigint");
    if (bad >= 0) throw refuse("numbers", `${String(row[bad])} in row ${i}, place ${bad}`);
    values.set(row.map(Number), i * first.length);
  }
  return { dimension: first.length, values };
}

function rowsOf(columns: readonly Vector[], count: number): readonly (readonly unknown[])[] {
  return Array.from({ length: count }, (_, i) => columns.map((column): unknown => column.get(i)));
}

function listsOf(column: Vector): readonly (readonly unknown[])[] {
  return Array.from({ length: column.length }, (_, i): unknown => column.get(i)).flatMap((cell) =>
    cell === null ? [] : [typeof cell === "object" ? [...(cell as Iterable<unknown>)] : [cell]],
  );
}
