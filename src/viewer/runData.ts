/** The rows of one run that the page holds, in columns that grow. Too many rows are thinned. */

import type { AppliedCommand, Columns, Status } from "../arrow/row.ts";
import { commandsFromJson } from "../arrow/runMetadata.ts";
import type { Batch, DecodedColumn } from "./arrowReader.ts";
import { formatNumber } from "./format.ts";
import { type Growing, keptRows } from "./keptRows.ts";

/** Number of rows kept. Beyond it they are thinned to half. */
const capacity = 16_000;
/**
 * Greatest length of a vector that is kept. Nobody looks at hundreds of coordinates, and they would be most of the
 * traffic.
 */
export const coordinatesMost = 100;

export interface Intervention {
  readonly step: number;
  readonly commands: readonly AppliedCommand[];
}

/** An event that a rule raised. */
interface RaisedEvent {
  readonly step: number;
  readonly rule: string;
  /** What was measured, with its number. */
  readonly text: string;
}

/** Number of events that are kept, the newest ones. */
const mostEvents = 1000;

/** How much of a history has been read. */
interface Reading {
  readonly read: number;
  readonly of: number;
  readonly unit: "rows" | "bytes";
}

/** Rows that stand after a step, with what is marked there. */
interface Tail {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Growing>;
  readonly interventions: readonly Intervention[];
  readonly events: readonly RaisedEvent[];
  readonly status: Status;
}

export class RunData {
  /** Number that changes whenever rows do. */
  version = 0;
  length = 0;
  /** Whether the server or the page left rows out. */
  thinned = false;
  /** Whether some rows come from a sample, so that spikes may be missing. */
  sampled = false;
  /** How much of the history has been read, as long as it is being read. */
  reading: Reading | undefined;
  /** Scale along the steps on which too many rows are thinned. */
  scale: "linear" | "log" = "linear";
  status: Status = "running";
  interventions: Intervention[] = [];
  /** Events in the order of their steps. */
  events: RaisedEvent[] = [];
  readonly #columns = new Map<string, Growing>();
  #room = 256;
  readonly #categories: Map<string, readonly string[]>;
  readonly #lengths = new Map<string, number>();

  constructor(private readonly declared: Columns) {
    const columns = declared;
    this.#categories = new Map(Object.entries(columns).map(([name, column]) => [name, column.values ?? []]));
  }

  get lastStep(): number | undefined {
    return this.length === 0 ? undefined : this.at("step", this.length - 1);
  }
  has(name: string): boolean {
    return this.#columns.has(name);
  }
  /** Returns how many entries of a vector column are here, as columns `point.0`, `point.1`, ... */
  coordinates(name: string): number {
    return this.#lengths.get(name) ?? 0;
  }
  /** Returns the number of a row; undefined: it was not measured there. */
  at(name: string, row: number): number | undefined {
    const column = this.#columns.get(name);
    return column === undefined || row < 0 || row >= this.length || column.missing[row] === 1
      ? undefined
      : column.values[row];
  }
  /** Returns the newest number of a column. */
  last(name: string): number | undefined {
    for (let row = this.length - 1; row >= 0; row--) {
      const value = this.at(name, row);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  /**
   * Returns the arrays of a column, of which the first `length` entries count. They are replaced when they grow, so do
   * not keep them.
   */
  column(name: string): { readonly values: Float64Array; readonly missing: Uint8Array } | undefined {
    return this.#columns.get(name);
  }

  clear(): void {
    this.length = 0;
    this.thinned = false;
    this.sampled = false;
    this.reading = undefined;
    this.interventions = [];
    this.events = [];
    this.#columns.clear();
    this.#lengths.clear();
    this.version++;
  }

  append(batch: Batch): void {
    this.#append(batch);
    if (this.length > capacity) this.#thin();
  }

  /** Puts rows in the place of all those from one step to another. */
  replace(fromStep: number, toStep: number, batches: readonly Batch[]): void {
    const tail = this.#takeAfter(toStep);
    this.#dropFrom(fromStep);
    for (const batch of batches) this.#append(batch);
    this.#putBack(tail);
    this.version++;
    if (this.length > capacity) this.#thin();
  }

  #append(batch: Batch): void {
    const steps = batch.columns.get("step");
    if (steps?.kind !== "number" || batch.rows === 0) return;
    // A further attempt repeats the steps after its checkpoint.
    this.#dropFrom(steps.values[0]!);
    while (this.length + batch.rows > this.#room) this.#grow();
    // A column that the batch lacks was not measured in its rows.
    for (const column of this.#columns.values()) column.missing.fill(1, this.length, this.length + batch.rows);
    for (const [name, column] of batch.columns) this.#take(name, column, batch.rows);
    this.#takeEvents(batch.rows);
    this.length += batch.rows;
    this.version++;
  }

  /** Copies everything after a step out of the columns. */
  #takeAfter(step: number): Tail {
    const steps = this.#columns.get("step")?.values;
    let from = this.length;
    while (from > 0 && steps !== undefined && steps[from - 1]! > step) from--;
    const columns = new Map(
      [...this.#columns].map(([name, { values, missing }]) => [
        name,
        { values: values.slice(from, this.length), missing: missing.slice(from, this.length) },
      ]),
    );
    const later = <T extends { readonly step: number }>(list: readonly T[]): T[] =>
      list.filter((each) => each.step > step);
    const [interventions, events] = [later(this.interventions), later(this.events)];
    return { rows: this.length - from, columns, interventions, events, status: this.status };
  }

  #putBack({ rows, columns, interventions, events, status }: Tail): void {
    this.interventions.push(...interventions);
    this.events.push(...events);
    if (rows === 0) return;
    this.status = status;
    while (this.length + rows > this.#room) this.#grow();
    for (const [name, { values, missing }] of this.#columns) {
      const there = columns.get(name);
      if (there === undefined) missing.fill(1, this.length, this.length + rows);
      else {
        values.set(there.values, this.length);
        missing.set(there.missing, this.length);
      }
    }
    this.length += rows;
  }

  #takeEvents(rows: number): void {
    const names = Object.keys(this.declared).filter((name) => this.declared[name]!.event !== undefined);
    for (const name of names) {
      const column = this.#columns.get(name);
      if (column === undefined) continue;
      const { event = "", meaning } = this.declared[name]!;
      for (let row = this.length; row < this.length + rows; row++) {
        if (column.missing[row] === 1) continue;
        const value = column.values[row]!;
        const measured = this.#categories.get(name)?.[value] ?? formatNumber(value);
        this.events.push({
          step: this.#columns.get("step")!.values[row]!,
          rule: event,
          text: `${meaning} ${measured}`,
        });
      }
    }
    if (names.length === 0) return;
    this.events.sort((a, b) => a.step - b.step);
    if (this.events.length > mostEvents) this.events.splice(0, this.events.length - mostEvents);
  }

