import { type DataType, Field, Float64, Int32, List, RecordBatchStreamWriter, Schema, Utf8 } from "apache-arrow";
import { thing } from "../arguments.ts";
import { failure } from "../errors.ts";
import { checkOption } from "../options.ts";
import { crc32c, hex } from "./checks/checksum.ts";
import { sealSchema } from "./checks/seal.ts";
import { coreColumns } from "./coreColumns.ts";
import type { Column, Columns, Run } from "./row.ts";
import { runFromJson, runToJson } from "./runMetadata.ts";

/** Key in the metadata of a schema under which the run stands as JSON. */
const runKey = "fluxion.run";
/**
 * Key in the metadata of a schema for the number k of "points are stored where `step` is a multiple of k, and on the
 * last row". The number 0 means that no points are stored.
 */
export const pointsEveryKey = "fluxion.pointsEvery";

/**
 * Makes the Arrow schema of a run: the fields of every row, then the columns of the operators, then `point`.
 *
 * Numbers are Float64, counters too, which are exact up to 2^53 and plain numbers in every reader. `attempt` is Int32,
 * categories are Utf8, vectors List<Float64>. The columns of operators, `commands` and `point` are nullable; null means
 * that nothing was measured, while NaN is a number. The metadata of each field hold its meaning and unit. The metadata
 * of the schema hold the whole run, so a file can be replayed alone.
 *
 * @example
 * const [row] = firstRows(bilinear(), [1, 1], gradientStep(0.1), 1);
 * console.log(runSchema(row!.run).fields.map((field) => field.name).join(" "));
 * // run attempt step seconds status evaluations products value squaredFieldNorm stepSize commands point
 * @param pointsEvery k of "points are stored at every k-th step"; 0 for none. Default 1
 * @throws {TypeError} ERR_COLUMN_CONFLICT if the column of an operator has the name of a field of every row
 */
export function runSchema(run: Run, pointsEvery = 1): Schema {
  checkOption("runSchema", "run", run, runRule);
  const { point, ...first } = coreColumns;
  const fields: Field[] = [];
  for (const [name, column] of Object.entries(first)) {
    fields.push(field(name, types[column.type](), column, name === "commands"));
  }
  for (const [name, column] of Object.entries(run.columns)) {
    if (Object.hasOwn(coreColumns, name)) {
      throw failure(
        "ERR_COLUMN_CONFLICT",
        `runSchema: an operator of the run "${run.name}" declares the column "${name}", which every row has already; give it another name`,
      );
    }
    fields.push(field(name, types[typeOf(column)](), column, true));
  }
  fields.push(field("point", types.vector(), point, true));
  return new Schema(
    fields,
    new Map([
      [runKey, runToJson(run)],
      [pointsEveryKey, String(pointsEvery)],
    ]),
  );
}

/**
 * Makes the schema message, the bytes with which a stream begins. Its `custom_metadata` hold a checksum.
 *
 * @example
 * const [row] = firstRows(bilinear(), [1, 1], gradientStep(0.1), 1);
 * const header = schemaMessage(runSchema(row!.run));
 * console.log(new RowDecoder(header).run.name);
 * // run
 */
export function schemaMessage(schema: Schema): Uint8Array {
  checkOption("schemaMessage", "schema", schema, schemaRule);
  const writer = new RecordBatchStreamWriter({ autoDestroy: false });
  writer.reset(undefined, schema);
  return sealSchema(writer.toUint8Array(true));
}

/**
 * Gives eight digits that are equal for schemas whose columns have the same names and types in the same order. Each
 * batch carries them, so that it can be read by another schema where that of its own file is damaged.
 */
export function fieldsOf(schema: Schema): string {
  const text = schema.fields.map(({ name, type }) => `${name}: ${type}`).join("\n");
  return hex(crc32c(new TextEncoder().encode(text)));
}

/**
 * Reads the run that a schema carries. Returns the run, or the reason why there is none.
 *
 * @example
 * const [row] = firstRows(bilinear(), [1, 1], gradientStep(0.1), 1, { name: "first" });
 * const run = runOfSchema(runSchema(row!.run));
 * console.log(typeof run === "string" ? `no run: ${run}` : run.name);
 * // first
 */
export function runOfSchema(schema: Schema): Run | string {
  checkOption("runOfSchema", "schema", schema, schemaRule);
  const text = schema.metadata.get(runKey);
  if (text === undefined) return `its schema has no metadata "${runKey}"`;
  return runFromJson(text);
}

/**
 * Tells whether two runs have columns of the same names, kinds and categories in the same order, as one file needs it.
 *
 * @example
 * const update = gradientStep(0.1);
 * const [plain] = firstRows(bilinear(), [1, 1], update, 1);
 * const [measured] = firstRows(bilinear(), [1, 1], update, 1, { after: average() });
 * console.log(sameColumns(plain!.run, measured!.run));
 * // false
 */
export function sameColumns(a: Run, b: Run): boolean {
  checkOption("sameColumns", "a", a, runRule);
  checkOption("sameColumns", "b", b, runRule);
  const left = Object.entries(a.columns);
  const right = Object.entries(b.columns);
  return (
    left.length === right.length &&
    left.every(([name, column], i) => {
      const [otherName, other] = right[i]!;
      return (
        name === otherName &&
        (column.kind ?? "number") === (other.kind ?? "number") &&
        (column.values ?? []).join("\n") === (other.values ?? []).join("\n")
      );
    })
  );
}

/** Gives the type that a column has in the schema of a run; undefined for a column that the run does not have. */
export function typeInSchema(name: string, columns: Columns): DataType | undefined {
  if (Object.hasOwn(coreColumns, name)) return types[coreColumns[name as keyof typeof coreColumns].type]();
  const column = columns[name];
  return column === undefined ? undefined : types[typeOf(column)]();
}

const types = {
  text: (): DataType => new Utf8(),
  integer: (): DataType => new Int32(),
  number: (): DataType => new Float64(),
  vector: (): DataType => new List(new Field("item", new Float64(), true)),
};

function typeOf(column: Column): keyof typeof types {
  return column.kind === "vector" ? "vector" : column.kind === "category" ? "text" : "number";
}

function field(name: string, type: DataType, column: { meaning: string; unit?: string }, nullable: boolean): Field {
  const metadata = new Map([["meaning", column.meaning]]);
  if (column.unit !== undefined) metadata.set("unit", column.unit);
  return new Field(name, type, nullable, metadata);
}

const runRule = thing("a run, with name and columns", { name: "string", columns: "object" });
const schemaRule = thing("an Arrow schema", { fields: "list", metadata: "object" });
