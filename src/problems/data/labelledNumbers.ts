import { DataType, type Table, tableFromIPC } from "apache-arrow";
import { failure } from "../../errors.ts";
import { dataHash } from "./dataHash.ts";
import { readShipped } from "./readShipped.ts";

type Numbers = Float64Array | Uint8Array | Uint16Array;

/** An Arrow file of the form of `data/`: a list of numbers and a label in each row, with hashes of both. */
interface LabelledFile<T extends Numbers> {
  /** Name of the function that reads, for messages. */
  readonly who: string;
  /** Path or address of the file. */
  readonly file: string;
  /** Bytes of the file, where it need not be read. */
  readonly bytes?: Uint8Array | undefined;
  /** Name of the column of numbers. */
  readonly column: string;
  /** Type of the numbers. */
  readonly type: new (
    length: number,
  ) => T;
  /** Numbers in a row. Default: as many as the file says. */
  readonly width?: number;
  /** Largest number. Default: any. */
  readonly largest?: number;
  /** Script that makes the file. */
  readonly madeBy: string;
}

interface LabelledNumbers<T extends Numbers> {
  /** Numbers, row by row. */
  readonly values: T;
  /** Labels, 0 to 9, one for each row. */
  readonly labels: Uint8Array;
  /** Numbers in a row. */
  readonly width: number;
}

/**
 * Reads numbers and labels of a shipped file, and compares them with the hashes that the file states.
 *
 * @throws ERR_DATA_FILE if the file is missing or damaged
 */
export function readLabelled<T extends Numbers>(wanted: LabelledFile<T>): LabelledNumbers<T> {
  const { who, file, column, type, largest = Number.POSITIVE_INFINITY } = wanted;
  const remedy = `install fluxion again, or make the file with scripts/${wanted.madeBy}`;
  const damaged = (what: string, cause?: unknown): Error =>
    failure("ERR_DATA_FILE", `${who}: ${file} is damaged: ${what}; ${remedy}`, { cause });
  let bytes: Uint8Array;
  try {
    bytes = wanted.bytes ?? readShipped(file, who);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure("ERR_DATA_FILE", `${who}: cannot read ${file}: ${reason}; ${remedy}`, { cause });
  }
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw damaged("it is not an Arrow file", cause);
  }
  const list = table.getChild(column);
  const label: unknown = table.getChild("label")?.toArray();
  if (list === null || !DataType.isFixedSizeList(list.type) || !(label instanceof Uint8Array)) {
    throw damaged(`expected the columns ${column} (a list of numbers) and label (Uint8)`);
  }
  const width = list.type.listSize;
  if (width !== (wanted.width ?? width)) throw damaged(`expected ${wanted.width} numbers in a row, got ${width}`);
  const rows = table.numRows;
  if (rows === 0) throw damaged("it holds no rows");
  const values = new type(rows * width);
  let at = 0;
  for (const part of list.data) {
    const numbers: unknown = part.children[0]?.values;
    if (!(numbers instanceof type)) throw damaged(`expected ${column} to be ${type.name}`);
    if (numbers.length < part.length * width) throw damaged("it is cut off");
    values.set(numbers.subarray(0, part.length * width), at);
    at += part.length * width;
  }
  if (label.length < rows) throw damaged("it is cut off");
  const labels = label.slice(0, rows);
  if (values.some((value) => value > largest) || labels.some((digit) => digit > 9)) {
    throw damaged("it holds numbers or labels that are out of range");
  }
  for (const [key, hash] of [
    [`${column}.hash`, dataHash([rows, width], values)],
    ["label.hash", dataHash([rows], labels)],
  ] as const) {
    if (table.schema.metadata.get(key) !== hash) {
      throw damaged(`its numbers do not have the hash that it states (${key})`);
    }
  }
  return { values, labels, width };
}
