/**
 * Writes rows as a Parquet file, by hyparquet-writer: plain JavaScript of 1 MB with its one dependency, and it writes
 * group by group, so that memory does not grow with the run. (parquet-wasm is 6 MB of WebAssembly that wants the whole
 * table; DuckDB is 70 MB of native code.)
 */
import { ByteWriter, ParquetWriter, type Writer } from "hyparquet-writer";
import { version } from "../../experiments/threads/version.ts";
import type { Cell, OutColumn } from "./columns.ts";
import type { NewFile } from "./newFile.ts";
import type { RowChunk } from "./rowChunks.ts";

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

export function toParquet(
  file: NewFile,
  columns: readonly OutColumn[],
  chunks: Iterable<RowChunk>,
  metadata: ReadonlyMap<string, string>,
): void {
  const bytes: Writer & { index: number } = new ByteWriter();
  const flush = (): void => {
    file.write(new Uint8Array(bytes.buffer, 0, bytes.index));
    bytes.index = 0;
  };
  bytes.flush = flush;
  bytes.finish = flush;
  const schema: SchemaElement[] = [{ name: "schema", num_children: columns.length }, ...columns.flatMap(elementsOf)];
  const meanings = Object.fromEntries(columns.map(({ name, meaning, unit }) => [name, { meaning, unit }]));
  const writer = new ParquetWriter({
    writer: bytes,
    schema,
    createdBy: `fluxion ${version}`,
    kvMetadata: [
      ...[...metadata].map(([key, value]) => ({ key, value })),
      { key: "fluxion.columns", value: JSON.stringify(meanings) },
    ],
  });
  for (const { rows, runs } of chunks) {
    const columnData = columns.map(({ name, type, cell }) => ({
      name,
      data: rows.map((row, i) => parquetCell(cell(row, runs[i]!))),
      // Readers leave out groups by their largest value, which says nothing of NaN.
      statistics: type !== "number" || name === "step",
    }));
    void writer.write({ columnData, rowGroupSize: rows.length });
  }
  void writer.finish();
}

function parquetCell(cell: Cell): unknown {
  return cell instanceof Float64Array ? Array.from(cell) : cell;
}

function elementsOf({ name, type, nullable }: OutColumn): SchemaElement[] {
  const repetition_type = nullable ? "OPTIONAL" : "REQUIRED";
  switch (type) {
    case "text":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
    case "integer":
      return [{ name, type: "INT32", repetition_type }];
    case "number":
      return [{ name, type: "DOUBLE", repetition_type }];
    case "vector":
      return [
        { name, converted_type: "LIST", num_children: 1, repetition_type },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        { name: "element", type: "DOUBLE", repetition_type: "REQUIRED" },
      ];
  }
}
