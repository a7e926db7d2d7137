/** Says in the words of `fluxion query` why DuckDB refuses a question. */

/** What DuckDB says, and what the user should read instead: made of the parts of the message, and names that are near. */
const refusals: readonly (readonly [RegExp, (parts: readonly string[], near: string) => string])[] = [
  [
    /Referenced column "(.+?)" not found/,
    ([name], near) => `no column is called "${name}"${near}; fluxion query "describe runs" lists those of a view`,
  ],
  [
    /does not have a column named "(.+?)"/,
    ([name]) => `no column is called "${name}"; fluxion query "describe runs" lists those of a view`,
  ],
  [
    /(?:Table with name (.+?) does not exist|Referenced table "(.+?)" not found)/,
    ([catalog, bound], near) => `there is no view "${catalog ?? bound}"${near}`,
  ],
  [
    /Cannot access (?:file|directory) "(.*?)"/,
    ([path]) => `a question reads the views of the runs and no other files, and names ${path}`,
  ],
  [
    /"?([\w]+)"? is not in the catalog, but it exists in the (\w+) extension/,
    ([name, extension]) => `${name} belongs to DuckDB's extension ${extension}, and no extensions are loaded`,
  ],
  [
    /((?:Scalar |Table |Aggregate )?Function|Type) with name (.+?) does not exist/,
    ([kind, name]) => `there is no ${kind!.toLowerCase()} "${name}"`,
  ],
  [/Parser Error: (syntax error|unterminated.*?) at or near "(.+?)"/, ([what, near]) => `${what} at "${near}"`],
  [/Parser Error: (.+)/, ([what]) => what!],
  [
    /column "(.+?)" must appear in the GROUP BY clause/,
    ([name]) => `"${name}" has many values in each group: add it to GROUP BY, or take one by any_value("${name}")`,
  ],
  [/Could not convert (.+)/, ([what]) => `cannot convert ${what}`],
];

/**
 * The message of DuckDB in our words, with the names that are near and the place in the question. What is not known
 * stays as DuckDB says it.
 */
export function refusalText(message: string): string {
  const text = message.trim().replace(/^Failed to extract statements: /, "");
  const place = /\n\n(LINE \d+: [\s\S]*\^)\s*$/.exec(text)?.[1];
  const near = /(?:Candidate bindings: |Candidate tables: |Did you mean )(.+)/.exec(text)?.[1]?.replace(/\?$/, "");
  for (const [pattern, say] of refusals) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const ours = say(found.slice(1), wordsOfNear(near, found[0].includes("able")));
    return place === undefined ? ours : `${ours}\n${place}`;
  }
  return `DuckDB says: ${text}`;
}

/** What a wrong name may have meant: a view of ours, or what DuckDB names. */
function wordsOfNear(near: string | undefined, isView: boolean): string {
  if (isView) return "; the views are runs, iterates and ends";
  return near === undefined ? "" : `; near it: ${near.replaceAll('"', "")}`;
}
