/**
 * Where names lead that are neither paths nor installed packages: `imports` and `exports` of package.json, `paths` of
 * tsconfig.json, and packages that are links into the project, as workspaces make them.
 */
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * Lists the places that a name may mean for an import in a folder: absolute paths, as imports give them, and names of
 * packages. Conditions are not weighed, so a place of each is listed.
 */
export function aliasesOf(name: string, folder: string): readonly string[] {
  return [...inPackage(name, folder), ...inPaths(name, folder), ...inPaths(name, process.cwd())];
}

/**
 * Lists the entry files of an installed package that is not a copy but a link to a folder of the project; an empty list
 * for any other package, of which the version says enough.
 */
export function linkedEntries(name: string, subpath: string, folder: string): readonly string[] {
  for (const above of upwards(folder)) {
    const place = join(above, "node_modules", name);
    const about = jsonAt(join(place, "package.json"));
    if (about === undefined) continue;
    const real = realpathSync(place);
    return /[\\/]node_modules[\\/]/.test(real) ? [] : entries(about, real, subpath);
  }
  return [];
}

type Json = Readonly<Record<string, unknown>>;

function inPackage(name: string, folder: string): readonly string[] {
  for (const above of upwards(folder)) {
    const about = jsonAt(join(above, "package.json"));
    if (about === undefined) continue;
    if (name.startsWith("#")) return targets(about.imports, name).map((target) => placed(target, above));
    const own = about.name;
    if (typeof own !== "string" || (name !== own && !name.startsWith(`${own}/`))) return [];
    return about.exports === undefined ? [] : entries(about, above, name.slice(own.length + 1));
  }
  return [];
}

function entries(about: Json, folder: string, subpath: string): readonly string[] {
  const { exports, main, module } = about;
  if (exports === undefined || exports === null) {
    const files = subpath === "" ? [main, module, "."] : [subpath];
    return files.flatMap((file) => (typeof file === "string" ? [join(folder, file)] : []));
  }
  const key = subpath === "" ? "." : `./${subpath}`;
  const bySubpath = typeof exports === "object" && Object.keys(exports).some((each) => each.startsWith("."));
  const found = bySubpath ? targets(exports, key) : subpath === "" ? leaves(exports) : [];
  return found.map((target) => join(folder, target));
}

function inPaths(name: string, folder: string): readonly string[] {
  for (const above of upwards(folder)) {
    const file = join(above, "tsconfig.json");
    if (jsonAt(file) === undefined) continue;
    return [...pathsIn(file, new Set())].flatMap(({ paths, base, root }) => [
      ...targets(paths, name).map((target) => resolve(base ?? root, target)),
      ...(base === undefined ? [] : [resolve(base, name)]),
    ]);
  }
  return [];
}

interface Paths {
  readonly paths: unknown;
  /** Folder named by `baseUrl`. */
  readonly base: string | undefined;
  /** Folder of the file. */
  readonly root: string;
}

/** The settings of a tsconfig.json and of those that it extends. */
function* pathsIn(file: string, seen: Set<string>): Generator<Paths> {
  const settings = seen.has(file) ? undefined : jsonAt(file);
  seen.add(file);
  if (settings === undefined) return;
  const root = dirname(file);
  const { paths, baseUrl } = (settings.compilerOptions ?? {}) as Json;
  yield { paths, base: typeof baseUrl === "string" ? resolve(root, baseUrl) : undefined, root };
  for (const parent of leaves(settings.extends)) {
    if (!parent.startsWith(".")) continue;
    const target = resolve(root, parent);
    yield* pathsIn(target.endsWith(".json") ? target : `${target}.json`, seen);
  }
}

/** The targets of a name in a table whose keys may hold one `*`. */
function targets(table: unknown, name: string): readonly string[] {
  if (typeof table !== "object" || table === null) return [];
  return Object.entries(table).flatMap(([key, value]) => {
    const [before, after] = key.split("*", 2) as [string, string?];
    if (after === undefined) return key === name ? leaves(value) : [];
    if (!name.startsWith(before) || !name.endsWith(after) || name.length < before.length + after.length) return [];
    const middle = name.slice(before.length, name.length - after.length);
    return leaves(value).map((target) => target.replaceAll("*", middle));
  });
}

/** All texts of a value, whichever conditions they stand under. */
function leaves(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [];
}

/** A target of `imports`: a path of the package, or the name of another package. */
function placed(target: string, folder: string): string {
  return target.startsWith("./") ? join(folder, target) : target;
}

function* upwards(folder: string): Generator<string> {
  for (let above = folder; ; above = dirname(above)) {
    yield above;
    if (above === dirname(above)) return;
  }
}

/** Reads a JSON file, which may have comments and commas at ends of lists; undefined if there is none. */
function jsonAt(path: string): Json | undefined {
  const text = '("(?:[^"\\\\]|\\\\.)*")';
  try {
    const bare = readFileSync(path, "utf8")
      .replace(new RegExp(`${text}|/\\*[\\s\\S]*?\\*/|//.*`, "g"), (_, literal) => literal ?? "")
      .replace(new RegExp(`${text}|,(?=\\s*[}\\]])`, "g"), (_, literal) => literal ?? "");
    const value: unknown = JSON.parse(bare);
    return typeof value === "object" && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
