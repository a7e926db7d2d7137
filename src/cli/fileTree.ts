/** Sorts the files under a directory by what they hold. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { attemptOf } from "../arrow/attemptFiles.ts";
import { readFailure } from "../arrow/fileSource.ts";
import { runFileName } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import { checkpointFileName } from "../sinks/checkpointFile.ts";

/** Kind of a file: rows of an attempt, `run.json`, other rows, other JSON, a checkpoint, or anything else. */
type FileKind = "attempt" | "run" | "stream" | "json" | "checkpoint" | "other";

export interface Folder {
  readonly path: string;
  readonly files: readonly { readonly name: string; readonly kind: FileKind }[];
  /** Names of the symbolic links, which are not followed. */
  readonly links: readonly string[];
  /** Whether the folder is that of a run. */
  readonly run: boolean;
}

/** Experiments hold runs, and a directory may hold experiments: deeper folders are none of fluxion's. */
const deepest = 3;

/**
 * Lists a directory and the folders in it, in order of their names, without hidden files.
 *
 * @throws ERR_READ if a folder cannot be read; ERR_EXPERIMENT_DIRECTORY if nothing there is fluxion's
 */
export function foldersIn(directory: string): readonly Folder[] {
  const folders = [...walk(directory, 0)];
  const isOurs = ({ files, links }: Folder): boolean =>
    links.length > 0 || files.some(({ kind }) => kind !== "other" && kind !== "json");
  if (folders.some(isOurs)) return folders;
  throw failure(
    "ERR_EXPERIMENT_DIRECTORY",
    `${directory}: it holds no runs; fluxion list shows the experiments in runs/`,
  );
}

function* walk(path: string, depth: number): Generator<Folder> {
  let entries: import("node:fs").Dirent[];
  try {
    if (!statSync(path).isDirectory()) throw Object.assign(new Error("it is not a directory"), { code: "" });
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw readFailure(path, error);
  }
  const shown = entries.filter(({ name }) => !name.startsWith(".")).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = shown.filter((entry) => entry.isFile()).map(({ name }) => ({ name, kind: kindOf(name) }));
  const links = shown.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
  yield { path, files, links, run: files.some(({ kind }) => kind === "run" || kind === "attempt") };
  if (depth === deepest) return;
  for (const entry of shown) if (entry.isDirectory()) yield* walk(join(path, entry.name), depth + 1);
}

function kindOf(name: string): FileKind {
  if (name === runFileName) return "run";
  if (name === checkpointFileName) return "checkpoint";
  if (attemptOf(name) !== undefined) return "attempt";
  return name.endsWith(".arrows") ? "stream" : name.endsWith(".json") ? "json" : "other";
}
