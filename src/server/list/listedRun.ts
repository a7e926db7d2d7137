/**
 * Runs as a list carries them. What a run shares with one before it is said once: a campaign of 100,000 runs has one set
 * of columns.
 */
import { stringify } from "../../arrow/runMetadata.ts";
import type { ListedRun, RunEnding, RunInfo } from "../messages.ts";

/** Number of characters of a piece of a list. */
const pieceLength = 64 * 1024;

/**
 * Writes the array of a list as JSON, piece by piece, so that a long one can be made in turns.
 *
 * @param brief whether descriptions, and the sentences of endings, are left out
 */
export function* listPieces(runs: Iterable<RunInfo>, brief: boolean): Generator<string, void> {
  const numbers = new Map<object, number>();
  const numberOf = (value: object): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  const heads = new Map<string, RunInfo>();
  let piece = "[";
  let first = true;
  for (const run of runs) {
    const { columns, settings, description, ...rest } = run;
    const entry: ListedRun = brief ? briefly(rest) : rest;
    const described = !brief && description !== undefined;
    const key = `${numberOf(columns)} ${numberOf(settings)} ${described}`;
    const head = heads.get(key);
    if (head === undefined) heads.set(key, run);
    const isOwn = described && (head === undefined || !isSame(description, head.description));
    const shared = head === undefined ? { columns, settings } : { like: head.name };
    piece += `${first ? "" : ","}${jsonOf({ ...entry, ...shared, ...(isOwn ? { description } : {}) })}`;
    first = false;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}]`;
}

/** Puts back what runs of a list share. A run whose `like` is not there has no columns and no settings. */
export function expanded(list: readonly ListedRun[]): RunInfo[] {
  const heads = new Map<string, RunInfo>();
  return list.map(({ like, ...entry }) => {
    const head = like === undefined ? undefined : heads.get(like);
    const description = entry.description ?? head?.description;
    const run: RunInfo = {
      ...entry,
      columns: entry.columns ?? head?.columns ?? {},
      settings: entry.settings ?? head?.settings ?? {},
      ...(description === undefined ? {} : { description }),
    };
    if (like === undefined) heads.set(run.name, run);
    return run;
  });
}

function briefly(run: ListedRun): ListedRun {
  if (run.ending === undefined) return run;
  const { meaning, because, ...ending } = run.ending;
  return { ...run, ending };
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b));
}

/** Settings may be infinite, and a writer that looks at each number takes five times as long. */
function jsonOf(run: ListedRun): string {
  const plain = run.settings === undefined && run.description === undefined;
  return plain && holdsFinite(run.ending) && holdsFinite(run.cells) ? JSON.stringify(run) : stringify(run);
}

function holdsFinite(record: RunEnding | RunInfo["cells"]): boolean {
  for (const name in record) {
    const value = (record as Readonly<Record<string, unknown>>)[name];
    if (typeof value === "number" && !Number.isFinite(value)) return false;
  }
  return true;
}
