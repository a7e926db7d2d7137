/** Finds the string literals of a source file. */

/** A text in quotation marks. */
export interface Literal {
  /** The text that the program sees: escapes are replaced by what they mean. */
  readonly text: string;
  /** Whether it stands behind `import`, `from` or `require`, so that it names a module. */
  readonly imported: boolean;
}

/**
 * Yields every string literal of a source, and every template without substitutions.
 *
 * The language is not read, so nothing in it can hide a literal: whatever stands between two quotation marks of one kind
 * counts, also in a comment or in a regular expression, and also what stands between two literals. That yields too much
 * and never too little, since a literal ends at the next quotation mark of its kind that has no backslash before it.
 */
export function* literalsIn(source: string): Generator<Literal> {
  const imported = placesOfImports(source);
  for (const mark of ['"', "'", "`"]) {
    let begin: number | undefined;
    for (const end of placesOf(mark, source)) {
      const raw = begin === undefined ? "" : source.slice(begin + 1, end);
      // A path in quotation marks is no longer than a line, unless the line break is escaped.
      const odd = mark === "`" ? /\$\{/ : /(?:^|[^\\\r])\r?\n/;
      if (begin !== undefined && raw !== "" && !odd.test(raw)) {
        yield { text: withoutEscapes(raw), imported: imported.has(begin) };
      }
      begin = end;
    }
  }
}

/** Places of a quotation mark without the backslash that would make it a part of the text. */
function* placesOf(mark: string, source: string): Generator<number> {
  for (let at = source.indexOf(mark); at >= 0; at = source.indexOf(mark, at + 1)) {
    let backslashes = 0;
    while (source[at - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) yield at;
  }
}

/** Places of the quotation marks behind `import`, `import(`, `from`, `require(`, with comments in between. */
function placesOfImports(source: string): ReadonlySet<number> {
  const places = new Set<number>();
  const lastComment = source.lastIndexOf("*/");
  const skip = (from: number): number => {
    for (let at = from; ; ) {
      if (/\s/.test(source[at] ?? "")) at++;
      else if (source.startsWith("//", at)) at = (source.indexOf("\n", at) + 1 || source.length + 1) - 1;
      else if (source.startsWith("/*", at) && at < lastComment) at = source.indexOf("*/", at + 2) + 2;
      else return at;
    }
  };
  for (const { index, 0: word } of source.matchAll(/\b(?:from|import|require)\b/g)) {
    let at = skip(index + word.length);
    if (word !== "from") {
      if (source.startsWith("?.", at)) at = skip(at + 2);
      if (source[at] === "(") at = skip(at + 1);
    }
    if (/["'`]/.test(source[at] ?? "")) places.add(at);
  }
  return places;
}

const named: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function withoutEscapes(raw: string): string {
  if (!raw.includes("\\")) return raw;
  const escapes = /\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|([0-3]?[0-7]{1,2})|(\r\n|[\s\S]))/gi;
  return raw.replace(escapes, (_, point, four, two, octal, other: string) => {
    const code = point ?? four ?? two;
    if (code !== undefined) return characterOf(Number.parseInt(code, 16));
    if (octal !== undefined) return characterOf(Number.parseInt(octal, 8));
    // A backslash at the end of a line goes on in the next one.
    return /[\r\n\u2028\u2029]/.test(other) ? "" : (named[other] ?? other);
  });
}

function characterOf(code: number): string {
  return code > 0x10ffff ? "" : String.fromCodePoint(code);
}
