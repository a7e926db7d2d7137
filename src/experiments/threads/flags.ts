/** Turns a zod schema into flags of the command line, and the text of flags into options. */
import { z } from "zod";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { showValue } from "../../options.ts";
import type { OptionsSchema } from "../framework/definition.ts";
import { choicesOf, expectedOf, type JsonSchema } from "./expected.ts";

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
  /** What a value has to be, in words: `a positive integer`. */
  readonly expected: string;
}

/** Reads the flags of a schema, in its order. */
export function flagsOf(schema: OptionsSchema): Flag[] {
  const json = jsonOf(schema);
  return Object.entries(json.properties ?? {}).map(([key, property]) => {
    const choices = choicesOf(property);
    return {
      key,
      name: flagName(key),
      kind: kindOf(property, choices),
      required: property.default === undefined && (json.required ?? []).includes(key),
      description: property.description ?? "",
      expected: expectedOf(property),
      ...(choices === undefined ? {} : { choices }),
      ...(property.default === undefined ? {} : { default: property.default }),
    };
  });
}

const jsonOf = (schema: OptionsSchema): JsonSchema =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;

/** Writes the key of an option as a flag: `stepSize` -> `--step-size`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
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
  if (flag.kind === "number") {
    const number = numberFrom(flag.name, text, flag.expected);
    // No option takes an infinity; of a number above float64's range the text says more.
    if (!Number.isFinite(number)) throw notTaken(flag.name, flag.expected, text);
    return number;
  }
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
export function numberFrom(name: string, text: string, expected = "a number"): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(number)) throw notTaken(name, expected, text);
  return number;
}

const notTaken = (name: string, expected: string, text: string): Error =>
  failure("ERR_COMMAND_LINE", `${name}: expected ${expected}, got ${JSON.stringify(text)}`);

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
  const { properties = {} } = jsonOf(schema);
  const lines = result.error.issues.map(({ path, message }) => {
    const key = String(path[0] ?? "");
    if (key === "") return `options: ${message}`;
    const property = properties[key];
    const got = given[key];
    // A message of the experiment's own stays.
    const own = property === undefined || !rawMessage.test(message);
    const choices = property === undefined ? undefined : choicesOf(property);
    const hint = choices === undefined || got === undefined ? "" : didYouMean(String(got), choices);
    const what = own ? message : `expected ${expectedOf(property)}`;
    return `${flagName(key)}: ${what}, got ${got === undefined ? "nothing; it must be given" : showValue(got)}${hint && `.${hint}`}`;
  });
  // Several items of one list may give the same line.
  throw failure("ERR_COMMAND_LINE", [...new Set(lines)].join("\n"));
}

/** How the messages of the validator itself begin. */
const rawMessage = /^(Invalid|Too small|Too big|Unrecognized|Required)\b/;
