import { coreColumns } from "../../arrow/coreColumns.ts";
import type { Column, Columns } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";

const fields = new Set<string>(Object.keys(coreColumns));

/** Merges two declarations of columns. Two operators may share a column that they declare alike. */
export function mergeColumns(who: string, known: Columns, further: Columns): Columns {
  const fresh: Record<string, Column> = {};
  for (const [name, column] of Object.entries(further)) {
    if (fields.has(name)) {
      throw failure("ERR_COLUMN_CONFLICT", `${who}: every row has a field "${name}"; give the column another name`);
    }
    const before = Object.hasOwn(known, name) ? known[name] : undefined;
    if (before === undefined) fresh[name] = column;
    else if (!sameColumn(before, column)) {
      throw failure(
        "ERR_COLUMN_CONFLICT",
        `${who}: the column "${name}" is declared with two meanings: "${before.meaning}" and "${column.meaning}"; rename one`,
      );
    }
  }
  return Object.keys(fresh).length === 0 ? known : { ...known, ...fresh };
}

function sameColumn(a: Column, b: Column): boolean {
  if (a === b) return true;
  const values = (column: Column): string => JSON.stringify(column.values ?? []);
  return (
    a.meaning === b.meaning &&
    a.unit === b.unit &&
    (a.kind ?? "number") === (b.kind ?? "number") &&
    values(a) === values(b)
  );
}
