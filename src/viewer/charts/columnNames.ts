/** Names of columns for people, made from the meanings that operators declare. */
import { coreColumns } from "../../arrow/coreColumns.ts";
import type { Column, Columns } from "../../arrow/row.ts";
import type { ShownRun } from "./series.ts";

export interface ColumnName {
  /** What the column holds, in a few words. */
  readonly title: string;
  /** Formula, where the meaning begins with one. */
  readonly symbol: string;
  /** The whole meaning. */
  readonly meaning: string;
  /** The name in files and programs, with the player's or the entry's for one entry of a vector. */
  readonly internal: string;
}

type Named = Pick<ShownRun, "columns" | "players" | "data">;

const core: Readonly<Record<string, { readonly meaning: string }>> = coreColumns;
/** Greatest length of a title made from a meaning. */
const longest = 60;

/** Returns the name of a column, or of one entry of a vector column, as the first run that declares it has it. */
export function nameOfColumn(runs: readonly Named[], column: string): ColumnName {
  const [name, entry] = vectorEntry(column);
  const declared = runs
    .map(({ columns }) => columns[name] ?? familyOf(columns, name))
    .find((found) => found !== undefined);
  const meaning = pretty(declared?.meaning ?? core[name]?.meaning ?? spaced(name));
  const unit = declared?.unit === undefined ? "" : ` (${declared.unit})`;
  const [head, symbol] = titleFrom(name, meaning);
  const title = capital(`${head}${unit}`);
  if (entry === undefined) return { title, symbol, meaning, internal: name };
  const of = entryName(runs, name, entry);
  return { title: `${title}: ${of.title}`, symbol, meaning, internal: of.internal };
}

/** The columns `fieldNorm.first`, `fieldNorm.second`, ... and what follows the first dot in their names, if there are two. */
export function familyMembers(
  columns: Columns,
  name: string,
): readonly { readonly column: string; readonly member: string }[] {
  const found = Object.keys(columns).flatMap((column) => {
    const isMember = column.startsWith(`${name}.`) && (columns[column]!.kind ?? "number") === "number";
    return isMember && columns[column]!.event === undefined ? [{ column, member: column.slice(name.length + 1) }] : [];
  });
  return found.length > 1 ? found : [];
}

/** What the columns of a family mean together: the meaning of one without the member's name at its end. */
function familyOf(columns: Columns, name: string): Column | undefined {
  const [first] = familyMembers(columns, name);
  if (first === undefined) return undefined;
  const { meaning, unit } = columns[first.column]!;
  const common = meaning.endsWith(first.member) ? meaning.slice(0, -first.member.length).trim() : meaning;
  return { meaning: common, ...(unit === undefined ? {} : { unit }) };
}

/** Splits `exploitability.0` into the vector column and the index of its entry. Other names have no entry. */
function vectorEntry(column: string): readonly [name: string, entry: number | undefined] {
  const match = /^(.+)\.(\d+)$/.exec(column);
  return match === null ? [column, undefined] : [match[1]!, Number(match[2])];
}

/** Names an entry of a vector: by the player where there is one entry for each, else by its number. */
export function entryName(
  runs: readonly Named[],
  name: string,
  entry: number,
): { readonly title: string; readonly internal: string } {
  for (const { players, data } of runs) {
    // A point with as many coordinates as there are players gets their names as well.
    if (players[entry] !== undefined && players.length === data.coordinates(name)) {
      return { title: players[entry], internal: `${name} of ${players[entry]}` };
    }
  }
  return { title: String(entry + 1), internal: `${name} ${entry + 1}` };
}

/** Returns the words of a title, and a formula. A meaning that begins with a formula leaves the words to the name. */
function titleFrom(name: string, meaning: string): readonly [title: string, symbol: string] {
  const clause = firstClause(meaning);
  const words = clause.match(/(?!the\b)\p{L}{3,}/gu) ?? [];
  if (/[‖^=²₂]/.test(clause) && words.length < 2) return [spaced(name), clause.length <= longest ? clause : ""];
  return [clause.length <= longest ? clause : spaced(name), ""];
}

/** Returns the text before the first comma, colon or semicolon outside parentheses. "0: flat" names nothing. */
function firstClause(meaning: string): string {
  let depth = 0;
  for (const [at, letter] of [...meaning].entries()) {
    if ("([{".includes(letter)) depth++;
    else if (")]}".includes(letter)) depth--;
    else if (depth === 0 && at > 2 && /^[,:;] /.test(meaning.slice(at, at + 2))) return meaning.slice(0, at);
  }
  return /^\S{1,2}: /.test(meaning) ? meaning.replace(/^\S{1,2}: /, "").split(", ")[0]! : meaning;
}

/** Writes norms, squares and indices as in print. */
function pretty(meaning: string): string {
  return meaning.replaceAll("||", "‖").replaceAll("^2", "²").replaceAll("‖_2", "‖₂");
}

/** `squaredFieldNorm` becomes `squared field norm`, and `fieldNorm.bias` `field norm: bias`. */
function spaced(name: string): string {
  return name
    .replace(".", ": ")
    .replace(/([a-z\d])([A-Z])/g, (_all, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

function capital(text: string): string {
  // A symbol such as ‖p‖ or L(z) stays.
  return /^[a-z]{2}/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
