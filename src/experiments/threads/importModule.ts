/** Imports a module of the user's, in TypeScript or JavaScript, as `fluxion` is seen from here. */
import { existsSync, statSync } from "node:fs";
import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { failure } from "../../errors.ts";

/** Imports a module; what it exports is for the caller to check. @throws ERR_MODULE if it cannot be loaded */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  await prepareLoader();
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw failure("ERR_MODULE", `the module ${path} cannot be loaded: ${reasonOf(cause)}`, { cause });
  }
}

/** Refuses a path at which there is no file of a module. @throws ERR_MODULE */
export function requireModule(path: string): void {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) throw failure("ERR_MODULE", `there is no module ${path}`);
  if (!facts.isDirectory()) return;
  const made = ["experiment.json", "run.json"].some((name) => existsSync(join(path, name)));
  const what = made ? "it holds what was run: look at it with fluxion show, or go on with fluxion resume" : "";
  const inside = ["index.ts", "index.js", "index.mjs"].find((name) => existsSync(join(path, name)));
  const hint = what || `give the path of a file${inside === undefined ? "" : `, such as ${join(path, inside)}`}`;
  throw failure("ERR_MODULE", `${path} is a directory, not a module; ${hint}`);
}

let prepared = false;

/** Registers tsx for TypeScript, then our own hook. The hook that is registered last is asked first. */
async function prepareLoader(): Promise<void> {
  if (prepared) return;
  prepared = true;
  if (!import.meta.url.endsWith(".ts")) (await import("tsx/esm/api")).register();
  register(import.meta.url.replace(/importModule(\.[jt]s)$/, "resolveHook$1"));
}

/** Whether a text is the path of a module rather than a name. */
export function isModulePath(text: string): boolean {
  return /[\\/]|\.[cm]?[jt]sx?$/.test(text);
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
