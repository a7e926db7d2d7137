/** Decides whose code `fluxion resume` may run. The rules are in docs/reliability.md. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { createInterface } from "node:readline/promises";
import { failure } from "../errors.ts";
import { isModulePath, requireModule } from "../experiments/threads/importModule.ts";
import type { ModuleSource, WorkerData } from "../experiments/threads/protocol.ts";
import { changesOf, dependenciesOf } from "../experiments/threads/sources.ts";
import type { JsonValue } from "../json.ts";
import { shellWord } from "../shellWord.ts";

/**
 * Finds the module of which an option of a built-in experiment says that its code is to run, as `--model ./net.ts` does.
 *
 * @returns its absolute path; undefined if there is none
 */
export function usedModule(source: ModuleSource, options: Readonly<Record<string, JsonValue>>): string | undefined {
  const { model } = options;
  if (source.module !== "built-in" || typeof model !== "string" || !isModulePath(model)) return undefined;
  return resolve(model);
}

/** Says where the code of a module stood when an experiment began. */
export function sourceOf(path: string): ModuleSource {
  requireModule(path);
  return { module: path, hash: createHash("sha256").update(readFileSync(path)).digest("hex"), ...dependenciesOf(path) };
}

interface TrustOptions {
  /** Name of the command. Default `resume`. */
  readonly who?: string;
  /** Options of the experiment, one of which may name a module. Default: none. */
  readonly options?: Readonly<Record<string, JsonValue>>;
  /** Path of the module as the user gave it again. */
  readonly module?: string | undefined;
  /** Whether the user trusts the path that the directory names. */
  readonly trust: boolean;
  /** Whether the module may have changed. */
  readonly changed: boolean;
  /** Asks the user; undefined if there is nobody to ask. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
}

/**
 * Finds the experiment of a directory, and makes sure that the user wants its code to run. A directory may come from
 * anybody, and the path of a module in it proves nothing.
 *
 * @throws ERR_MODULE if the module is not one that the user has named or confirmed, or if its files have changed
 */
export async function trustedExperiment(
  directory: string,
  name: string,
  source: ModuleSource,
  { who = "resume", options = {}, module, trust, changed, ask }: TrustOptions,
): Promise<WorkerData["experiment"]> {
  const used = usedModule(source, options);
  if (source.module === "built-in" && used === undefined) return { name };
  const path = module === undefined ? (used ?? source.module) : resolve(module);
  requireModule(path);
  if (used !== undefined && path !== used) {
    throw failure(
      "ERR_MODULE",
      `${who}: ${directory} was made with the module ${used}, got ${path}; name that one again`,
    );
  }
  if (module === undefined && !trust) await confirm(who, directory, path, ask);
  const began = used === undefined ? source : source.uses;
  if (!changed && began?.files !== undefined) {
    const now = dependenciesOf(path);
    const changes = changesOf({ files: began.files, packages: began.packages ?? {}, scan: began.scan }, now);
    if (changes.length > 0) {
      throw failure(
        "ERR_MODULE",
        `${path} has changed since this experiment began: ${changes.join("; ")}. So its ${who === "resume" ? "iterates" : "problem"} may ` +
          "differ; restore it, or add --changed to continue anyway",
      );
    }
  }
  return used === undefined ? { path } : { name };
}

async function confirm(who: string, directory: string, path: string, ask: TrustOptions["ask"]): Promise<void> {
  const project = projectOf(process.cwd());
  const again = `npx fluxion ${who} ${shellWord(directory)} ${shellWord(shown(path))}`;
  if (ask === undefined || !isBelow(path, project)) {
    const why = isBelow(path, project) ? "nobody is there to confirm it" : `it is not part of this project, ${project}`;
    throw failure(
      "ERR_MODULE",
      `${who}: ${directory} names the module ${path}, whose code would run; ${why}. ` +
        `If you trust it, give its path: ${again}, or add --trust`,
    );
  }
  if (
    !(await ask(`${directory} was made by ${path}.\nRun this module's code? It may do whatever you may do. [y/N] `))
  ) {
    throw failure("ERR_MODULE", `${who}: the module ${path} was not confirmed; nothing has been run or changed`);
  }
}

/** The directory of the nearest package.json, otherwise the directory itself. */
function projectOf(directory: string): string {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) return directory;
  }
}

/** Whether a file lies below a directory, links followed. */
function isBelow(path: string, directory: string): boolean {
  const way = relative(realpathSync(directory), realpathSync(path));
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && resolve(way) !== way;
}

/** A path as one types it: relative if it lies below the working directory. */
export function shown(path: string): string {
  const way = relative(process.cwd(), path);
  return way.startsWith("..") || resolve(way) === way ? path : `./${way.split(sep).join("/")}`;
}

/** Asks a yes-or-no question if a person sits at the terminal. */
export function askAtTerminal(): ((question: string) => Promise<boolean>) | undefined {
  if (!(process.stdin.isTTY && process.stderr.isTTY)) return undefined;
  return async (question) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await reader.question(question)).trim());
    } finally {
      reader.close();
    }
  };
}
