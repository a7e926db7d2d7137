/** Which columns of a run are sent, and which of them thinning looks at. */
import { DataType, type Schema } from "apache-arrow";
import { eventColumns } from "../../arrow/events/rowEvents.ts";
import { presentName } from "../../arrow/formerNames.ts";
import { runOfSchema } from "../../arrow/schema.ts";
import { schemaOf, selectFields } from "../ipc.ts";

/** The columns of a segment's schema that are sent. */
export interface Plan {
  /** Text that is equal for equal plans of one segment. */
  readonly key: string;
  readonly schema: Schema;
  /** Indexes of the columns; undefined: all columns, so that bytes can be sent as they came. */
  readonly indexes?: readonly number[];
  /** Columns that thinning looks at, as indexes into `schema`. */
  readonly watched: readonly number[];
  /** Column of points whose path is thinned by its shape, as an index into `schema`; undefined: it is not sent. */
  readonly path: number | undefined;
  /** Columns whose every entry is kept: commands and events. */
  readonly kept: readonly string[];
}

/** Returns the names in `columns` that the schema lacks. */
export function unknownColumns(header: Uint8Array, columns: readonly string[]): string[] {
  const known = new Set(schemaOf(header).fields.map((field) => presentName(field.name)));
  return columns.filter((name) => !known.has(presentName(name)));
}

const counters = new Set(["step", "seconds", "attempt", "evaluations", "products"]);
const mostWatched = 8;

/** Makes the plan for a segment. `step` is always in it; columns that the schema lacks are left out. */
export function planFor(header: Uint8Array, columns: readonly string[] | undefined): Plan {
  const whole = schemaOf(header);
  const names = whole.fields.map((field) => field.name);
  const wanted = columns === undefined ? undefined : new Set(["step", ...columns.map(presentName)]);
  const indexes = names.flatMap((name, index) =>
    wanted === undefined || wanted.has(presentName(name)) ? [index] : [],
  );
  const all = indexes.length === names.length;
  const schema = all ? whole : selectFields(whole, indexes);
  const events = eventsOf(whole);
  const watched = schema.fields.flatMap(({ name, type }, index) =>
    DataType.isFloat(type) && !counters.has(name) && !events.includes(name) ? [index] : [],
  );
  const kept = schema.fields.map(({ name }) => name).filter((name) => name === "commands" || events.includes(name));
  const point = schema.fields.findIndex(({ name }) => name === "point");
  const path = point < 0 ? undefined : point;
  const looks = { watched: watched.slice(0, mostWatched), path, kept };
  return { key: indexes.join(","), schema, ...looks, ...(all ? {} : { indexes }) };
}

/** Names of the columns of a schema that hold events. */
function eventsOf(schema: Schema): readonly string[] {
  const run = runOfSchema(schema);
  return typeof run === "string" ? [] : eventColumns(run);
}
