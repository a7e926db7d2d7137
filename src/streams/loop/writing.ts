/** Writes what an operator measured into a row, if the operator declared it and nobody wrote it before. */
import type { Run } from "../../arrow/row.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import type { Session, Slot } from "./session.ts";

interface Writable {
  readonly run: Run;
  readonly step: number;
  readonly columns: Readonly<Record<string, number | undefined>>;
  readonly vectors: Readonly<Record<string, Float64Array | undefined>>;
}

/** Writes a result's columns and vectors into a row. */
export function write(
  result: Partial<Pick<Writable, "columns" | "vectors">>,
  it: Writable,
  slot: Slot,
  session: Session | undefined,
): void {
  if (result.columns !== undefined) writeInto(it.columns, result.columns, slot, false, session);
  if (result.vectors !== undefined) writeInto(it.vectors, result.vectors, slot, true, session);
}

function writeInto<V>(
  to: Readonly<Record<string, V | undefined>>,
  values: Readonly<Record<string, V | undefined>>,
  slot: Slot,
  vectors: boolean,
  session: Session | undefined,
): void {
  const target = to as Record<string, V | undefined>;
  for (const name in values) {
    const column = slot.columns[name];
    if (column === undefined || (column.kind === "vector") !== vectors) throw undeclared(slot, name, vectors, session);
    const value = values[name];
    if (value === undefined) continue;
    if (target[name] !== undefined) {
      throw writtenTwice(slot, name, session);
    }
    target[name] = value;
  }
}

function writtenTwice(slot: Slot, name: string, session: Session | undefined): Error {
  const writes = (other: Slot): boolean => other !== slot && other.columns[name] !== undefined;
  const first = [...(session?.slots ?? [])].find(writes)?.name ?? "an operator before it";
  return failure(
    "ERR_COLUMN_TWICE",
    `${slot.name}: ${first} wrote the column "${name}" in this step already; use one of the two, or give one of the columns another name${session?.where() ?? ""}`,
  );
}

function undeclared(slot: Slot, name: string, vectors: boolean, session: Session | undefined): Error {
  const names = Object.keys(slot.columns);
  const kind = slot.columns[name]?.kind;
  const where = session?.where() ?? "";
  if (kind === "vector" || slot.columns[name] !== undefined) {
    return failure(
      "ERR_UNDECLARED",
      `${slot.name}: the column "${name}" is declared as ${vectors ? "a number" : "a vector"}; write it into ${vectors ? "columns" : "vectors"}${where}`,
    );
  }
  return failure(
    "ERR_UNDECLARED",
    `${slot.name}: the column "${name}" is not declared.${didYouMean(name, names)} Declared: ${names.join(", ") || "none"}${where}`,
  );
}
