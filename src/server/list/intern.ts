/** Lets equal parts of many runs be one object in memory: a campaign of 100,000 runs has one set of columns. */
import type { Run } from "../../arrow/row.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import type { JsonValue } from "../../json.ts";

/** Number of different objects that are remembered. Beyond it the search begins anew. */
const most = 10_000;

type Intern = <T extends object>(value: T, textOf?: (value: T) => string) => T;

/** Makes a function that returns an equal object seen before, or the object itself. Objects must not be changed. */
function makeIntern(): Intern {
  let byText = new Map<string, object>();
  let known = new WeakSet<object>();
  return <T extends object>(value: T, textOf: (value: T) => string = JSON.stringify): T => {
    if (known.has(value)) return value;
    const text = textOf(value);
    const found = byText.get(text);
    if (found !== undefined) return found as T;
    if (byText.size >= most) {
      byText = new Map();
      known = new WeakSet();
    }
    byText.set(text, value);
    known.add(value);
    return value;
  };
}

/** Makes a function that returns the record with texts that others have too, such as verdicts and dates. */
export function makeTextIntern(): <T extends object>(record: T) => T {
  const known = new Map<string, string>();
  return (record) => {
    const copy: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(record)) {
      const text = typeof value === "string" ? value : undefined;
      if (text !== undefined && known.size < most && !known.has(text)) known.set(text, text);
      copy[name] = text === undefined ? value : (known.get(text) ?? text);
    }
    return copy as typeof record;
  };
}

/** Makes a function that returns the run with columns, settings and parts of its description that others have too. */
export function makeRunIntern(): (run: Run) => Run {
  const intern = makeIntern();
  const parts = (description: JsonValue): JsonValue => {
    if (typeof description !== "object" || description === null || Array.isArray(description)) return description;
    return Object.fromEntries(
      Object.entries(description).map(([name, part]) => [
        name,
        typeof part === "object" && part !== null ? (intern(part as object) as JsonValue) : part,
      ]),
    );
  };
  return (run) => ({
    ...run,
    columns: intern(run.columns),
    // Their ranges may be infinite, which JSON does not tell from null.
    settings: intern(run.settings, stringify),
    ...(run.description === undefined ? {} : { description: parts(run.description) }),
  });
}
