/** The @example blocks of the doc comments in `src/`, as programs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publicNames } from "../../scripts/publicNames.ts";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

export interface DocExample {
  /** File, relative to `src/`. */
  readonly file: string;
  /** Line of the file on which the example begins, from 1. */
  readonly line: number;
  /** The name that the comment describes; undefined for a member of a type. */
  readonly name: string | undefined;
  readonly code: string;
  /** The lines that it prints, as the comment says. */
  readonly output: readonly string[];
}

/** Splits the lines of a doc comment into its examples: code, and below it lines that begin with `// `. */
export function examplesOf(comment: readonly string[]): readonly (Pick<DocExample, "code" | "output"> & {
  /** Index of the line with the tag. */
  readonly at: number;
})[] {
  return comment.flatMap((line, at) => {
    if (!line.startsWith("@example")) return [];
    const rest = comment.slice(at + 1);
    const end = rest.findIndex((other) => other.startsWith("@"));
    const lines = [line.slice("@example".length).trim(), ...(end < 0 ? rest : rest.slice(0, end))];
    const output = lines.filter((other) => other.startsWith("// ")).map((other) => other.slice("// ".length));
    const code = lines.filter((other) => !other.startsWith("//"));
    return [{ at, code: code.join("\n").trim(), output }];
  });
}

/** All examples below a folder of `src/`. */
export function docExamples(folder = ""): readonly DocExample[] {
  const files = readdirSync(join(source, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .flatMap((file) => examplesIn(join(folder, file)));
}

function examplesIn(file: string): readonly DocExample[] {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n([^\n]*)/g)].flatMap((found) => {
    const comment = found[1]!.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
    const first = text.slice(0, found.index).split("\n").length;
    const name = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/.exec(found[2]!)?.[1];
    return examplesOf(comment).map(({ at, code, output }) => ({ file, line: first + at, name, code, output }));
  });
}

/** Names that an example may use without an import -> the module that has them. The first room that exports one counts. */
const modules = new Map(
  Object.entries(publicNames())
    .reverse()
    .flatMap(([path, { values, types }]) => [...values, ...types].map((name) => [name, path.replace(".", "fluxion")])),
);

/** The names of an example that it has to import, by module. */
export function importsOfExample(code: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const declared = new Set([...code.matchAll(/\b(?:const|let|function|import) \{?\s*(\w+)/g)].map(([, name]) => name!));
  for (const name of new Set(code.match(/\b[A-Za-z_]\w*\b/g))) {
    const module = modules.get(name);
    if (module === undefined || declared.has(name)) continue;
    found.set(module, [...(found.get(module) ?? []), name]);
  }
  return found;
}
