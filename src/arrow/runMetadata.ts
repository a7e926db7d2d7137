/** A run as text: what a file carries so that it can be replayed alone, without `run.json`. */
import type { JsonValue } from "../json.ts";
import { presentName } from "./formerNames.ts";
import type { AppliedCommand, Column, Columns, Run, Setting, Settings } from "./row.ts";

/** JSON has no NaN and no infinities: they travel as these words. */
const words: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** JSON in which non-finite numbers stand as `"NaN"`, `"Infinity"`, `"-Infinity"`. */
export function stringify(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, entry: unknown) => (typeof entry === "number" && !Number.isFinite(entry) ? String(entry) : entry),
    indent,
  );
}

/** The run as `{ format, name, attempt, columns, settings, description }`, in JSON. */
export function runToJson(run: Run): string {
  return stringify({
    format: 1,
    name: run.name,
    attempt: run.attempt,
    columns: run.columns,
    settings: run.settings,
    description: run.description,
  });
}

/** The run of {@link runToJson}, or the reason why the text holds none. */
export function runFromJson(text: string): Run | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return `its metadata are no JSON: ${(error as Error).message}`;
  }
  if (!isRecord(data)) return "its metadata are no object";
  if (data.format !== 1) return `it has format ${String(data.format)}, this version of fluxion reads format 1`;
  if (typeof data.name !== "string") return "its metadata have no name";
  if (!Number.isInteger(data.attempt)) return "its metadata have no attempt";
  const columns = columnsFrom(data.columns);
  if (columns === undefined) return "its metadata have no columns";
  return {
    name: data.name,
    attempt: data.attempt as number,
    columns,
    settings: settingsFrom(data.settings),
    ...(data.description === undefined ? {} : { description: data.description as JsonValue }),
  };
}

/** Commands as the column `commands` holds them; the run from that text again. */
export function commandsFromJson(text: string): readonly AppliedCommand[] {
  return (JSON.parse(text) as AppliedCommand[]).map((command) =>
    "value" in command ? { ...command, value: number(command.value) } : command,
  );
}

/** Declarations read back from JSON, or undefined if they are none. */
export function columnsFrom(data: unknown): Columns | undefined {
  if (!isRecord(data)) return undefined;
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(data)) {
    if (!isRecord(column) || typeof column.meaning !== "string") return undefined;
    columns[presentName(name)] = column as unknown as Column;
  }
  return columns;
}

/** Settings read back from JSON; what is no setting is left out. */
export function settingsFrom(data: unknown): Settings {
  const settings: Record<string, Setting> = {};
  if (!isRecord(data)) return settings;
  for (const [name, setting] of Object.entries(data)) {
    if (!isRecord(setting)) continue;
    const bounds = ["min", "max", "above", "below"].filter((bound) => setting[bound] !== undefined);
    settings[name] = {
      value: number(setting.value),
      ...Object.fromEntries(bounds.map((bound) => [bound, number(setting[bound])])),
      ...(setting.integer === true ? { integer: true } : {}),
      ...(setting.infinite === true ? { infinite: true } : {}),
    };
  }
  return settings;
}

function number(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && Object.hasOwn(words, value) ? words[value]! : Number.NaN;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
