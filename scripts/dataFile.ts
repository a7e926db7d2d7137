/**
 * Writes Arrow files of numbers batch by batch, so that they may be larger than memory: for tests and benches.
 *
 *     tsx scripts/dataFile.ts images.arrow 4     writes 4 GiB of images with their classes, for `fluxion run train --data`
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  type Data,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
} from "apache-arrow";

type Numbers =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A column of a batch: its numbers row by row, and how many of them are a row. */
export interface Column {
  readonly numbers: Numbers;
  /** Extents of the fixed size lists in which the numbers are, the outermost first. Default: a plain column. */
  readonly extents?: readonly number[];
}

const types: Readonly<Record<string, new () => DataType>> = {
  Float64Array: Float64,
  Float32Array: Float32,
  Int8Array: Int8,
  Uint8Array: Uint8,
  Int16Array: Int16,
  Uint16Array: Uint16,
  Int32Array: Int32,
  Uint32Array: Uint32,
  BigInt64Array: Int64,
  BigUint64Array: Uint64,
};

function columnData({ numbers, extents = [] }: Column): Data {
  let data = makeData({
    type: new types[numbers.constructor.name]!() as Float64,
    data: numbers as Float64Array,
    length: numbers.length,
    nullCount: 0,
  }) as Data;
  for (const extent of extents.toReversed()) {
    const type = new FixedSizeList(extent, new Field("item", data.type, false));
    data = makeData({ type, child: data, length: data.length / extent, nullCount: 0 });
  }
  return data;
}

/** Writes to a file at once what it is given, where its base class would keep it for a reader of the stream. */
class FileWriter extends RecordBatchFileWriter {
  readonly #file: number;

  constructor(file: number) {
    super();
    this.#file = file;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (!this._started) return this;
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    this._position += bytes.length;
    return this;
  }
}

/**
 * Writes a file whose batches come one after the other.
 *
 * @param batches columns of each batch, by name; all batches have the same columns
 */
export function writeDataFile(path: string, batches: Iterable<Readonly<Record<string, Column>>>): void {
  const file = openSync(path, "w");
  try {
    const writer = new FileWriter(file);
    let schema: Schema | undefined;
    for (const columns of batches) {
      const children = Object.values(columns).map(columnData);
      schema ??= new Schema(Object.keys(columns).map((name, i) => new Field(name, children[i]!.type, false)));
      const length = children[0]?.length ?? 0;
      writer.write(
        new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children })),
      );
    }
    writer.finish();
  } finally {
    closeSync(file);
  }
}

/** A number between -1 and 1, and the state from which the next one comes. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    yield state / 2 ** 31;
  }
}

/** Bytes of a row of {@link writeImages}. */
export const imageBytes = 8 * (784 + 10);

/** Writes rows of 784 numbers, in the column x, and of a class of ten, in the column y. */
export function writeImages(path: string, rows: number): void {
  const batch = 2048;
  const pattern = numbers(1);
  const images = Float64Array.from({ length: batch * 784 }, () => pattern.next().value);
  writeDataFile(
    path,
    (function* () {
      for (let first = 0; first < rows; first += batch) {
        const some = Math.min(batch, rows - first);
        const x = images.slice(0, some * 784);
        // Every batch has numbers of its own.
        for (let i = 0; i < some; i++) x[i * 784] = Math.sin(first + i);
        const y = new Float64Array(some * 10);
        for (let i = 0; i < some; i++) y[i * 10 + ((first + i) % 10)] = 1;
        yield { x: { numbers: x, extents: [784] }, y: { numbers: y, extents: [10] } };
      }
    })(),
  );
}

/** Bytes of a row of {@link writeLabelledImages}. */
export const labelledImageBytes = 8 * 784 + 4;

/** Writes rows of 784 numbers, in the column x, and of their class, in the column label, which a network can learn. */
export function writeLabelledImages(path: string, rows: number): void {
  const batch = 2048;
  const pattern = numbers(1);
  const images = Float64Array.from({ length: batch * 784 }, () => pattern.next().value);
  writeDataFile(
    path,
    (function* () {
      for (let first = 0; first < rows; first += batch) {
        const some = Math.min(batch, rows - first);
        const x = images.slice(0, some * 784);
        const label = Int32Array.from({ length: some }, (_, i) => (first + i) % 10);
        for (let i = 0; i < some; i++) {
          // Every batch has numbers of its own, and some pixels are brighter in each class.
          x[i * 784] = Math.sin(first + i);
          for (let j = 0; j < 8; j++) x[i * 784 + 10 + 70 * label[i]! + j]! += 1;
        }
        yield { x: { numbers: x, extents: [784] }, label: { numbers: label } };
      }
    })(),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [path, gigabytes = "4"] = process.argv.slice(2);
  if (path === undefined) throw new Error("expected the path of the file to write, and perhaps its size in GiB");
  writeLabelledImages(path, Math.ceil((Number(gigabytes) * 2 ** 30) / labelledImageBytes));
}
