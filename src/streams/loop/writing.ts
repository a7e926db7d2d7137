/** Writes what an operator measured into a row, if the operator declared it and nobody wrote it before. */
import type { Run } from "../../arrow/row.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";
import type { Session } from "./session.ts";
import type { Slot } from "./slot.ts";

interface Writable {
  readonly run: Run;
  readonly step: number;
  readonly columns: Readonly<Record<string, number | undefined>>;
  readonly vectors: Readonly<Record<string, Float64Array | undefined>>;
}

/**
 * Writes a result's columns and vectors into a row. Null and undefined mean that nothing was measured.
 *
 * @throws {TypeError} ERR_COLUMN_TYPE for anything but a number in a column, or a Float64Array in a vector
 */
export function write(
  result: Partial<Pick<Writable, "columns" | "vectors">>,
  it: Writable,
  slot: Slot,
  session: Session | undefined,
): void {
  if (result.columns !== undefined) writeInto(it.columns, result.columns, slot, false, session, it.step);
  if (result.vectors !== undefined) writeInto(it.vectors, result.vectors, slot, true, session, it.step);
}

function writeInto<V>(
  to: Readonly<Record<string, V | undefined>>,
  values: Readonly<Record<string, V | undefined>>,
  slot: Slot,
  vectors: boolean,
  session: Session | undefined,
  step: number,
): void {
  const target = to as Record<string, V | undefined>;
  for (const name in values) {
    const column = slot.columns[name];
    if (column === undefined || (column.kind === "vector") !== vectors) throw undeclared(slot, name, vectors, session);
    const value: unknown = values[name];
    if (value === undefined || value === null) continue;
    if (vectors ? !(value instanceof Float64Array) : typeof value !== "number") {
      throw wrongType(slot, name, value, session?.where() ?? ` (step ${step})`);
    }
    if (target[name] !== undefined) {
      throw writtenTwice(slot, name, session);
    }
    target[name] = value as V;
  }
}

function wrongType(slot: Slot, name: string, value: unknown, where: string): Error {
  const { kind = "number", values = [] } = slot.columns[name]!;
  const expected =
    kind === "vector"
      ? "a Float64Array"
      : kind === "category"
        ? `the index of one of ${values.map((each) => JSON.stringify(each)).join(", ")}`
        : "a number";
  return failure(
    "ERR_COLUMN_TYPE",
    `${slot.name}: expected the column "${name}" to be ${expected}, or undefined where it was not measured, got ${showValue(value)}${where}`,
  );
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
