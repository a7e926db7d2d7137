import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";
import { readBatch, readFooter } from "./batches.ts";
import { DataFile } from "./dataFile.ts";
import { NumberColumn } from "./numberColumn.ts";

/** Rows of some columns of an Arrow file, which are read where they are needed. */
export interface ArrowRows {
  /** Columns and file, for messages. */
  readonly name: string;
  /** Number of rows. */
  readonly count: number;
  /** Numbers per row. */
  readonly width: number;
  /** Writes rows from the number `first` on, one after the other, as many as the target holds. */
  read(first: number, target: Float64Array): void;
  /** Writes the rows of these numbers, one after the other. */
  gather(rows: ArrayLike<number>, target: Float64Array): void;
}

/**
 * Opens an Arrow file whose rows may be more than memory holds, as data for `problem.with`, `rowsOf` and `minibatches`.
 *
 * The file is an Arrow IPC file (Feather V2), uncompressed, as other programs write it. A data input takes one column: of
 * float64, float32 or integers, or of fixed size lists of them, whose numbers are a row. Or it takes several columns,
 * whose numbers stand one after the other in a row. Every number becomes the float64 of the same value.
 *
 * Footer and heads of the record batches are read at once. Rows are read when they are needed, into memory of the
 * problem; beside it, memory grows with the number of record batches only. The file stays open until nothing refers to
 * it. It must not change in the meantime: a file that was written to, or that another one has replaced, is named when
 * rows are next read.
 *
 * Cost: a read of consecutive rows takes one call of the system per column and record batch, a gathered row one per
 * column. So several numbers of a row belong in one column of fixed size lists.
 *
 * @example
 * const loss = (w: tf.Tensor1D) => {
 *   const x = data("inputs", [0, 0, 0], [1, 3]) as tf.Tensor2D;
 *   return tf.mean(tf.square(tf.sub(tf.dot(x, w), data("targets", [0], [1]))));
 * };
 * const rows = arrowRows("train.arrow", { inputs: ["age", "height", "weight"], targets: "y" });
 * const batches = minibatches(objective([[3]], loss), rows, { size: 64 });
 * iterate(batches, [0, 0, 0], chain(untilStep(1000), momentum(), gradientStep(0.01))).subscribe();
 * @param path path of the file
 * @param columns for each data input the name of its column, or the names of its columns in the order of a row
 * @throws {FluxionInputError} ERR_READ if the file cannot be read; ERR_ARROW_EMPTY, ERR_ARROW_FORMAT, ERR_ARROW_CORRUPT
 *   if it is empty, not an Arrow file, or damaged; ERR_DATA_FILE for a column that does not hold numbers, for nulls,
 *   which it names with their row, for compressed batches, and, when rows are read, for a file that has changed
 * @throws {RangeError} ERR_DATA_NAME for a column that there is not, or that there is twice; ERR_LENGTH for a file
 *   without rows
 * @throws {TypeError} ERR_OPTION_TYPE for a path or names that are not text; ERR_UNSUPPORTED in a browser
 */
export function arrowRows<Name extends string>(
  path: string,
  columns: Readonly<Record<Name, string | readonly string[]>>,
): { readonly [K in Name]: ArrowRows } {
  const wanted = checkedColumns(path, columns);
  const file = new DataFile("arrowRows", path);
  const footer = readFooter(file);
  const batches = footer.blocks.length / 3;
  const known = footer.columns.map(({ name }) => name);
  const opened = new Map<string, NumberColumn>();
  for (const name of wanted.flatMap(([, names]) => names)) {
    const found = footer.columns.filter((column) => column.name === name);
    if (found.length !== 1) throw notOnce(path, name, found.length, known);
    if (!opened.has(name)) opened.set(name, new NumberColumn(file, found[0]!, batches));
  }
  /** Number of the first row of each batch, then the number of all rows. */
  const starts = new Float64Array(batches + 1);
  for (let i = 0; i < batches; i++) {
    const batch = readBatch(file, footer, i);
    for (const column of opened.values()) column.add(i, batch, starts[i]!);
    starts[i + 1] = starts[i]! + batch.rows;
  }
  file.checkUnchanged();
  if (!(starts[batches]! > 0))
    throw failure("ERR_LENGTH", `arrowRows: expected ${path} to have one row at least, got none`);
  const rowsOf = (names: readonly string[]): ArrowRows =>
    rowsOfColumns(
      file,
      names.map((name) => opened.get(name)!),
      starts,
    );
  return Object.fromEntries(wanted.map(([input, names]) => [input, rowsOf(names)])) as {
    readonly [K in Name]: ArrowRows;
  };
}

