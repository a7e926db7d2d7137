import { path as pathRule } from "../arguments.ts";
import { plainFields } from "../arrow/coreColumns.ts";
import { csvCell, csvText } from "../arrow/csvCells.ts";
import type { Column, Row } from "../arrow/row.ts";
import { failure } from "../errors.ts";
import { checkOption, readOptions } from "../options.ts";
import { defineSink, type RowSink } from "./defineSink.ts";
import { AppendFile } from "./files.ts";
import { flag } from "./rules.ts";

/** Options of {@link csvFile}. */
export interface CsvFileOptions {
  /** Whether to replace a file that exists. Default false: it is refused with ERR_RUN_EXISTS. */
  readonly overwrite?: boolean;
}

const rules = { overwrite: flag };

/**
 * Writes each row into a CSV file (RFC 4180, UTF-8) and passes it on.
 *
 * The first line names the columns: `step`, `seconds`, `status`, `evaluations`, `products`, `value`,
 * `squaredFieldNorm`, `stepSize`, then those of the operators in the order of `row.run.columns`. Points, vectors,
 * commands, and name and attempt of the run are left out; `arrowFile` and `runDirectory` keep them.
 *
 * - Numbers have the fewest digits that give the same float64 when they are read; negative zero is `-0`.
 * - Numbers that are not finite are `NaN`, `Infinity` and `-Infinity`, which JavaScript's `Number` and Python's `float`
 *   read.
 * - A category is written as its text. A column that was not measured at a row has an empty cell.
 * - A text that is empty or holds a comma, a quotation mark or a line break is quoted. Lines end with CR LF.
 *
 * Each subscription creates the file at its first row and closes it when the stream ends in any way. Every row is
 * written synchronously before it is passed on, so a run that is killed loses at most its last step. A resumed run
 * needs a file of its own. Put stop conditions before the sink, so that it sees the verdict.
 *
 * Cost: one system call per row, about 20 us: five times that of `arrowFile`, which writes batches.
 *
 * @example
 * iterate(bilinear(), [1, 1], gradientStep(0.1)).pipe(untilStep(100), csvFile("bilinear.csv")).subscribe();
 * @param path path of the file, usually `*.csv`; missing directories above it are created
 * @param options {@link CsvFileOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN at once
 * @throws {RangeError} ERR_OPTION_RANGE at once
 * @throws ERR_RUN_EXISTS, ERR_RUN_BUSY, ERR_WRITE in the stream; ERR_RUN_CHANGED for a second run of the stream;
 *   ERR_CATEGORY for a category without a text; everything written so far stays
 */
export function csvFile(path: string, options: CsvFileOptions = {}): RowSink {
  checkOption("csvFile", "path", path, pathRule);
  const { overwrite } = readOptions("csvFile", options, rules);
  return defineSink({
    name: "csvFile",
    oneRun: true,
    begin: () => ({
      open({ run }) {
        const file = new AppendFile("csvFile", path, { overwrite });
        const encoder = new TextEncoder();
        const writeLine = (cells: readonly string[]): void => file.write(encoder.encode(`${cells.join(",")}\r\n`));
        const columns = Object.entries(run.columns).filter(([, { kind }]) => kind !== "vector");
        writeLine([...plainFields, ...columns.map(([name]) => csvText(name))]);
        return {
          append: (row) =>
            writeLine([
              ...plainFields.map((name) => csvCell(row[name])),
              ...columns.map((column) => columnCell(column, row)),
            ]),
          close: () => file.close(),
        };
      },
    }),
  });
}

function columnCell([name, { kind, values = [] }]: readonly [string, Column], row: Row): string {
  const entry = row.columns[name];
  if (entry === undefined) return "";
  if (kind !== "category") return csvCell(entry);
  const text = values[entry];
  if (text === undefined) {
    throw failure(
      "ERR_CATEGORY",
      `csvFile: expected ${name} to be the index of one of its ${values.length} values, got ${entry} at step ${row.step}`,
    );
  }
  return csvText(text);
}
