/** Turns a zod schema into flags of the command line, and the text of flags into options. */
import { z } from "zod";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { OptionsSchema } from "../framework/definition.ts";

/**
 * What the command line needs to know about an option. It is plain data, since the schema stays in the worker thread.
 */
export interface Flag {
  /** Name in the schema: `stepSize`. */
  readonly key: string;
  /** Name on the command line: `--step-size`. */
  readonly name: string;
  readonly kind: "number" | "boolean" | "text" | "list" | "json";
  readonly choices?: readonly string[];
  readonly default?: JsonValue;
  readonly required: boolean;
  readonly description: string;
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly default?: JsonValue;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Reads the flags of a schema, in its order. */
export function flagsOf(schema: OptionsSchema): Flag[] {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return Object.entries(json.properties ?? {}).map(([key, property]) => {
    const choices = choicesOf(property);
    return {
      key,
      name: flagName(key),
      kind: kindOf(property, choices),
      required: property.default === undefined && (json.required ?? []).includes(key),
      description: property.description ?? "",
      ...(choices === undefined ? {} : { choices }),
      ...(property.default === undefined ? {} : { default: property.default }),
    };
  });
}

/** Writes the key of an option as a flag: `stepSize` -> `--step-size`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Lists the alternatives of an option if each of them is a constant. */
function choicesOf(property: JsonSchema): readonly string[] | undefined {
  if (property.enum !== undefined) return property.enum.map(String);
  if (property.const !== undefined) return [String(property.const)];
  const parts = property.anyOf?.map(choicesOf);
  return parts?.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function kindOf(property: JsonSchema, choices: readonly string[] | undefined): Flag["kind"] {
  if (property.type === "boolean") return "boolean";
  if (property.type === "number" || property.type === "integer") return "number";
  if (property.type === "array" && ["number", "integer", "string"].includes(String(property.items?.type)))
    return "list";
  if (property.type === "string" || (choices !== undefined && property.anyOf === undefined)) return "text";
  return "json";
}

/**
 * Reads the value of a flag from its text.
 *
 * @throws ERR_COMMAND_LINE if the flag takes a number and the text is not one
 */
export function flagValue(flag: Flag, text: string): JsonValue {
  if (flag.kind === "text") return text;
  if (flag.kind === "number") return numberFrom(flag.name, text);
  if (flag.kind === "list") {
    const items = text.split(",").map((item) => item.trim());
    const numbers = items.map((item) => (item === "" ? Number.NaN : Number(item)));
    return numbers.every((number) => !Number.isNaN(number)) ? numbers : items;
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** Reads the number of a flag from its text. @throws ERR_COMMAND_LINE */
export function numberFrom(name: string, text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(number)) throw failure("ERR_COMMAND_LINE", `${name}: expected a number, got "${text}"`);
  return number;
}

/**
 * Checks the given options against the schema, and fills in its defaults.
 *
 * @throws ERR_COMMAND_LINE with one line for each option that does not match the schema
 */
export function optionsFrom(
  schema: OptionsSchema,
  given: Readonly<Record<string, JsonValue>>,
): Record<string, unknown> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => {
    const key = String(path[0] ?? "");
    const got = key === "" ? given : given[key];
    const what = message.replace(/^Invalid (input|option): /, "").replace(/^Too (small|big): /, "");
    const missing =
      got === undefined ? "; it must be given" : `, got ${typeof got === "string" ? got : JSON.stringify(got)}`;
    return `${key === "" ? "options" : flagName(key)}: ${what}${missing}`;
  });
  // Several items of one list may give the same line.
  throw failure("ERR_COMMAND_LINE", [...new Set(lines)].join("\n"));
}
