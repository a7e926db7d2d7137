/** The columns of an Arrow schema: which of them hold numbers, and where their parts stand in a record batch. */
import type { Table } from "../flatbuffer.ts";

/** How a number is stored. */
export type NumberFormat =
  | "float64"
  | "float32"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64";

/** A column of a schema. */
export interface DataColumn {
  readonly name: string;
  /** Type in words, as in `fixed size list[3] of float64`. */
  readonly type: string;
  /** Format of the numbers. Absent if the column holds something else. */
  readonly format?: NumberFormat;
  /** Extents of the fixed size lists around the numbers, the outermost first. */
  readonly extents: readonly number[];
  /** Number of the column's first node in a batch; one follows for each list. */
  readonly node: number;
  /** Number of the column's first buffer in a batch, apart from the variadic ones before it. */
  readonly buffer: number;
  /** Number of entries before it in the batch's list of variadic buffers. */
  readonly variadic: number;
}

/** Names of the types by their numbers in Arrow's Schema.fbs. */
const types = [
  "nothing",
  "null",
  "int",
  "float",
  "binary",
  "utf8",
  "bool",
  "decimal",
  "date",
  "time",
  "timestamp",
  "interval",
  "list",
  "struct",
  "union",
  "fixed size binary",
  "fixed size list",
  "map",
  "duration",
  "large binary",
  "large utf8",
  "large list",
  "run-end encoded",
  "binary view",
  "utf8 view",
  "list view",
  "large list view",
] as const;
type TypeName = (typeof types)[number];

/** Buffers of a node for the types that do not have two. Those of unions depend on the kind of union. */
const bufferCounts: Partial<Record<TypeName, number>> = {
  null: 0,
  "run-end encoded": 0,
  struct: 1,
  "fixed size list": 1,
  binary: 3,
  utf8: 3,
  "large binary": 3,
  "large utf8": 3,
  "list view": 3,
  "large list view": 3,
};
const views: readonly string[] = ["binary view", "utf8 view"];

/** More fields than a schema of data has; a damaged one may seem to have any number. */
const mostFields = 1_000_000;
/** Lowest metadata version in which unions have no validity bitmap. */
const version5 = 4;

/** Places that the fields so far take. */
interface Places {
  node: number;
  buffer: number;
  variadic: number;
}

/**
 * Reads the columns of a schema.
 *
 * @throws RangeError for a schema that is damaged
 */
export function columnsOf(schema: Table, version: number): readonly DataColumn[] {
  const places: Places = { node: 0, buffer: 0, variadic: 0 };
  return schema.tables(1).map((field) => {
    const start = { ...places };
    pass(field, places, version);
    return { name: field.text(0), ...numbersOf(field), ...start };
  });
}

/** Moves the places behind a field. Of a field the type's number is (2), the type (3), the children (5). */
function pass(field: Table, places: Places, version: number): void {
  places.node++;
  if (places.node > mostFields) throw new RangeError(`more than ${mostFields} fields`);
  if (field.table(4) !== undefined) {
    // What a batch holds of a dictionary are places in it.
    places.buffer += 2;
    return;
  }
  const type = typeOf(field);
  if (type === "union") {
    places.buffer += (field.table(3)?.int16(0) === 1 ? 2 : 1) + (version < version5 ? 1 : 0);
  } else {
    places.buffer += bufferCounts[type] ?? 2;
  }
  if (views.includes(type)) places.variadic++;
  for (const child of field.tables(5)) pass(child, places, version);
}

function typeOf(field: Table): TypeName {
  const type = types[field.uint8(2)];
  if (type === undefined) throw new RangeError(`a field of the unknown type ${field.uint8(2)}`);
  return type;
}

function numbersOf(field: Table): Pick<DataColumn, "type" | "format" | "extents"> {
  const name = typeOf(field);
  if (field.table(4) !== undefined) return { type: `dictionary of ${name}`, extents: [] };
  const type = field.table(3);
  if (name === "fixed size list") {
    const extent = type?.int32(0) ?? 0;
    const [child] = field.tables(5);
    if (child === undefined) throw new RangeError("a list without a type of its items");
    const items = numbersOf(child);
    return { ...items, type: `fixed size list[${extent}] of ${items.type}`, extents: [extent, ...items.extents] };
  }
  const format = name === "float" ? floats[type?.int16(0) ?? 0] : name === "int" ? ints[intName(type)] : undefined;
  if (format !== undefined) return { type: format, format, extents: [] };
  return { type: name === "float" ? "float16" : name, extents: [] };
}

const floats: readonly (NumberFormat | undefined)[] = [undefined, "float32", "float64"];
const ints: Readonly<Record<string, NumberFormat | undefined>> = {
  int8: "int8",
  uint8: "uint8",
  int16: "int16",
  uint16: "uint16",
  int32: "int32",
  uint32: "uint32",
  int64: "int64",
  uint64: "uint64",
};

function intName(type: Table | undefined): string {
  return `${type?.uint8(1) === 1 ? "" : "u"}int${type?.int32(0) ?? 0}`;
}