/** Gives the names of the columns of each input. */
function checkedColumns(path: unknown, columns: unknown): readonly (readonly [string, readonly string[]])[] {
  if (typeof path !== "string" || path === "") {
    throw failure("ERR_OPTION_TYPE", `arrowRows: expected the path of a file, got ${showValue(path)}`);
  }
  const wrong = (what: string, value: unknown): Error =>
    failure(
      "ERR_OPTION_TYPE",
      `arrowRows: expected ${what} the name of a column or a list of names, as in { inputs: "x", targets: "y" }, got ${showValue(value)}`,
    );
  if (typeof columns !== "object" || columns === null || Array.isArray(columns)) throw wrong("for each input", columns);
  const wanted = Object.entries(columns as Readonly<Record<string, unknown>>).map(([input, given]) => {
    const names: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (names.length === 0 || !names.every((name) => typeof name === "string")) throw wrong(`for "${input}"`, given);
    return [input, names as readonly string[]] as const;
  });
  if (wanted.length === 0) throw failure("ERR_LENGTH", "arrowRows: expected columns of one input at least, got none");
  return wanted;
}

function notOnce(path: string, name: string, times: number, known: readonly string[]): Error {
  const list = known.map((each) => JSON.stringify(each)).join(", ") || "none";
  return failure(
    "ERR_DATA_NAME",
    times > 1
      ? `arrowRows: ${path} has ${times} columns named ${JSON.stringify(name)}; give them different names`
      : `arrowRows: ${path} has no column named ${JSON.stringify(name)}.${didYouMean(name, known)} Its columns are ${list}`,
  );
}

/** Puts columns side by side. */
function rowsOfColumns(file: DataFile, columns: readonly NumberColumn[], starts: Float64Array): ArrowRows {
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const count = starts.at(-1)!;
  const names = columns.map((column) => JSON.stringify(column.name)).join(", ");
  let batch = 0;
  /** Finds the batch of a row, which is often that of the row before. */
  const batchOf = (row: number): number => {
    if (row >= starts[batch]! && row < starts[batch + 1]!) return batch;
    let [low, high] = [0, starts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= row) low = middle;
      else high = middle;
    }
    batch = low;
    return low;
  };
  /** Writes consecutive rows from the place `to` on. */
  const copy = (first: number, rows: number, target: Float64Array, to: number): void => {
    for (let done = 0; done < rows; ) {
      const at = batchOf(first + done);
      const some = Math.min(rows - done, starts[at + 1]! - first - done);
      let place = to + done * width;
      for (const column of columns) {
        column.fill(at, first + done - starts[at]!, some, target, place, width);
        place += column.width;
      }
      done += some;
    }
  };
  const check = (first: number, rows: number): void => {
    if (Number.isInteger(first) && first >= 0 && first + rows <= count) return;
    throw failure(
      "ERR_OPTION_RANGE",
      `arrowRows: expected rows from 0 to ${count - 1} of ${file.path}, got ${rows === 1 ? "" : `${rows} rows from `}${first}`,
    );
  };
  return {
    name: `the column${columns.length === 1 ? "" : "s"} ${names} of ${file.path}`,
    count,
    width,
    read(first, target) {
      const rows = target.length / width;
      if (!Number.isInteger(rows)) {
        throw failure("ERR_LENGTH", `arrowRows: expected room for rows of ${width} numbers, got ${target.length}`);
      }
      check(first, rows);
      copy(first, rows, target, 0);
      file.checkUnchanged();
    },
    gather(rows, target) {
      if (target.length !== rows.length * width) {
        throw failure(
          "ERR_LENGTH",
          `arrowRows: expected room for ${rows.length} rows of ${width} numbers, got ${target.length}`,
        );
      }
      for (let i = 0; i < rows.length; ) {
        const first = rows[i]!;
        let some = 1;
        while (i + some < rows.length && rows[i + some] === first + some) some++;
        check(first, some);
        copy(first, some, target, i * width);
        i += some;
      }
      file.checkUnchanged();
    },
  };
}
