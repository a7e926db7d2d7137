import { type RecordBatch, RecordBatchReader, type Schema, type Vector } from "apache-arrow";
import { failure } from "../errors.ts";
import { coreColumns } from "./coreColumns.ts";
import { concatenate } from "./encoder.ts";
import { presentName } from "./formerNames.ts";
import { endOfStream } from "./recordBatch.ts";
import { type AppliedCommand, type Columns, type Row, type Run, type Status, statuses } from "./row.ts";
import { commandsFromJson } from "./runMetadata.ts";
import { pointsEveryKey, runOfSchema, typeInSchema } from "./schema.ts";

const optional: readonly string[] = ["commands", "point"];

/**
 * Turns record batches of a run back into rows. The rows hold copies, not views of the batch.
 *
 * @example
 * const [first] = firstRows(quartic(), [-3.5, 1], newtonMR(), 1);
 * const encoder = new RunEncoder(first!.run, 2);
 * encoder.append(first!);
 * const decoder = new RowDecoder(encoder.header);
 * const [row] = decoder.decode(encoder.flush()!);
 * console.log(row!.point!.join(" "));
 * // -3.5 1
 * @param header the schema message of the stream
 * @param name name of the source, for error messages
 * @param declared declarations that number the categories if several files are read as one. Default: those of the file
 * @throws {FluxionInputError} ERR_ARROW_FOREIGN if the schema is not that of a run, ERR_ARROW_CORRUPT if it cannot be
 *   read
 */
export class RowDecoder {
  /** The run that the schema describes. */
  readonly run: Run;
  readonly schema: Schema;
  /** Points are stored where `step` is a multiple of this number. 0 means that no points are stored. */
  readonly pointsEvery: number;
  readonly #runs = new Map<string, Run>();
  /** Position of each column, by its present name. */
  readonly #places: ReadonlyMap<string, number>;

  constructor(
    readonly header: Uint8Array,
    readonly name = "the stream",
    private readonly declared?: Columns,
  ) {
    this.schema = schemaOf(header, name);
    const run = runOfSchema(this.schema);
    if (typeof run === "string") {
      throw failure("ERR_ARROW_FOREIGN", `${name} is an Arrow stream, but not of a fluxion run: ${run}`);
    }
    const names = new Set(this.schema.fields.map((field) => presentName(field.name)));
    const missing = [...Object.keys(coreColumns).filter((column) => !optional.includes(column))].filter(
      (column) => !names.has(column),
    );
    if (missing.length > 0) {
      throw failure(
        "ERR_ARROW_FOREIGN",
        `${name} lacks the columns ${missing.join(", ")}; expected all columns that fluxion writes`,
      );
    }
    for (const { name: column, type } of this.schema.fields) {
      const expected = typeInSchema(presentName(column), run.columns);
      if (expected !== undefined && String(type) !== String(expected)) {
        throw failure("ERR_ARROW_FOREIGN", `${name}: expected the column "${column}" to be ${expected}, got ${type}`);
      }
    }
    this.run = run;
    this.#places = new Map(this.schema.fields.map((field, place) => [presentName(field.name), place]));
    this.pointsEvery = Number(this.schema.metadata.get(pointsEveryKey) ?? 1);
    this.#runs.set(`${run.attempt} ${run.name}`, run);
  }

  /** Decodes the rows of one record batch message. It throws whatever arrow-js throws at damaged bytes. */
  decode(message: Uint8Array): Row[] {
    const rows: Row[] = [];
    for (const batch of RecordBatchReader.from(concatenate([this.header, message, endOfStream]))) {
      this.#decode(batch, rows);
    }
    return rows;
  }

