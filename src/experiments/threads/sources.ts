/** Finds the files and packages on which a user's module depends, without running any of them. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { aliasesOf, linkedEntries } from "./aliases.ts";
import { type Literal, literalsIn } from "./literals.ts";
import { version } from "./version.ts";

/** What a module depends on. */
interface Dependencies {
  /** SHA-256 of each file of the user's project, by its path relative to the module's directory. */
  readonly files: Readonly<Record<string, string>>;
  /** Version of each package that these files import, by name; "not found" if it is not installed there. */
  readonly packages: Readonly<Record<string, string>>;
  /** The rules by which they were found. Absent: those of earlier versions, which found less. */
  readonly scan?: number | undefined;
}

/** The rules by which dependencies are found, kept with them. A later version may find more. */
const scan = 2;

const code = /\.[cm]?[jt]sx?$/;

/**
 * Finds the files and packages that a module needs, without running any of them.
 *
 * - Every file of code counts whose path stands as a literal in one of the files, in whatever way it is used there:
 *   `import`, `export ... from`, `import()`, `require`, `new Worker(new URL("./w.ts", import.meta.url))`.
 * - Of other files (JSON) those count that an import names.
 * - Packages count that an import names, by name and version. A package that is a link into the project, as workspaces
 *   make it, is followed like any other file.
 *
 * Paths are read as Node and TypeScript read them: with or without their ending, with escapes, through `imports` of
 * package.json and `paths` of tsconfig.json. What has no literal is not found: a path that is put together while the
 * program runs, and what it reads as data.
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
    if (!code.test(file)) continue;
    const folder = dirname(file);
    const found: string[] = [];
    for (const literal of literalsIn(bytes.toString("utf8"))) {
      if (isPath(literal.text)) found.push(...filesAt(literal, folder));
      else {
        // The path of a worker may stand there without a dot before it.
        if (code.test(literal.text)) found.push(...filesAt(literal, folder));
        found.push(...lookUp(literal, folder, packages));
      }
    }
    for (const target of found) {
      if (seen.has(target)) continue;
      seen.add(target);
      waiting.push(target);
    }
  }
  return { files: sorted(files), packages: sorted(packages), scan };
}

const isPath = (text: string): boolean => /^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(text);

/** The files that a path means: code wherever it stands, anything else where it is imported. */
function filesAt({ text, imported }: Literal, folder: string): readonly string[] {
  return placesOf(text, folder)
    .flatMap((place) => fileAt(place) ?? [])
    .filter((file) => imported || code.test(file));
}

/** Notes the package that a name means, and returns the files of the project that it means. */
function lookUp({ text, imported }: Literal, folder: string, packages: Record<string, string>): readonly string[] {
  const inside = text.startsWith("#");
  if (!(imported || inside) || /^[a-z]+:/.test(text)) return [];
  const aliases = aliasesOf(text, folder);
  const found = aliases.flatMap((alias) => (isAbsolute(alias) ? (fileAt(alias) ?? []) : []));
  const names = aliases.filter((alias) => !isAbsolute(alias));
  if (found.length === 0 && !inside) names.push(text);
  for (const full of names) {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(full)?.[0] ?? full;
    packages[name] ??= name === "fluxion" ? version : versionOf(name, folder);
    found.push(...linkedEntries(name, full.slice(name.length + 1), folder).flatMap((entry) => fileAt(entry) ?? []));
  }
  return found;
}

/** The places that a path may mean: an import is a URL, in which characters may stand as %61. */
function placesOf(text: string, folder: string): readonly string[] {
  const bare = text.replace(/[?#].*$/, "");
  try {
    if (bare.startsWith("file:")) return [fileURLToPath(bare)];
    return [...new Set([text, bare, decodeURIComponent(bare)])].map((path) => resolve(folder, path));
  } catch {
    return [resolve(folder, bare)];
  }
}

/** What has changed between two sets of dependencies, in words; empty if nothing has. */
export function changesOf(before: Dependencies, now: Dependencies): readonly string[] {
  const changes: string[] = [];
  // What earlier rules did not look for cannot be called new.
  const sameRules = before.scan === now.scan;
  const names = (old: object, recent: object): Set<string> =>
    new Set([...Object.keys(old), ...(sameRules ? Object.keys(recent) : [])]);
  for (const name of names(before.files, now.files)) {
    const [old, recent] = [before.files[name], now.files[name]];
    if (old === recent) continue;
    changes.push(
      `${name} ${recent === undefined ? "is no longer used" : old === undefined ? "is new" : "has changed"}`,
    );
  }
  for (const name of names(before.packages, now.packages)) {
    const [old, recent] = [before.packages[name], now.packages[name]];
    if (old === recent || [old ?? missing, recent ?? missing].every((version) => version === missing)) continue;
    changes.push(`the package ${name} was ${old ?? "not used"} and is ${recent ?? "not used"}`);
  }
  return changes;
}

/** Version of a package that is not there. */
const missing = "not found";

const endings = ["", ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json"];

/** The file that an import of a path loads: the file itself, one with an ending, or the index of a directory. */
function fileAt(path: string): string | undefined {
  // TypeScript imports `./x.ts` by the name `./x.js`, too.
  const others = /\.[cm]?jsx?$/.test(path) ? [path.replace(/\.([cm]?)js(x?)$/, ".$1ts$2")] : [];
  const candidates = [...endings.map((ending) => path + ending), ...others];
  const indices = endings.slice(1).map((ending) => join(path, `index${ending}`));
  return [...candidates, ...indices].find(isFile);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // A text that is not a path may have any length and any characters.
    return false;
  }
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
    if (folder === dirname(folder)) return missing;
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
