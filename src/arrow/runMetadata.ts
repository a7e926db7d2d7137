/** A run as text, which a file carries so that it can be replayed alone, without `run.json`. */
import { isTooDeep, type JsonValue, mostLevels } from "../json.ts";
import { presentName } from "./formerNames.ts";
import { sliceFrom } from "./lossSlice.ts";
import type { AppliedCommand, Column, Columns, Run, Setting, Settings } from "./row.ts";

/** Words that stand for NaN and infinities, which JSON does not have. */
const words: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** Writes JSON in which numbers that are not finite are the texts `"NaN"`, `"Infinity"` and `"-Infinity"`. */
export function stringify(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, entry: unknown) => (typeof entry === "number" && !Number.isFinite(entry) ? String(entry) : entry),
    indent,
  );
}

/** Writes a run as `{ format, name, attempt, columns, settings, description }` in JSON. */
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

/** Reads the text of {@link runToJson}. Returns the run, or the reason why the text does not hold one. */
export function runFromJson(text: string): Run | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return `its metadata are not JSON: ${(error as Error).message}`;
  }
  if (!isRecord(data)) return "its metadata are not an object";
  if (data.format !== 1) return `it has format ${String(data.format)}, but this version of fluxion reads format 1`;
  if (typeof data.name !== "string") return "its metadata have no name";
  if (!Number.isInteger(data.attempt)) return "its metadata have no attempt";
  const columns = columnsFrom(data.columns);
  if (columns === undefined) return "its metadata have no columns";
  return {
    name: data.name,
    attempt: data.attempt as number,
    columns,
    settings: settingsFrom(data.settings),
    ...(data.description === undefined ? {} : { description: descriptionFrom(data.description as JsonValue) }),
  };
}

/** Whoever writes a description as JSON recurses, so that a forged one could exhaust the stack. */
function descriptionFrom(data: JsonValue): JsonValue {
  return isTooDeep(data) ? `left out, since it is nested deeper than ${mostLevels} levels` : data;
}

/** Reads commands from the text that the column `commands` holds. */
export function commandsFromJson(text: string): readonly AppliedCommand[] {
  return (JSON.parse(text) as AppliedCommand[]).map(commandFromJson);
}

/** Reads a command that was parsed as JSON: numbers that JSON does not have are texts there. */
export function commandFromJson(command: AppliedCommand): AppliedCommand {
  if ("value" in command) return { ...command, value: number(command.value) };
  if (!("slice" in command)) return command;
  const { slice, ...rest } = command;
  const read = sliceFrom(slice, number);
  return read === undefined ? rest : { ...rest, slice: read };
}

/** Reads declarations of columns back from JSON; undefined if the data are something else. */
export function columnsFrom(data: unknown): Columns | undefined {
  if (!isRecord(data)) return undefined;
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(data)) {
    if (!isRecord(column) || typeof column.meaning !== "string") return undefined;
    const { meaning, unit, kind, values, event } = column;
    columns[presentName(name)] = {
      meaning,
      ...(typeof unit === "string" ? { unit } : {}),
      ...(kind === "number" || kind === "vector" || kind === "category" ? { kind } : {}),
      ...(isTexts(values) ? { values } : {}),
      ...(typeof event === "string" ? { event } : {}),
    };
  }
  return columns;
}

/** Reads settings back from JSON. Entries that are not settings are left out. */
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

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
