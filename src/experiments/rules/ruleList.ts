/** Rules as they are typed: `stagnation(patience=50),divergence,small:value<1e-6`. */
import type { RowMeasure } from "../../authoring/index.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure, isFluxionError } from "../../errors.ts";
import { divergence } from "../../operators/rules/divergence.ts";
import { flat } from "../../operators/rules/flat.ts";
import { notFinite } from "../../operators/rules/notFinite.ts";
import { plateau } from "../../operators/rules/plateau.ts";
import { slow } from "../../operators/rules/slow.ts";
import { stagnation } from "../../operators/rules/stagnation.ts";
import { when } from "../../operators/rules/when.ts";
import { conditionFrom, isField } from "./condition.ts";

/** A rule that was typed. */
export interface TypedRule {
  /** Name of its events. */
  readonly name: string;
  /** Columns without which it says nothing of a run. */
  readonly columns: readonly string[];
  readonly operator: RowMeasure;
}

/** The rules with names. `all` stands for all of them. */
const named: Readonly<Record<string, (options: object) => RowMeasure>> = {
  notFinite,
  divergence,
  stagnation,
  plateau,
  flat,
  slow,
};

/** Names of the rules that can be typed. */
export const ruleNames: readonly string[] = Object.keys(named);

const mostRules = 32;
const mostCharacters = 4000;

/**
 * Reads rules. Each is a name, a name with options in parentheses, or a condition, with or without a name before it.
 *
 * @throws ERR_COMMAND_LINE for anything else, and for two rules of one name
 */
export function rulesFrom(text: string): readonly TypedRule[] {
  if (text.length > mostCharacters) throw refused(`at most ${mostCharacters} characters, got ${text.length}`);
  const parts = splitOutside(text);
  if (parts.some((part) => part === "")) throw refused(`rules separated by commas, got "${text}"`);
  const all = parts.flatMap((part) => (part === "all" ? ruleNames : [part]));
  if (all.length > mostRules) throw refused(`at most ${mostRules} rules, got ${all.length}`);
  const rules = all.map(ruleFrom);
  const names = new Set<string>();
  for (const { name } of rules) {
    if (names.has(name)) {
      throw refused(
        `a name of its own for each rule, got "${name}" twice; write ${name}(name=other) or other:condition`,
      );
    }
    names.add(name);
  }
  return rules;
}

function ruleFrom(text: string): TypedRule {
  const [, name = "", options] = /^([A-Za-z]\w*)\s*(?:\((.*)\))?$/.exec(text) ?? [];
  const make = Object.hasOwn(named, name) ? named[name] : undefined;
  try {
    if (make !== undefined) return withOptions(name, make, optionsFrom(options ?? ""));
    if (name !== "") {
      throw refused(
        `a rule or a condition, got "${text}".${didYouMean(name, ruleNames)} The rules are ${ruleNames.join(", ")}`,
      );
    }
    const [, label = "when", condition = text] = /^([A-Za-z]\w*)\s*:(.*)$/.exec(text) ?? [];
    const { names, holds, text: shown } = conditionFrom(condition.trim());
    const columns = names.filter((each) => !isField(each));
    return { name: label, columns, operator: when(holds, { name: label, of: names[0]!, meaning: `${shown}:` }) };
  } catch (error) {
    if (!isFluxionError(error) || error.code === "ERR_COMMAND_LINE") throw error;
    throw failure("ERR_COMMAND_LINE", `--alert: ${error.message}`, { cause: error });
  }
}

function withOptions(
  rule: string,
  make: (options: object) => RowMeasure,
  options: Readonly<Record<string, unknown>>,
): TypedRule {
  const operator = make(options);
  const { name = rule, of } = options;
  return { name: String(name), columns: typeof of === "string" && !isField(of) ? [of] : [], operator };
}

function optionsFrom(text: string): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  if (text.trim() === "") return options;
  for (const part of text.split(",")) {
    const [, key, value] = /^\s*([A-Za-z]\w*)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (key === undefined || value === undefined) throw refused(`options such as patience=50, got "${part.trim()}"`);
    options[key] =
      value === "true" ? true : value === "false" ? false : Number.isNaN(Number(value)) ? value : Number(value);
  }
  return options;
}

/** Splits at the commas that stand outside parentheses. */
function splitOutside(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (i < text.length && (text[i] !== "," || depth > 0)) continue;
    parts.push(text.slice(from, i).trim());
    from = i + 1;
  }
  return parts;
}

function refused(expected: string): Error {
  return failure("ERR_COMMAND_LINE", `--alert: expected ${expected}`);
}
