/** Appends ends of searches to the part files of one worker: Arrow streams whose batches have checksums. */
import { join } from "node:path";
import { type DataType, Field, Float64, Int32, Schema, Utf8 } from "apache-arrow";
import { type ColumnBuffer, NumberBuffer, TextBuffer } from "../../arrow/columnBuffers.ts";
import { type BatchParts, recordBatchMessage } from "../../arrow/recordBatch.ts";
import { fieldsOf, schemaMessage } from "../../arrow/schema.ts";
import { AppendFile } from "../../sinks/files.ts";
import { type EndCell, type EndRecord, endColumns } from "./endRecord.ts";

type Kind = "integer" | "number" | "text";

/** Folder of the parts in the directory of a campaign. */
export const partsFolder = "parts";

/** Keys in the metadata of a part's schema. */
export const workerKey = "fluxion.worker";
export const campaignKey = "fluxion.campaign";

/** Most part files of a worker. The last one keeps, as JSON, what its columns do not have. */
const mostParts = 9;
const who = "campaign";
/** Column of the last part for whatever has no column in it. */
const restColumn = "more";

const types: Readonly<Record<Kind, () => DataType>> = {
  integer: () => new Int32(),
  number: () => new Float64(),
  text: () => new Utf8(),
};

interface Part {
  readonly file: AppendFile;
  readonly fields: string;
  ordinal: number;
}

/**
 * Writes ends in batches. A file has one schema: where a search brings columns that were not there before, as the first
 * critical end brings its class, a further file begins, with all columns so far.
 */
export class PartWriter {
  readonly #columns = new Map<string, Kind>(Object.entries(endColumns).map(([name, { kind }]) => [name, kind]));
  #waiting: EndRecord[] = [];
  #part: Part | undefined;
  #parts = 0;

  /**
   * @param directory directory of the campaign
   * @param worker name of the worker, of which there is one writer
   * @param campaign id of the campaign
   */
  constructor(
    private readonly directory: string,
    private readonly worker: string,
    private readonly campaign: string,
  ) {}

  /** Keeps an end for the next batch. */
  add(end: EndRecord): void {
    this.#waiting.push(end);
  }

  /** Writes all ends that wait as one batch. @throws ERR_WRITE */
  flush(): void {
    const ends = this.#waiting;
    if (ends.length === 0) return;
    if (this.#widen(ends) || this.#part === undefined) this.#begin();
    const part = this.#part!;
    const parts: BatchParts = { nodes: [], buffers: [] };
    for (const [name, kind] of this.#columns) this.#column(name, kind, ends).collect(ends.length, parts);
    let [firstStep, lastStep] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { search } of ends) {
      if (search < firstStep) firstStep = search;
      if (search > lastStep) lastStep = search;
    }
    const facts = { ordinal: part.ordinal++, rows: ends.length, firstStep, lastStep, fields: part.fields };
    part.file.write(recordBatchMessage(facts, parts));
    this.#waiting = [];
  }

  /** Closes the file. Ends that wait are dropped: whoever wants them flushes first. */
  close(): void {
    this.#part?.file.close();
    this.#part = undefined;
  }

  /** Takes columns of new names, and makes columns texts that were numbers; tells whether anything changed. */
  #widen(ends: readonly EndRecord[]): boolean {
    if (this.#columns.has(restColumn)) return false;
    let changed = false;
    for (const end of ends) {
      for (const [name, cell] of Object.entries(end)) {
        if (cell === undefined) continue;
        const kind = typeof cell === "number" ? "number" : "text";
        const known = this.#columns.get(name);
        if (known !== undefined && (known === kind || known === "text" || known === "integer")) continue;
        this.#columns.set(name, kind);
        changed = true;
      }
    }
    if (changed && this.#parts === mostParts - 1) this.#columns.set(restColumn, "text");
    return changed;
  }

  #begin(): void {
    this.close();
    const path = join(this.directory, partsFolder, `${this.worker}-${++this.#parts}.arrows`);
    const schema = new Schema(
      [...this.#columns].map(([name, kind]) => new Field(name, types[kind](), name !== "search")),
      new Map([
        [workerKey, this.worker],
        [campaignKey, this.campaign],
      ]),
    );
    const file = new AppendFile(who, path);
    this.#part = { file, fields: fieldsOf(schema), ordinal: 0 };
    file.write(schemaMessage(schema));
  }

  #column(name: string, kind: Kind, ends: readonly EndRecord[]): ColumnBuffer {
    if (kind === "text") {
      const column = new TextBuffer(ends.length);
      for (const [row, end] of ends.entries()) column.set(row, name === restColumn ? this.#rest(end) : text(end[name]));
      return column;
    }
    const column = new NumberBuffer(ends.length, kind);
    for (const [row, end] of ends.entries()) {
      const cell = end[name];
      column.set(row, typeof cell === "number" ? cell : undefined);
    }
    return column;
  }

  #rest(end: EndRecord): string | undefined {
    const rest = Object.entries(end).filter(([name, cell]) => {
      const kind = this.#columns.get(name);
      return cell !== undefined && (kind === undefined || (kind === "number" && typeof cell === "string"));
    });
    return rest.length === 0 ? undefined : JSON.stringify(Object.fromEntries(rest));
  }
}

function text(cell: EndCell): string | undefined {
  return cell === undefined ? undefined : String(cell);
}
