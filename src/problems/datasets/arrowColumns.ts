/** Columns of numbers from the bytes of an Arrow file. */
import { DataType, type Field, type Table, tableFromIPC, Vector } from "apache-arrow";
import { failure } from "../../errors.ts";

/** A column: the numbers of its cells, and how many are in each. */
export interface Column {
  readonly numbers: Float64Array;
  readonly width: number;
  /** The first cell that is not a number, with its row. */
  readonly odd?: { readonly row: number; readonly text: string } | undefined;
  /** What stands in the cell of a row. */
  readonly cellOf: (row: number) => unknown;
}

export type Columns = ReadonlyMap<string, Column>;

const arrowMagic = "ARROW1";
const parquetMagic = "PAR1";
const begins = (bytes: Uint8Array, text: string): boolean =>
  bytes.length >= text.length && [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));

/** Whether bytes begin as those of an Arrow file do. */
export const isArrowFile = (bytes: Uint8Array): boolean => begins(bytes, arrowMagic);

/**
 * Reads the columns of an Arrow file or stream.
 *
 * @throws ERR_DATA_FILE if it is none, is cut off or compressed, or has cells of more or fewer numbers than others
 */
export function arrowColumns(path: string, bytes: Uint8Array): Columns {
  if (begins(bytes, arrowMagic) && !begins(bytes.subarray(-arrowMagic.length), arrowMagic)) {
    throw failure(
      "ERR_DATA_FILE",
      `tableData: expected a whole Arrow file, got ${bytes.length} bytes of ${path} that do not end with ${arrowMagic}; ` +
        "copy it again, or close it where it is written",
    );
  }
  if (begins(bytes, parquetMagic)) {
    throw failure(
      "ERR_DATA_FILE",
      `tableData: expected CSV or Arrow, got Parquet in ${path}; write it as Arrow, such as by ` +
        'pyarrow.feather.write_feather(pyarrow.parquet.read_table(...), ..., compression="uncompressed")',
    );
  }
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw failure(
      "ERR_DATA_FILE",
      /compress|codec/i.test(String(cause))
        ? `tableData: expected an Arrow file without compression, got a compressed one in ${path}; write it again, such ` +
            'as by pyarrow.feather.write_feather(..., compression="uncompressed")'
        : `tableData: ${path} is not an Arrow file; CSV files end in .csv`,
      { cause },
    );
  }
  return new Map(
    table.schema.fields.map((field) => {
      const column = table.getChild(field.name)!;
      const width = widthOf(path, field, column);
      const numbers = new Float64Array(table.numRows * width);
      let odd: Column["odd"];
      for (let i = 0; i < table.numRows; i++) {
        const cell: unknown = column.get(i);
        write(cell, width, numbers, i * width);
        if (odd === undefined && numbers.subarray(i * width, (i + 1) * width).includes(Number.NaN)) {
          odd = { row: i, text: cell === null ? "" : String(cell) };
        }
      }
      return [field.name, { numbers, width, odd, cellOf: (i) => column.get(i) }];
    }),
  );
}

/**
 * Numbers in a cell: those of a list of fixed size, or of lists that all have the same length; else one.
 *
 * @throws ERR_DATA_FILE for lists of different lengths, lists of such lists, and decimals, of which a float loses digits
 */
function widthOf(path: string, { name, type }: Field, column: Vector): number {
  const refuse = (what: string): Error => failure("ERR_DATA_FILE", `tableData: expected ${what}`);
  if (DataType.isDecimal(type)) {
    throw refuse(`numbers in "${name}" of ${path}, got decimals; cast the column to float64, or to int64 for labels`);
  }
  if (!DataType.isList(type)) return fixedWidth(type);
  const each = fixedWidth(type.children[0]!.type);
  let length: number | undefined;
  for (let i = 0; i < column.length; i++) {
    const cell: unknown = column.get(i);
    if (!(cell instanceof Vector)) continue;
    length ??= cell.length;
    if (cell.length !== length || length === 0 || DataType.isList(type.children[0]!.type)) {
      throw refuse(
        `lists of the same length in "${name}" of ${path}, got ${cell.length === length ? `${type}` : `${cell.length} entries`} ` +
          `in row ${i}${cell.length === length ? "" : ` after ${length}`}; give each number a column, or fill the lists`,
      );
    }
  }
  return (length ?? 1) * each;
}

/** Numbers in a cell of a type: those of a fixed size list, else one. */
const fixedWidth = (type: DataType): number =>
  DataType.isFixedSizeList(type) ? type.listSize * fixedWidth(type.children[0]!.type) : 1;

/** Writes the numbers of a cell; what is not a number becomes NaN. */
function write(value: unknown, width: number, target: Float64Array, at: number): void {
  if (value instanceof Vector) {
    const each = width / value.length;
    for (let i = 0; i < value.length; i++) write(value.get(i), each, target, at + i * each);
    return;
  }
  const isNumber = typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
  target.fill(isNumber ? Number(value) : Number.NaN, at, at + width);
}
