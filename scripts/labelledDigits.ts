/** Shared by the scripts that make `data/`: makes an Arrow file of digits with their labels, and writes it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type Data,
  Field,
  FixedSizeList,
  type Float64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Uint8,
  type Uint16,
} from "apache-arrow";
import { dataHash } from "../src/problems/data/dataHash.ts";

export interface Digits {
  /** Name of the column of numbers, such as `pixels`. */
  readonly name: string;
  /** Numbers of all digits, row by row. */
  readonly numbers: Data<Float64 | Uint16 | Uint8>;
  /** Labels, one digit per row. */
  readonly labels: Uint8Array;
  /** Metadata: the source of the digits and the meaning of the numbers. */
  readonly about: readonly (readonly [string, string])[];
  /** Licence of the file. Default: that of MNIST. */
  readonly licence?: string;
}

/** Makes an Arrow file with two columns: a list of numbers, called `name`, and `label`. */
export function labelledDigits({ name, numbers, labels, about, licence = "CC BY-SA 3.0" }: Digits): Uint8Array {
  const count = labels.length;
  const width = numbers.length / count;
  const item = new Field("item", numbers.type, false);
  const fields = [new Field(name, new FixedSizeList(width, item), false), new Field("label", new Uint8(), false)];
  const metadata = new Map([
    ...about,
    [`${name}.hash`, dataHash([count, width], numbers.values)],
    ["label.hash", dataHash([count], labels)],
    ["licence", licence],
  ]);
  const list = makeData({ type: new FixedSizeList(width, item), child: numbers, length: count, nullCount: 0 });
  const label = makeData({ type: new Uint8(), data: labels, length: count, nullCount: 0 });
  const batch = new RecordBatch(
    new Schema(fields, metadata),
    makeData({ type: new Struct(fields), children: [list, label], length: count, nullCount: 0 }),
  );
  const writer = new RecordBatchFileWriter();
  writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

/** If the script was started directly, writes its file into `data/` and says whether the file changed. */
export function writeIfMain(script: string, name: string, make: () => Uint8Array): void {
  if (script !== pathToFileURL(process.argv[1] ?? "").href) return;
  try {
    const file = make();
    const target = fileURLToPath(new URL(`../data/${name}`, import.meta.url));
    const unchanged = existsSync(target) && Buffer.compare(readFileSync(target), file) === 0;
    writeFileSync(target, file);
    console.log(`${target}: ${file.length} bytes${unchanged ? ", unchanged" : ""}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
