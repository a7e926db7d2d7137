/** Options of functions: one declaration gives their ranges, their defaults and what is said of a wrong one. */
import { didYouMean } from "./didYouMean.ts";
import { failure } from "./errors.ts";
import { describeRange, inRange, type Range } from "./range.ts";

interface Common {
  /** The value of an option that is left out. */
  readonly default?: unknown;
  /** Whether the option must be given. */
  readonly required?: boolean;
}

/** A number of a range; `or` lists values of other kinds that are allowed too. */
export interface NumberRule extends Range, Common {
  readonly or?: readonly unknown[];
}

/** One of a list of values. */
export interface ChoiceRule extends Common {
  readonly oneOf: readonly unknown[];
}

/** A value of another kind: `is` tests it, `expected` says what it has to be. */
export interface KindRule extends Common {
  readonly expected: string;
  readonly is: (value: never) => boolean;
  /** Whether a wrong value is one of the right type but out of bounds. Default false. */
  readonly range?: boolean;
}

/** What an option may be. */
export type OptionRule = NumberRule | ChoiceRule | KindRule;

/** A rule for each option that a function takes: one that is left out does not compile. */
export type OptionRules<O> = { readonly [K in keyof Required<O>]: OptionRule };

/** The options with their defaults filled in. */
export type Checked<O, R> = {
  readonly [K in keyof O]-?: K extends keyof R
    ? R[K] extends { readonly default: unknown } | { readonly required: true }
      ? Exclude<O[K], undefined>
      : O[K] | undefined
    : never;
};

/**
 * Checks the options of a function and fills in their defaults.
 *
 * An option that is undefined counts as left out.
 *
 * @example
 * const rules = { decay: { default: 0.9, min: -1, max: 1 }, kind: { default: "heavy ball", oneOf: ["heavy ball", "Nesterov"] } } as const;
 * const { decay, kind } = readOptions("momentum", { decay: 0.5 }, rules); // 0.5, "heavy ball"
 * @param who the function, which begins every message
 * @param rules what each option may be; numbers are finite unless the rule says `infinite`
 * @throws {TypeError} ERR_OPTION_TYPE if the options are no object, if one has the wrong type or is missing; ERR_OPTION_UNKNOWN for a
 *   name that is not among the rules
 * @throws {RangeError} ERR_OPTION_RANGE for a number outside its range or a value that is not in its list
 */
export function readOptions<const O extends object, const R extends OptionRules<O>>(
  who: string,
  options: O,
  rules: R,
): Checked<O, R> {
  checkObject(who, options, Object.keys(rules));
  const given = options as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) if (!Object.hasOwn(rules, name)) throw unknownOption(who, name, rules);
  const read: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries<OptionRule>(rules)) {
    const value = given[name];
    if (value !== undefined) checkOption(who, name, value, rule);
    else if (rule.required === true)
      throw expected("ERR_OPTION_TYPE", who, `the option ${name}`, describe(rule), value);
    read[name] = value ?? rule.default;
  }
  return read as Checked<O, R>;
}

/**
 * Checks one value against its rule, with the messages of {@link readOptions}: for arguments that are no options.
 *
 * @throws ERR_OPTION_TYPE, ERR_OPTION_RANGE
 */
export function checkOption(who: string, name: string, value: unknown, rule: OptionRule): void {
  if ("is" in rule) {
    const code = rule.range === true ? "ERR_OPTION_RANGE" : "ERR_OPTION_TYPE";
    if (!rule.is(value as never)) throw expected(code, who, name, rule.expected, value);
  } else if ("oneOf" in rule) {
    if (!rule.oneOf.includes(value)) throw expected("ERR_OPTION_RANGE", who, name, describe(rule), value);
  } else if (!inRange(value, rule) && rule.or?.includes(value) !== true) {
    throw expected(
      typeof value === "number" ? "ERR_OPTION_RANGE" : "ERR_OPTION_TYPE",
      who,
      name,
      describe(rule),
      value,
    );
  }
}

/** Refuses what is no object of options: `momentum(0.9)` would silently keep the default. */
function checkObject(who: string, options: unknown, names: readonly string[]): void {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return;
  throw failure(
    "ERR_OPTION_TYPE",
    `${who}: expected an object of options, such as { ${names[0] ?? "name"}: value }, got ${showValue(options)}`,
  );
}

function unknownOption(who: string, name: string, rules: object): Error {
  const names = Object.keys(rules);
  return failure(
    "ERR_OPTION_UNKNOWN",
    `${who}: there is no option "${name}".${didYouMean(name, names)} The options are ${names.join(", ") || "none"}`,
  );
}

function describe(rule: OptionRule): string {
  if ("is" in rule) return rule.expected;
  if ("oneOf" in rule) return listed(rule.oneOf);
  const others = rule.or === undefined ? "" : `, or ${listed(rule.or)}`;
  return describeRange(rule) + others;
}

function listed(values: readonly unknown[]): string {
  const shown = values.map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value)));
  const last = shown.at(-1);
  return shown.length < 2 ? `${last}` : `${shown.slice(0, -1).join(", ")} or ${last}`;
}

function expected(
  code: "ERR_OPTION_TYPE" | "ERR_OPTION_RANGE",
  who: string,
  what: string,
  wanted: string,
  got: unknown,
): Error {
  return failure(code, `${who}: expected ${what} to be ${wanted}, got ${showValue(got)}`);
}

/** A value as a message shows it: numbers, strings and the kinds of everything else. */
export function showValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length > 8 ? "an array" : `[${value.map(showValue).join(", ")}]`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object") return value.constructor === Object ? "an object" : `a ${value.constructor?.name}`;
  return `a ${typeof value}`;
}

/** A setting that can be steered within the range of an option's rule. */
export function settingOf(rule: NumberRule, value: number): Range & { readonly value: number } {
  const { min, max, above, below, integer, infinite } = rule;
  const range = { min, max, above, below, integer, infinite };
  return { ...Object.fromEntries(Object.entries(range).filter(([, bound]) => bound !== undefined)), value };
}
