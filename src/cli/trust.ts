/** Decides whose code `fluxion resume` may run. The rules are in docs/reliability.md. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { createInterface } from "node:readline/promises";
import { failure } from "../errors.ts";
import type { ModuleSource, WorkerData } from "../experiments/threads/protocol.ts";
import { changesOf, dependenciesOf } from "../experiments/threads/sources.ts";
import { shellWord } from "./output/say.ts";

interface TrustOptions {
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
  { module, trust, changed, ask }: TrustOptions,
): Promise<WorkerData["experiment"]> {
  if (source.module === "built-in") return { name };
  const path = module === undefined ? source.module : resolve(module);
  if (!existsSync(path)) throw failure("ERR_MODULE", `there is no module ${path}`);
  if (module === undefined && !trust) await confirm(directory, path, ask);
  if (!changed && source.files !== undefined) {
    const now = dependenciesOf(path);
    const changes = changesOf({ files: source.files, packages: source.packages ?? {}, scan: source.scan }, now);
    if (changes.length > 0) {
      throw failure(
        "ERR_MODULE",
        `${path} has changed since this experiment began: ${changes.join("; ")}. So its iterates may differ; ` +
          "restore it, or add --changed to continue anyway",
      );
    }
  }
  return { path };
}

async function confirm(directory: string, path: string, ask: TrustOptions["ask"]): Promise<void> {
  const project = projectOf(process.cwd());
  const again = `npx fluxion resume ${shellWord(directory)} ${shellWord(shown(path))}`;
  if (ask === undefined || !isBelow(path, project)) {
    const why = isBelow(path, project) ? "nobody is there to confirm it" : `it is not part of this project, ${project}`;
    throw failure(
      "ERR_MODULE",
      `resume: ${directory} names the module ${path}, whose code would run; ${why}. ` +
        `If you trust it, give its path: ${again}, or add --trust`,
    );
  }
  if (
    !(await ask(`${directory} was made by ${path}.\nRun this module's code? It may do whatever you may do. [y/N] `))
  ) {
    throw failure("ERR_MODULE", `resume: the module ${path} was not confirmed; nothing has been run or changed`);
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