  #take(name: string, column: DecodedColumn, rows: number): void {
    if (column.kind === "number") {
      const into = this.#column(name);
      into.values.set(column.values.subarray(0, rows), this.length);
      if (column.missing === undefined) into.missing.fill(0, this.length, this.length + rows);
      else into.missing.set(column.missing.subarray(0, rows), this.length);
    } else if (column.kind === "list") {
      const length = this.#lengths.get(name) ?? column.values.find((vector) => vector !== undefined)?.length ?? 0;
      if (length === 0 || length > coordinatesMost) return;
      this.#lengths.set(name, length);
      for (let axis = 0; axis < length; axis++) this.#put(`${name}.${axis}`, rows, (row) => column.values[row]?.[axis]);
    } else if (column.kind === "text") this.#takeText(name, column.values, rows);
  }

  #takeText(name: string, values: readonly (string | undefined)[], rows: number): void {
    if (name === "status") {
      this.status = (values[rows - 1] ?? "running") as Status;
    } else if (name === "commands") {
      values.forEach((text, row) => {
        if (text === undefined) return;
        const step = this.#columns.get("step")?.values[this.length + row] ?? 0;
        this.interventions.push({ step, commands: commandsFromJson(text) });
      });
    } else {
      const words = this.#categories.get(name) ?? [];
      this.#put(name, rows, (row) => {
        const index = words.indexOf(values[row] ?? "");
        return index < 0 ? undefined : index;
      });
    }
  }

  #put(name: string, rows: number, at: (row: number) => number | undefined): void {
    const into = this.#column(name);
    for (let row = 0; row < rows; row++) {
      const value = at(row);
      into.values[this.length + row] = value ?? 0;
      into.missing[this.length + row] = value === undefined ? 1 : 0;
    }
  }

  #column(name: string): Growing {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = { values: new Float64Array(this.#room), missing: new Uint8Array(this.#room).fill(1) };
      this.#columns.set(name, column);
    }
    return column;
  }

  #grow(): void {
    this.#room *= 2;
    for (const column of this.#columns.values()) {
      const { values, missing } = column;
      column.values = new Float64Array(this.#room);
      column.values.set(values);
      column.missing = new Uint8Array(this.#room).fill(1);
      column.missing.set(missing);
    }
  }

  #dropFrom(step: number): void {
    const steps = this.#columns.get("step")?.values;
    if (steps === undefined) return;
    while (this.length > 0 && steps[this.length - 1]! >= step) this.length--;
    this.interventions = this.interventions.filter((intervention) => intervention.step < step);
    this.events = this.events.filter((event) => event.step < step);
  }

  #thin(): void {
    const marked = new Set([...this.interventions, ...this.events].map(({ step }) => step));
    const isWatched = (name: string): boolean => this.declared[name]?.event === undefined;
    const { length, scale } = this;
    const chosen = keptRows(
      { columns: this.#columns, vectors: this.#lengths, length, scale, most: capacity / 2 },
      isWatched,
      marked,
    );
    for (const { values, missing } of this.#columns.values()) {
      chosen.forEach((row, index) => {
        values[index] = values[row]!;
        missing[index] = missing[row]!;
      });
    }
    this.length = chosen.length;
    this.thinned = true;
  }
}
