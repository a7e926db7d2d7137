/** The @example blocks of the doc comments in `src/`, as programs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as rxjs from "rxjs";
import { publicNames } from "../../scripts/publicNames.ts";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

export interface DocExample {
  /** File, relative to `src/`. */
  readonly file: string;
  /** Line of the file on which the code begins, from 1. */
  readonly line: number;
  /** The name that the comment describes; undefined for a member of a type. */
  readonly name: string | undefined;
  /** Code, with blank lines in place of output. So its line i, from 0, is line `line + i` of the file. */
  readonly code: string;
  /** The lines that it prints, as the comment says. */
  readonly output: readonly string[];
}

/** Splits the lines of a doc comment into its examples: code, and below it lines that begin with `// `. */
export function examplesOf(comment: readonly string[]): readonly (Pick<DocExample, "code" | "output"> & {
  /** Index of the line on which the code begins. */
  readonly at: number;
})[] {
  return comment.flatMap((line, tag) => {
    if (!line.startsWith("@example")) return [];
    const rest = comment.slice(tag + 1);
    const end = rest.findIndex((other) => other.startsWith("@"));
    const lines = [line.slice("@example".length).trim(), ...(end < 0 ? rest : rest.slice(0, end))];
    const output = lines.filter((other) => other.startsWith("// ")).map((other) => other.slice("// ".length));
    const code = lines.map((other) => (other.startsWith("//") ? "" : other));
    const first = Math.max(
      0,
      code.findIndex((other) => other !== ""),
    );
    return [{ at: tag + first, code: code.slice(first).join("\n").trimEnd(), output }];
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
    const name = /^export (?:async )?(?:abstract )?(?:function\*?|const|class|interface|type) (\w+)/.exec(
      found[2]!,
    )?.[1];
    return examplesOf(comment).map(({ at, code, output }) => ({ file, line: first + at, name, code, output }));
  });
}

/** Module of each name that an example may use without an import. The first room that exports the name counts. */
const modules = new Map([
  ...Object.keys(rxjs)
    .filter((name) => name !== "default")
    .map((name) => [name, "rxjs"] as const),
  ...Object.entries(publicNames())
    .reverse()
    .flatMap(([path, { values, types }]) =>
      [...values, ...types].map((name) => [name, path.replace(".", "fluxion")] as const),
    ),
]);

/** Tells whether a room exports the name. */
export function isPublic(name: string): boolean {
  return modules.get(name)?.startsWith("fluxion") === true;
}

/** The names of an example that it has to import, by module. */
export function importsOfExample(code: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const declared = declaredIn(code);
  // A name behind a dot is a member, except behind the dots of a spread.
  for (const [, name, call] of code.matchAll(/(?<=(?<!\.)\.\.\.|(?<![\w$.]))([A-Za-z_]\w*)\b(\()?/g)) {
    const module = modules.get(name!);
    if (module === undefined || declared.has(name!)) continue;
    // Names such as `of` and `count` are words of the language, or an example's own, where they are not called.
    if (module === "rxjs" && call === undefined && /^[a-z]/.test(name!)) continue;
    declared.add(name!);
    found.set(module, [...(found.get(module) ?? []), name!]);
  }
  return found;
}

/** The names that an example declares or imports itself. */
function declaredIn(code: string): Set<string> {
  const plain = /\b(?:const|let|function\*?|class|interface|type) (\w+)/g;
  const several = /\b(?:const|let|import) (?:type )?[{[]([^}\]]*)[}\]]/g;
  return new Set([
    ...[...code.matchAll(plain)].map((found) => found[1]!),
    ...[...code.matchAll(several)].flatMap((found) => found[1]!.match(/\w+/g) ?? []),
  ]);
}

/** An example as a module: its imports in one line, then its code. So line i + 1 of it is line i of the code. */
export function moduleOf({ code }: DocExample): string {
  const imports = [...importsOfExample(code)].map(
    ([module, names]) => `import { ${names.join(", ")} } from "${module}";`,
  );
  if (/\btf\./.test(code)) imports.push('import * as tf from "@tensorflow/tfjs";');
  return `${imports.join(" ")}\n${code}\nexport {};\n`;
}
