/** What the scripts that make `data/` have in common: an Arrow file of digits with their labels, and how it is written. */
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
  /** Of the column of numbers: `pixels`. */
  readonly name: string;
  /** Row by row. */
  readonly numbers: Data<Float64 | Uint16>;
  /** A digit each row. */
  readonly labels: Uint8Array;
  /** Where the digits come from and what the numbers are. */
  readonly about: readonly (readonly [string, string])[];
}

/** An Arrow file with the columns `name`, a list of numbers, and `label`. */
export function labelledDigits({ name, numbers, labels, about }: Digits): Uint8Array {
  const count = labels.length;
  const width = numbers.length / count;
  const item = new Field("item", numbers.type, false);
  const fields = [new Field(name, new FixedSizeList(width, item), false), new Field("label", new Uint8(), false)];
  const metadata = new Map([
    ...about,
    [`${name}.hash`, dataHash([count, width], numbers.values)],
    ["label.hash", dataHash([count], labels)],
    ["licence", "CC BY-SA 3.0"],
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

/** If a script is what was started: writes the file it makes into `data/`, and says whether that changed. */
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
