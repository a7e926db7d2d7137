/**
 * Prints every text that a user may see, file by file: error messages, help, summaries, meanings of columns, the page.
 *
 *     npx tsx scripts/visibleStrings.ts [part of a path]
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const source = fileURLToPath(new URL("../src/", import.meta.url));

export interface VisibleString {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** A string or template, with its content as a group. */
const literal = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g;

/** Whether a string is a text: three words or more, otherwise it is a name. */
function isText(text: string): boolean {
  return (text.match(/[A-Za-z]{2,}/g) ?? []).length >= 3 && /\s/.test(text.trim());
}

/** The source without comments, whose quotes do not begin strings, and with the same number of lines. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " ")).replace(/^\s*\/\/.*$/gm, "");
}

/** Every text of the sources that a user may see. */
export function visibleStrings(part = ""): readonly VisibleString[] {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|html)$/.test(file) && file.includes(part))
    .sort();
  return files.flatMap((file) => {
    const text = readFileSync(`${source}${file}`, "utf8");
    const found: VisibleString[] = [];
    const add = (at: number, value: string): void => {
      if (isText(value)) found.push({ file, line: text.slice(0, at).split("\n").length, text: value.trim() });
    };
    if (file.endsWith(".html")) {
      for (const match of text.matchAll(/>([^<]+)</g)) add(match.index, match[1]!);
      for (const match of text.matchAll(/(?:title|aria-label|placeholder)="([^"]+)"/g)) add(match.index, match[1]!);
    } else {
      for (const match of withoutComments(text).matchAll(literal)) add(match.index, match[1] ?? match[2] ?? match[3]!);
    }
    return found;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  let last = "";
  for (const { file, line, text } of visibleStrings(process.argv[2])) {
    if (file !== last) console.log(`\n${file}`);
    last = file;
    console.log(`  ${line}: ${text.replace(/\s+/g, " ")}`);
  }
}
