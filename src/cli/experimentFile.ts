/**
 * `experiment.json`, beside the runs of an experiment: what was run, with which options, how it ended, what was found.
 */
import { existsSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { readOwnFile } from "../arrow/checks/ownFiles.ts";
import { jsonSeal, sealedJson } from "../arrow/checks/sealedJson.ts";
import { isAlive, thisProcess, type WriterProcess } from "../arrow/processIdentity.ts";
import { lastSign, writerState } from "../arrow/signOfLife.ts";
import { failure, isFluxionError } from "../errors.ts";
import type { Finding } from "../experiments/framework/definition.ts";
import type { Keeping } from "../experiments/framework/keeping.ts";
import { plainName } from "../experiments/framework/plainName.ts";
import type { Agreement } from "../experiments/framework/repetitions.ts";
import type { ModuleSource } from "../experiments/threads/protocol.ts";
import { version } from "../experiments/threads/version.ts";
import type { JsonValue } from "../json.ts";
import { shellWord } from "../shellWord.ts";
import { isTemporary, writeAtomically } from "../sinks/atomicFile.ts";
import { disk } from "../sinks/fileSystem.ts";
import { makeDirectory, writeFailure } from "../sinks/files.ts";
import { checkLease, type Lease, type LeaseClaim, takeLease } from "../sinks/lease.ts";
import { isLeaseFile } from "../sinks/leaseFile.ts";

export interface ExperimentFile {
  /** Version of the format. 1: written before operators and columns got their present names. */
  readonly format: 1 | 2;
  readonly name: string;
  readonly source: ModuleSource;
  /** Options as they were given; the schema supplies the defaults. */
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  /** Whether the runs are computed portably. Absent: they are not. */
  readonly portable?: boolean;
  /** Executor that `--executor` chose. Absent: it was not given, or the runs are portable. */
  readonly executor?: string;
  /** Rows of each run that are kept. Absent: all. */
  readonly keeping?: Keeping;
  /** Number of repetitions of each run. Absent: none. */
  readonly repeat?: number;
  /** Rules that watch the runs, as they were typed. Absent: none. Whom to tell is never kept. */
  readonly rules?: string;
  readonly versions: { readonly fluxion: string; readonly node: string };
  readonly platform: string;
  readonly began: string;
  readonly ended?: string;
  /** Process that writes the file, or wrote it last. Absent in files of earlier versions. */
  readonly process?: WriterProcess;
  /** State of the experiment. A kill leaves `running`, so {@link experimentState} asks whether the process is alive. */
  readonly state: "running" | "finished" | "stopped" | "failed";
  readonly message?: string;
  /** Names of the runs in the order in which they began; each has a directory of that name. */
  readonly runs: readonly string[];
  readonly findings: readonly Finding[];
  /** What the repetitions of each run have in common with it. Absent: there were none. */
  readonly agreements?: readonly Agreement[];
  /** Lines that say what the findings mean together. */
  readonly conclusions: readonly string[];
  /** Reasons why results are not reported. Absent: there are none. */
  readonly refusals?: readonly string[];
}

/** Name of the file that describes an experiment. */
export const experimentFileName = "experiment.json";

/** The content of a new experiment's file. */
export function newExperiment(
  about: Pick<
    ExperimentFile,
    "name" | "source" | "options" | "seed" | "portable" | "executor" | "repeat" | "keeping" | "rules"
  >,
): ExperimentFile {
  return {
    format: 2,
    ...about,
    versions: { fluxion: version, node: process.version },
    platform: `${process.platform} ${process.arch}`,
    began: new Date().toISOString(),
    process: thisProcess(),
    state: "running",
    runs: [],
    findings: [],
    conclusions: [],
  };
}

/** The content of the file when this process resumes the experiment. */
export function resumedExperiment({ ended, message, agreements, refusals, ...before }: ExperimentFile): ExperimentFile {
  return { ...before, process: thisProcess(), state: "running", runs: [], findings: [], conclusions: [] };
}

/** The state of an experiment; `killed` if its process ended without recording how. */
export function experimentState({ state, process }: ExperimentFile): ExperimentFile["state"] | "killed" {
  return state === "running" && (process === undefined || !isAlive(process)) ? "killed" : state;
}

/**
 * The state of an experiment as a user should see it: "running" only while its process can be seen to live, or its
 * lease shows signs of life. Of any other process it is said where and when it wrote last.
 */
export function shownState(directory: string, file: ExperimentFile): string {
  if (file.state !== "running" || file.process === undefined) return experimentState(file);
  const state = writerState(file.process, directory);
  if (state !== "unknown") return state;
  const at = (lastSign(directory) ?? statSync(join(directory, experimentFileName)).mtime).toISOString();
  return `unknown (last written on ${file.process.host} at ${at.slice(0, 16).replace("T", " ")})`;
}

/** Whether a directory is an experiment's. */
function holdsExperiment(directory: string): boolean {
  return existsSync(join(directory, experimentFileName));
}

/** Reads an experiment's file. @throws ERR_EXPERIMENT_DIRECTORY if there is none, or it is damaged */
export function readExperiment(directory: string): ExperimentFile {
  const path = join(directory, experimentFileName);
  let text: string;
  try {
    text = readOwnFile(path).toString("utf8");
  } catch (cause) {
    if (isFluxionError(cause)) throw cause;
    const missing = !existsSync(directory)
      ? "there is no such directory"
      : existsSync(path)
        ? `its ${experimentFileName} cannot be read: ${(cause as Error).message}`
        : `it has no ${experimentFileName}`;
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is not the directory of an experiment: ${missing}; fluxion list shows the experiments in runs/`,
      { cause },
    );
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${path} is damaged: it is not valid JSON`, { cause });
  }
  if (jsonSeal(text) === "damaged") {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${path} is damaged: its checksum does not fit; npx fluxion verify ${shellWord(directory)} says what of the experiment is whole`,
    );
  }
  const file = data as Partial<ExperimentFile> | null;
  if (
    (file?.format !== 1 && file?.format !== 2) ||
    typeof file.name !== "string" ||
    typeof file.source?.module !== "string"
  ) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${path} is not a file that this version of fluxion can read (format ${JSON.stringify(file?.format)}); ` +
        "use the version that wrote it",
    );
  }
  const runs: unknown = file.runs;
  const odd = Array.isArray(runs) ? runs.find((run) => typeof run !== "string" || !plainName.test(run)) : runs;
  if (odd !== undefined) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${path} is damaged: expected the names of runs in it, got ${JSON.stringify(odd)}; a run lies in the directory itself`,
    );
  }
  const { checksum: _, ...content } = file as ExperimentFile & { readonly checksum?: string };
  return { ...content, runs: (runs as string[] | undefined) ?? [] };
}

/**
 * Writes an experiment's file atomically: a kill leaves the old file or the new one.
 *
 * @throws ERR_WRITE; ERR_LEASE_LOST, and nothing is written, if another process has taken over the directory
 */
export function writeExperiment(directory: string, file: ExperimentFile, lease?: LeaseClaim): void {
  const guard = lease === undefined ? undefined : (): void => checkLease("experiment.json", lease);
  writeAtomically("experiment.json", join(directory, experimentFileName), sealedJson(file), { guard });
}

/**
 * Makes the directory of a new experiment, the one asked for, otherwise `runs/<name>-<n>` with the next free n, and
 * takes the lease on it. `made` names the directories that were not there before.
 *
 * @throws ERR_WRITE if it cannot be made, ERR_EXPERIMENT_DIRECTORY if it holds something already, ERR_RUN_BUSY if
 *   another process has just begun there
 */
export function claimDirectory(
  name: string,
  wanted: string | undefined,
): { readonly directory: string; readonly lease: Lease; readonly made: readonly string[] } {
  const above = existsSync(usualRoot);
  const there = wanted !== undefined && existsSync(wanted);
  const directory = wanted === undefined ? nextDirectory(name) : claim(wanted);
  const made = there ? [] : wanted === undefined && !above ? [directory, usualRoot] : [directory];
  const lease = takeLease("run", directory);
  if (holdsExperiment(directory)) {
    // Another process was quicker, and has ended meanwhile.
    lease.release();
    throw taken(directory);
  }
  return { directory, lease, made };
}

/**
 * Removes what an experiment has left that failed before its first row: `experiment.json`, and the directories that were
 * made for it. Where anything else lies there, nothing is removed.
 *
 * @param made directories that were made, the innermost first
 * @returns whether it was removed
 */
export function removeUnused(directory: string, made: readonly string[], lease: Lease): boolean {
  const own = (entry: string): boolean => entry === experimentFileName || isLeaseFile(entry) || isTemporary(entry);
  if (!readdirSync(directory).every(own)) return false;
  disk.remove(join(directory, experimentFileName));
  lease.release();
  try {
    for (const path of made) rmdirSync(path);
  } catch {
    // Somebody else has put something there meanwhile, or works there.
  }
  return true;
}

/** Directory in which experiments are kept for which none is named. */
const usualRoot = "runs";

function nextDirectory(name: string): string {
  const root = usualRoot;
  makeDirectory("runs", root);
  for (let n = nextNumber(root, name); ; n++) {
    const directory = join(root, `${name}-${n}`);
    try {
      disk.makeDirectory(directory);
      return directory;
    } catch (error) {
      // Another process was quicker.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeFailure("runs", resolve(directory), error);
    }
  }
}

function claim(directory: string): string {
  if (holdsExperiment(directory)) throw taken(directory);
  makeDirectory("--out", directory);
  // A process that was killed before it had written anything leaves its lease and temporary files.
  if (!readdirSync(directory).every((name) => isLeaseFile(name) || isTemporary(name))) {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `--out: ${directory} is not empty; choose another directory`);
  }
  return directory;
}

function taken(directory: string): Error {
  return failure(
    "ERR_EXPERIMENT_DIRECTORY",
    `--out: ${directory} holds an experiment already; ` +
      `resume it with npx fluxion resume ${shellWord(directory)}, or choose another directory`,
  );
}

function nextNumber(root: string, name: string): number {
  let last = 0;
  for (const entry of readdirSync(root)) {
    if (!entry.startsWith(`${name}-`)) continue;
    const number = Number(entry.slice(name.length + 1));
    if (Number.isInteger(number)) last = Math.max(last, number);
  }
  return last + 1;
}

/** Reads an experiment's file; undefined if it is damaged, which must not hide the other experiments. */
export function experimentIfWhole(directory: string): ExperimentFile | undefined {
  try {
    return readExperiment(directory);
  } catch (error) {
    if (isFluxionError(error) && error.code === "ERR_EXPERIMENT_DIRECTORY") return undefined;
    throw error;
  }
}

/** The directory itself if it is an experiment's, otherwise its children that are, in the order in which they began. */
export function experimentsIn(directory: string): string[] {
  if (holdsExperiment(directory)) return [directory];
  if (!existsSync(directory) || !statSync(directory).isDirectory()) return [];
  return readdirSync(directory)
    .map((entry) => join(directory, entry))
    .filter(holdsExperiment)
    .map((path) => ({ path, began: experimentIfWhole(path)?.began ?? "" }))
    .sort((a, b) => a.began.localeCompare(b.began))
    .map(({ path }) => path);
}
