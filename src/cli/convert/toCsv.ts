/** Writes rows as CSV (RFC 4180, UTF-8), with the cells of `csvFile`; vectors and points stand there as JSON. */
import { csvCell, csvText } from "../../arrow/csvCells.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import type { Cell, OutColumn } from "./columns.ts";
import type { NewFile } from "./newFile.ts";
import type { RowChunk } from "./rowChunks.ts";

export function toCsv(file: NewFile, columns: readonly OutColumn[], chunks: Iterable<RowChunk>): void {
  const put = (lines: readonly string[]): void => file.write(Buffer.from(lines.map((line) => `${line}\r\n`).join("")));
  put([columns.map(({ name }) => csvText(name)).join(",")]);
  for (const { rows, runs } of chunks) {
    put(rows.map((row, i) => columns.map(({ cell }) => text(cell(row, runs[i]!))).join(",")));
  }
}

function text(cell: Cell): string {
  return csvCell(cell instanceof Float64Array ? stringify([...cell]) : cell);
}
