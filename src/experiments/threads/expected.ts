/** What the value of an option has to be, in the words of all other options. */
import type { JsonValue } from "../../json.ts";
import { describeRange } from "../../range.ts";

/** The part of a JSON schema that options use. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly default?: JsonValue;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Lists the alternatives of an option if each of them is a constant. */
export function choicesOf(property: JsonSchema): readonly string[] | undefined {
  if (property.enum !== undefined) return property.enum.map(String);
  if (property.const !== undefined) return [String(property.const)];
  const parts = property.anyOf?.map(choicesOf);
  return parts?.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** Says what a value has to be: `a positive integer`, `gda or extragradient`, `a list of 2 numbers, such as 1,2`. */
export function expectedOf(property: JsonSchema): string {
  const choices = choicesOf(property);
  if (choices !== undefined) return either(choices);
  if (property.anyOf !== undefined) return either(property.anyOf.map(expectedOf));
  const { type, items } = property;
  if (type === "number" || type === "integer") return numberOf(property);
  if (type === "boolean") return "true or false";
  if (type === "null") return "null";
  if (type === "string") return (property.minLength ?? 0) > 0 ? "a text that is not empty" : "a text";
  if (type === "array") return listOf(property, items ?? {});
  return type === "object" ? "an object" : "a value that the option takes";
}

function numberOf({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  return describeRange({
    integer: type === "integer",
    // The validator bounds integers by those that float64 tells apart.
    min: minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum,
    max: maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum,
    above: exclusiveMinimum,
    below: exclusiveMaximum,
  });
}

function listOf({ minItems = 0, maxItems }: JsonSchema, items: JsonSchema): string {
  const choices = choicesOf(items);
  const isNumber = items.type === "number" || items.type === "integer";
  const count = minItems === maxItems ? `${minItems} ` : minItems > 0 ? `at least ${minItems} ` : "";
  const noun = `${isNumber ? "number" : "word"}${count.endsWith("1 ") ? "" : "s"}`;
  const each = isNumber ? numberOf(items) : choices === undefined ? undefined : either(choices);
  const of = each === undefined || each === "a finite number" ? "" : `, each ${each}`;
  return `a list of ${count}${noun}${of}${isNumber ? `, such as ${exampleOf(items, minItems, maxItems)}` : ""}`;
}

/** Writes numbers that a list may hold: two, or as many as it must or may have. */
function exampleOf(items: JsonSchema, least: number, most = Number.POSITIVE_INFINITY): string {
  const count = Math.min(Math.max(2, least), most);
  return Array.from({ length: count }, (_, k) => numberWithin(items, k, count)).join(",");
}

/** The k-th number of an example: 1, 2, 3 where the range allows them all, else whole numbers from its ends, or parts of it. */
function numberWithin(items: JsonSchema, k: number, count: number): number {
  const integer = items.type === "integer";
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = items;
  const { exclusiveMinimum: above = Number.NEGATIVE_INFINITY, exclusiveMaximum: below = Number.POSITIVE_INFINITY } =
    items;
  const isIn = (value: number): boolean => value >= minimum && value <= maximum && value > above && value < below;
  const [low, high] = [Math.max(minimum, above), Math.min(maximum, below)];
  const first = Math.floor(low) + (isIn(Math.floor(low)) ? 0 : 1);
  const last = Math.ceil(high) - (isIn(Math.ceil(high)) ? 0 : 1);
  const begins = [1, first, last - count + 1].find((begin) => isIn(begin) && isIn(begin + count - 1));
  if (begins !== undefined) return begins + k;
  // A narrow range: integers repeat, other numbers divide it.
  return integer ? Math.min(first + k, last) : low + ((k + 1) / (count + 1)) * (high - low);
}

function either(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "nothing") : `${parts.slice(0, -1).join(", ")} or ${parts.at(-1)}`;
}
