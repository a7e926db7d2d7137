/**
 * What a person types to find runs: words, which stand somewhere in a run's texts, and conditions such as `loss<1e-3`,
 * `verdict="critical point"` or `tags=paper`. All of them have to hold.
 */
import { didYouMean } from "../../didYouMean.ts";
import type { RunInfo } from "../../server/messages.ts";
import type { Cell, RunColumn } from "./runColumns.ts";

interface Query {
  holds(run: RunInfo): boolean;
  /** Why a part of the text means nothing; undefined: all of it is understood. */
  readonly mistake: string | undefined;
}

const parts = /(?:"([^"]+)"|([^\s"<>=!~]+))\s*(!=|<=|>=|=|<|>|~)\s*(?:"([^"]*)"|([^\s"<>=!~]\S*))?|"([^"]*)"?|(\S+)/g;

const signs: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** Reads a query. Conditions mean the same as those of `fluxion list --filter`. */
export function readQuery(text: string, columns: readonly RunColumn[]): Query {
  const tests: ((run: RunInfo) => boolean)[] = [];
  let mistake: string | undefined;
  for (const [, quoted, bare, sign, quotedValue, bareValue, quotedWord, word] of text.matchAll(parts)) {
    const name = quoted ?? bare;
    const value = quotedValue ?? bareValue;
    if (sign === undefined || name === undefined) {
      const wanted = (quotedWord ?? word ?? "").toLowerCase();
      if (wanted !== "") tests.push((run) => textsOf(run).includes(wanted));
      continue;
    }
    const column = columns.find((known) => known.name === name || known.title === name);
    if (column === undefined) {
      const names = columns.map((known) => known.name);
      mistake ??= `there is no column "${name}".${didYouMean(name, names)}`;
    } else if (value === undefined) mistake ??= `${name} ${sign} what?`;
    else tests.push(conditionOn(column, sign, value));
  }
  return { mistake, holds: (run) => tests.every((test) => test(run)) };
}

function conditionOn({ name, of }: RunColumn, sign: string, value: string): (run: RunInfo) => boolean {
  const number = value === "" ? Number.NaN : Number(value);
  const wanted = value.toLowerCase();
  const meets = (cell: string | number): boolean => {
    if (sign === "~") return String(cell).toLowerCase().includes(wanted);
    const compared = typeof cell === "number" && !Number.isNaN(number);
    // NaN equals nothing and is in no order.
    if (compared && Number.isNaN(cell)) return sign === "!=";
    return signs[sign]!(compared ? order(cell, number) : order(String(cell), value));
  };
  return (run) => {
    const cell = of(run);
    // An empty cell meets no condition but this one.
    if (cell === undefined) return sign === "!=";
    if (name !== "tags" || typeof cell !== "string" || sign === "~") return meets(cell);
    const tags = cell.split(" ");
    return sign === "!=" ? tags.every(meets) : tags.some(meets);
  };
}

const texts = new WeakMap<RunInfo, string>();

/** All texts of a run in small letters. */
function textsOf(run: RunInfo): string {
  let text = texts.get(run);
  if (text === undefined) {
    const own = Object.values(run.cells ?? {}).filter((cell) => typeof cell === "string");
    text = [run.name, run.ending?.verdict ?? run.ending?.status ?? "", ...own].join("\n").toLowerCase();
    texts.set(run, text);
  }
  return text;
}

function order(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the places of the runs that meet a query. */
export function matching(runs: readonly RunInfo[], { holds }: Query): Uint32Array {
  const places = new Uint32Array(runs.length);
  let length = 0;
  for (let place = 0; place < runs.length; place++) if (holds(runs[place]!)) places[length++] = place;
  return places.slice(0, length);
}

/** Sorts places by a column: numbers before texts, empty cells and NaN last in either direction. Equal ones stay as they are. */
export function sortPlaces(
  places: Uint32Array,
  runs: readonly RunInfo[],
  { of }: RunColumn,
  descending: boolean,
): Uint32Array {
  const numbers: number[] = [];
  const words: number[] = [];
  const empty: number[] = [];
  const keys = new Float64Array(runs.length);
  const cells: Cell[] = [];
  for (const place of places) {
    const cell = of(runs[place]!);
    if (cell === undefined || Number.isNaN(cell)) empty.push(place);
    else if (typeof cell === "number") {
      keys[place] = cell;
      numbers.push(place);
    } else {
      cells[place] = cell;
      words.push(place);
    }
  }
  const sign = descending ? -1 : 1;
  numbers.sort((a, b) => sign * (keys[a]! - keys[b]!) || a - b);
  words.sort((a, b) => sign * order(cells[a]!, cells[b]!) || a - b);
  const groups = descending ? [words, numbers, empty] : [numbers, words, empty];
  return Uint32Array.from(groups.flat());
}
