/** Finds the files and packages on which a user's module depends, by its imports, without running any of them. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "./version.ts";

/** What a module depends on. */
interface Dependencies {
  /** SHA-256 of each file of the user's project, by its path relative to the module's directory. */
  readonly files: Readonly<Record<string, string>>;
  /** Version of each package that these files import, by name; "not found" if it is not installed there. */
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * Follows static imports, exports from other files, literal `import()` and literal `require()`. What a computed
 * `import()` loads, and what a program reads as data, is not found.
 *
 * Text in comments that looks like an import counts as one, which can only add a file to the hash.
 */
export function dependenciesOf(path: string): Dependencies {
  const files: Record<string, string> = {};
  const packages: Record<string, string> = {};
  const root = dirname(path);
  const waiting = [resolve(path)];
  const seen = new Set(waiting);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const bytes = readIfThere(file);
    if (bytes === undefined) continue;
    files[relative(root, file).split(sep).join("/")] = createHash("sha256").update(bytes).digest("hex");
    if (!/\.[cm]?[jt]sx?$/.test(file)) continue;
    for (const specifier of specifiersIn(bytes.toString("utf8"))) {
      if (/^(?:\.{0,2}\/|file:)/.test(specifier)) {
        const target = specifier.startsWith("file:") ? fileURLToPath(specifier) : resolve(dirname(file), specifier);
        const found = fileAt(target.replace(/[?#].*$/, ""));
        if (found === undefined || seen.has(found)) continue;
        seen.add(found);
        waiting.push(found);
      } else if (!specifier.startsWith("node:")) {
        const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
        packages[name] ??= name === "fluxion" ? version : versionOf(name, dirname(file));
      }
    }
  }
  return { files: sorted(files), packages: sorted(packages) };
}

/** What has changed between two sets of dependencies, in words; empty if nothing has. */
export function changesOf(before: Dependencies, now: Dependencies): readonly string[] {
  const changes: string[] = [];
  for (const name of new Set([...Object.keys(before.files), ...Object.keys(now.files)])) {
    const [old, recent] = [before.files[name], now.files[name]];
    if (old === recent) continue;
    changes.push(
      `${name} ${recent === undefined ? "is no longer used" : old === undefined ? "is new" : "has changed"}`,
    );
  }
  for (const name of new Set([...Object.keys(before.packages), ...Object.keys(now.packages)])) {
    const [old, recent] = [before.packages[name], now.packages[name]];
    if (old !== recent) changes.push(`the package ${name} was ${old ?? "not used"} and is ${recent ?? "not used"}`);
  }
  return changes;
}

const patterns: readonly RegExp[] = [
  /\b(?:import|export)\b[^"'`;()]*?\bfrom\s*(["'])([^"'\n]+)\1/g,
  /\bimport\s*(["'])([^"'\n]+)\1/g,
  /\b(?:import|require)\s*\(\s*(?:\/\*.*?\*\/\s*)?(["'`])([^"'`\n$]+)\1/g,
];

function specifiersIn(source: string): readonly string[] {
  return patterns.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[2]!));
}

const endings = ["", ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json"];

/** The file that an import of a path loads: the file itself, one with an ending, or the index of a directory. */
function fileAt(path: string): string | undefined {
  // TypeScript imports `./x.ts` by the name `./x.js`, too.
  const others = /\.[cm]?jsx?$/.test(path) ? [path.replace(/\.([cm]?)js(x?)$/, ".$1ts$2")] : [];
  const candidates = [...endings.map((ending) => path + ending), ...others];
  const indices = endings.slice(1).map((ending) => join(path, `index${ending}`));
  return [...candidates, ...indices].find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
}

function versionOf(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const text = readIfThere(join(folder, "node_modules", name, "package.json"));
    if (text !== undefined) {
      try {
        const { version: found } = JSON.parse(text.toString("utf8")) as { readonly version?: unknown };
        return typeof found === "string" ? found : "unknown";
      } catch {
        return "unknown";
      }
    }
    if (folder === dirname(folder)) return "not found";
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