  #decode(batch: RecordBatch, rows: Row[]): void {
    const child = (name: string): Vector | null => batch.getChildAt(this.#places.get(name) ?? -1);
    const column = (name: string): Vector => child(name) as Vector;
    const [run, attempt, step, seconds] = [column("run"), column("attempt"), column("step"), column("seconds")];
    const [status, evaluations, products] = [column("status"), column("evaluations"), column("products")];
    const [value, squaredFieldNorm, stepSize] = [column("value"), column("squaredFieldNorm"), column("stepSize")];
    // Of damaged bytes without a checksum a number of rows may be anything.
    const places = (step.data[0]?.values as Float64Array | undefined)?.length ?? 0;
    if (batch.numRows > places) throw new RangeError(`a batch of ${batch.numRows} rows has ${places} steps`);
    const [commands, points] = [child("commands"), child("point")];
    const numbers: { readonly name: string; readonly get: (row: number) => number | undefined }[] = [];
    const vectors: { readonly name: string; readonly values: Vector }[] = [];
    for (const [name, declaration] of Object.entries(this.run.columns)) {
      const values = child(name);
      if (values === null) continue;
      if (declaration.kind === "vector") vectors.push({ name, values });
      else if (declaration.kind === "category") numbers.push({ name, get: this.#category(name, values) });
      else numbers.push({ name, get: (row) => numberAt(values, row) });
    }
    for (let row = 0; row < batch.numRows; row++) {
      const columns: Record<string, number | undefined> = {};
      for (const { name, get } of numbers) columns[name] = get(row);
      const lists: Record<string, Float64Array | undefined> = {};
      for (const { name, values } of vectors) lists[name] = vectorAt(values, row);
      const point = points === null ? undefined : vectorAt(points, row);
      rows.push({
        run: this.#runOf(String(run.get(row)), Number(attempt.get(row))),
        step: Number(step.get(row)),
        seconds: Number(seconds.get(row)),
        status: statusAt(status, row),
        evaluations: Number(evaluations.get(row)),
        products: Number(products.get(row)),
        value: Number(value.get(row)),
        squaredFieldNorm: Number(squaredFieldNorm.get(row)),
        stepSize: Number(stepSize.get(row)),
        columns,
        vectors: lists,
        commands: commandsAt(commands, row),
        ...(point === undefined ? {} : { point }),
      });
    }
  }

  #category(name: string, values: Vector): (row: number) => number | undefined {
    const texts = (this.declared ?? this.run.columns)[name]?.values ?? [];
    const numbers = new Map(texts.map((text, index) => [text, index]));
    return (row) => {
      const text: unknown = values.get(row);
      if (text === null) return undefined;
      const index = numbers.get(String(text));
      if (index === undefined)
        throw new RangeError(`the column "${name}" holds "${String(text)}", which is not declared`);
      return index;
    };
  }

  #runOf(name: string, attempt: number): Run {
    const key = `${attempt} ${name}`;
    let run = this.#runs.get(key);
    if (run === undefined) {
      run = { ...this.run, name, attempt };
      this.#runs.set(key, run);
    }
    return run;
  }
}

function schemaOf(header: Uint8Array, name: string): Schema {
  try {
    const reader = RecordBatchReader.from(concatenate([header, endOfStream]));
    reader.open();
    // A damaged type, such as a list without an item type, throws as soon as it is converted to a string.
    String(reader.schema);
    return reader.schema;
  } catch (error) {
    throw failure("ERR_ARROW_CORRUPT", `${name} has a schema that cannot be read`, { cause: error });
  }
}

function numberAt(values: Vector, row: number): number | undefined {
  const value: unknown = values.get(row);
  return value === null ? undefined : Number(value);
}

function vectorAt(values: Vector, row: number): Float64Array | undefined {
  const list = values.get(row) as Vector | null;
  if (list === null) return undefined;
  const entries = Float64Array.from(list.toArray() as ArrayLike<number>);
  // Where damaged offsets point beyond the values, arrow-js takes those that there are.
  if (entries.length !== list.length) throw new RangeError(`a vector of ${list.length} entries has ${entries.length}`);
  return entries;
}

function statusAt(values: Vector, row: number): Status {
  const text = String(values.get(row));
  if (!statuses.includes(text)) throw new RangeError(`the column "status" holds "${text}"`);
  return text as Status;
}

function commandsAt(values: Vector | null, row: number): readonly AppliedCommand[] | undefined {
  const text: unknown = values === null ? null : values.get(row);
  return text === null ? undefined : commandsFromJson(String(text));
}
