/** Conditions on the columns of a row, as they are typed: `value<1e-6 and morseIndex==0`. Nothing of it is code. */
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";

/** A condition that was typed. */
interface Condition {
  readonly text: string;
  /** Names that it reads, the first one first. */
  readonly names: readonly string[];
  readonly holds: (row: Row) => boolean;
}

const comparisons = {
  "<=": (a: number, b: number) => a <= b,
  ">=": (a: number, b: number) => a >= b,
  "==": (a: number, b: number) => a === b,
  "!=": (a: number, b: number) => a !== b,
  "<": (a: number, b: number) => a < b,
  ">": (a: number, b: number) => a > b,
} as const;

const fields = ["step", "seconds", "evaluations", "products", "value", "squaredFieldNorm", "stepSize"] as const;

/** Reads a condition. A column that was not measured in a row does not meet it. @throws ERR_COMMAND_LINE */
export function conditionFrom(text: string): Condition {
  const parts = text.split(/\s+and\s+/).map(comparisonFrom);
  return {
    text,
    names: parts.map(({ name }) => name),
    holds: (row) => parts.every((part) => part.holds(row)),
  };
}

/** Names that every row has. */
export function isField(name: string): boolean {
  return (fields as readonly string[]).includes(name);
}

function comparisonFrom(text: string): { readonly name: string; readonly holds: (row: Row) => boolean } {
  const [, name, operator, wanted] =
    /^\s*([A-Za-z_][\w.#-]*)\s*(<=|>=|==|!=|<|>)\s*([\w.+-]+(?: [\w.+ -]*[\w.])?)\s*$/.exec(text) ?? [];
  const number = Number(wanted);
  const isNumber = !Number.isNaN(number);
  const isWord = /^[A-Za-z]/.test(wanted ?? "") && !/ or /.test(wanted ?? "") && /^[!=]=$/.test(operator ?? "");
  if (name === undefined || wanted === undefined || !(isNumber || isWord)) {
    throw failure(
      "ERR_COMMAND_LINE",
      `--alert: expected a rule, or a condition such as "value<1e-6" or "morseIndex==0 and value<1", got "${text.trim()}"`,
    );
  }
  const compare = comparisons[operator as keyof typeof comparisons];
  return {
    name,
    holds(row) {
      const found = isField(name) ? row[name as (typeof fields)[number]] : row.columns[name];
      if (found === undefined) return false;
      // Of a category, rows hold the index of the word.
      const other = isNumber ? number : (row.run.columns[name]?.values?.indexOf(wanted) ?? -1);
      return compare(found, isNumber || other >= 0 ? other : Number.NaN);
    },
  };
}
