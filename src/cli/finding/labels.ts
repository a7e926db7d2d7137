/**
 * `labels.json`, beside `run.json` or `experiment.json`: the name, tags and notes that a person has given a run or an
 * experiment. It is a file of its own, since a live run writes `run.json` anew and would lose them.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { readOwnFile, refuseLink } from "../../arrow/checks/ownFiles.ts";
import { jsonSeal, sealedJson } from "../../arrow/checks/sealedJson.ts";
import { runFileName } from "../../arrow/runFile.ts";
import { failure } from "../../errors.ts";
import { discard, writeAtomically } from "../../sinks/atomicFile.ts";
import { disk } from "../../sinks/fileSystem.ts";
import { writeFailure } from "../../sinks/files.ts";
import { experimentFileName } from "../experimentFile.ts";

/** Content of `labels.json`. */
export interface Labels {
  readonly format: 1;
  /** Name by which a person calls the run. The directory keeps its own. Absent: that of the directory. */
  readonly name?: string;
  readonly tags: readonly string[];
  /** Notes, the oldest first. `at` is in ISO 8601. */
  readonly notes: readonly { readonly at: string; readonly text: string }[];
}

export const labelsFileName = "labels.json";

const none: Labels = { format: 1, tags: [], notes: [] };

/** Reads the labels of a directory; those of one without a file are empty. @throws ERR_RUN_FILE, ERR_RUN_LINK, ERR_READ */
export function readLabels(directory: string): Labels {
  const path = join(directory, labelsFileName);
  let text: string;
  try {
    text = readOwnFile(path).toString("utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return none;
    if (code === "ERR_RUN_LINK") throw error;
    throw failure("ERR_READ", `cannot read ${path}: ${message}`, { cause: error });
  }
  return parseLabels(text, path);
}

/** Reads the text of `labels.json`. @throws ERR_RUN_FILE if it is damaged */
export function parseLabels(text: string, path: string): Labels {
  let data: Partial<Labels> | null = null;
  try {
    if (jsonSeal(text) !== "damaged") data = JSON.parse(text) as Partial<Labels> | null;
  } catch {
    // Said below.
  }
  const notes: unknown = data?.notes ?? [];
  const whole =
    data?.format === 1 &&
    ["string", "undefined"].includes(typeof data.name) &&
    isTexts(data.tags) &&
    Array.isArray(notes) &&
    notes.every((note: Partial<Labels["notes"][number]> | null) => isTexts([note?.at, note?.text]));
  if (!whole) {
    throw failure("ERR_RUN_FILE", `${path} is damaged, or not a file that fluxion tag wrote; repair or remove it`);
  }
  const { name, tags = [] } = data as Labels;
  return { format: 1, ...(name === undefined ? {} : { name }), tags, notes: notes as Labels["notes"] };
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

/**
 * Changes the labels of a run's or an experiment's directory. A second process that changes them meanwhile waits, so
 * that neither change is lost.
 *
 * @throws ERR_EXPERIMENT_DIRECTORY if the directory is none of a run or an experiment; ERR_RUN_BUSY if another process
 *   changes them for longer than a second; ERR_RUN_FILE, ERR_WRITE
 */
export async function changeLabels(
  who: string,
  directory: string,
  change: (before: Labels) => Labels,
): Promise<Labels> {
  refuseOther(who, directory);
  const lock = join(directory, ".labels.lock");
  await takeLock(who, directory, lock);
  try {
    const labels = change(readLabels(directory));
    writeAtomically(who, join(directory, labelsFileName), sealedJson(labels), { sync: true });
    return labels;
  } finally {
    discard(undefined, lock);
  }
}

/** Refuses a directory that is not that of a run or an experiment. */
export function refuseOther(who: string, directory: string): void {
  if (!existsSync(directory)) {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${who}: ${directory}: there is no such directory`);
  }
  refuseLink(directory.replace(/(?<=.)[/\\]+$/, ""));
  if ([runFileName, experimentFileName].some((name) => existsSync(join(directory, name)))) return;
  throw failure(
    "ERR_EXPERIMENT_DIRECTORY",
    `${who}: ${directory} is the directory of neither a run nor an experiment; fluxion list shows those in runs/`,
  );
}

/** Milliseconds after which a lock is that of a process that was killed. A change takes a few. */
const staleLock = 10_000;

async function takeLock(who: string, directory: string, lock: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      disk.close(disk.open(lock, "wx"));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeFailure(who, lock, error);
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > staleLock) discard(undefined, lock);
      else if (tries === 50) {
        throw failure("ERR_RUN_BUSY", `${who}: another process changes the labels of ${directory}; try again`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}
