/** Writes rows as an Arrow file with random access (`.arrow`, also called Feather V2). */
import {
  type Data,
  Field,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import type { Cell, OutColumn } from "./columns.ts";
import type { NewFile } from "./newFile.ts";
import type { RowChunk } from "./rowChunks.ts";

export async function toArrow(
  file: NewFile,
  columns: readonly OutColumn[],
  chunks: Iterable<RowChunk>,
  metadata: ReadonlyMap<string, string>,
): Promise<void> {
  const schema = new Schema(columns.map(fieldOf), new Map(metadata));
  const writer = new RecordBatchFileWriter();
  const batch = ({ rows, runs }: RowChunk): RecordBatch => {
    const children = columns.map(({ type, cell }) =>
      dataOf(
        type,
        rows.map((row, i) => cell(row, runs[i]!)),
      ),
    );
    const struct = makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children });
    return new RecordBatch(schema, struct);
  };
  const batches = async function* (): AsyncGenerator<RecordBatch> {
    let any = false;
    for (const chunk of chunks) {
      any = true;
      yield batch(chunk);
      // The writer has no back-pressure: what it has made is written before the next batch is read.
      await new Promise((done) => setImmediate(done));
    }
    if (!any) yield batch({ rows: [], runs: [] });
  };
  const done = writer.writeAll(batches()) as unknown as Promise<unknown>;
  const failed = done.then(
    () => undefined,
    (error: unknown) => {
      writer.abort(error);
      return { error };
    },
  );
  try {
    for await (const bytes of writer) file.write(bytes);
  } catch (error) {
    const reason = await failed;
    throw reason === undefined ? error : reason.error;
  }
  const reason = await failed;
  if (reason !== undefined) throw reason.error;
}

const types = {
  text: () => new Utf8(),
  integer: () => new Int32(),
  number: () => new Float64(),
  vector: () => new List(new Field("item", new Float64(), true)),
} as const;

function fieldOf({ name, type, nullable, meaning, unit }: OutColumn): Field {
  const metadata = new Map([["meaning", meaning]]);
  if (unit !== undefined) metadata.set("unit", unit);
  return new Field(name, types[type](), nullable, metadata);
}

function dataOf(type: OutColumn["type"], cells: readonly Cell[]): Data {
  const length = cells.length;
  const nullBitmap = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  for (let i = 0; i < length; i++) {
    if (cells[i] === undefined) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  }
  const common = { length, nullCount, nullBitmap };
  if (type === "number") return makeData({ type: types.number(), data: Float64Array.from(cells, numberOf), ...common });
  if (type === "integer") return makeData({ type: types.integer(), data: Int32Array.from(cells, numberOf), ...common });
  const valueOffsets = new Int32Array(length + 1);
  if (type === "text") {
    const texts = cells.map((cell) => Buffer.from(cell === undefined ? "" : String(cell)));
    for (const [i, text] of texts.entries()) valueOffsets[i + 1] = valueOffsets[i]! + text.length;
    return makeData({ type: types.text(), valueOffsets, data: Buffer.concat(texts), ...common });
  }
  for (let i = 0; i < length; i++)
    valueOffsets[i + 1] = valueOffsets[i]! + ((cells[i] as Float64Array | undefined)?.length ?? 0);
  const values = new Float64Array(valueOffsets[length]!);
  for (let i = 0; i < length; i++) if (cells[i] !== undefined) values.set(cells[i] as Float64Array, valueOffsets[i]!);
  const child = makeData({ type: types.number(), length: values.length, nullCount: 0, data: values });
  return makeData({ type: types.vector(), valueOffsets, child, ...common });
}

function numberOf(cell: Cell): number {
  return typeof cell === "number" ? cell : 0;
}
