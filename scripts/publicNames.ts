/**
 * Prints the names that each sub-path of the package exports, values and types separately. They are kept in
 *
 *     npx tsx scripts/publicNames.ts > test/publicNames.json
 *
 * so that a commit shows every change of the public names. `test/publicNames.test.ts` compares them.
 */
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Names {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** The names that the index file of each sub-path lists. */
export function publicNames(): Readonly<Record<string, Names>> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  };
  const found: Record<string, Names> = {};
  for (const [path, target] of Object.entries(exports)) {
    if (typeof target === "string") continue;
    found[path] = namesIn(target["fluxion-source"]!);
  }
  return found;
}

/** The names in an index file, which has nothing but lists: `export { a, type B } from "./a.ts"`. */
function namesIn(file: string): Names {
  const text = readFileSync(join(root, file), "utf8");
  const values = new Set<string>();
  const types = new Set<string>();
  for (const [, whole, list] of text.matchAll(/^export (type )?\{([^}]*)\} from/gm)) {
    for (const entry of list!.split(",").map((name) => name.trim())) {
      if (entry === "") continue;
      const name = entry
        .replace(/^type /, "")
        .split(" as ")
        .at(-1)!;
      if (whole !== undefined || entry.startsWith("type ")) types.add(name);
      else values.add(name);
    }
  }
  for (const [, other] of text.matchAll(/^export \* from "([^"]+)"/gm)) {
    const more = namesIn(normalize(join(dirname(file), other!)));
    for (const name of more.values) values.add(name);
    for (const name of more.types) types.add(name);
  }
  return { values: [...values].sort(), types: [...types].sort() };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.stdout.write(`${JSON.stringify(publicNames(), null, 2)}\n`);
}
