/** `experiment.json`: what was run, with which options, how it ended, what was found. One beside the runs of an experiment. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { isAlive, thisProcess, type WriterProcess } from "../arrow/processIdentity.ts";
import { stringify } from "../arrow/runMetadata.ts";
import { failure } from "../errors.ts";
import type { Finding } from "../experiments/framework/definition.ts";
import type { ModuleSource } from "../experiments/threads/protocol.ts";
import { version } from "../experiments/threads/version.ts";
import type { JsonValue } from "../json.ts";
import { makeDirectory, writeAtomically, writeFailure } from "../sinks/files.ts";

export interface ExperimentFile {
  /** 1: written before operators and columns got their present names. */
  readonly format: 1 | 2;
  readonly name: string;
  readonly source: ModuleSource;
  /** As given; defaults come from the schema. */
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  readonly versions: { readonly fluxion: string; readonly node: string };
  readonly platform: string;
  readonly began: string;
  readonly ended?: string;
  /** Who writes it, or did last. Absent in files from before it was kept. */
  readonly process?: WriterProcess;
  /** `running` for ever after a kill: {@link experimentState} asks whether the process still lives. */
  readonly state: "running" | "finished" | "stopped" | "failed";
  readonly message?: string;
  /** Names of the runs in the order in which they began; each has a directory of that name. */
  readonly runs: readonly string[];
  readonly findings: readonly Finding[];
  /** What the findings say together. */
  readonly conclusions: readonly string[];
}

const fileName = "experiment.json";

/** What a new experiment's file says. */
export function newExperiment(about: Pick<ExperimentFile, "name" | "source" | "options" | "seed">): ExperimentFile {
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

/** The same experiment, begun again by this process. */
export function resumedExperiment({ ended, message, ...before }: ExperimentFile): ExperimentFile {
  return { ...before, process: thisProcess(), state: "running", runs: [], findings: [], conclusions: [] };
}

/** How an experiment stands; `killed` if it had no time to say how it ended. */
export function experimentState({ state, process }: ExperimentFile): ExperimentFile["state"] | "killed" {
  return state === "running" && (process === undefined || !isAlive(process)) ? "killed" : state;
}

/** Whether a directory holds an experiment. */
function holdsExperiment(directory: string): boolean {
  return existsSync(join(directory, fileName));
}

/** @throws ERR_EXPERIMENT_DIRECTORY where there is none, or it is damaged */
export function readExperiment(directory: string): ExperimentFile {
  const path = join(directory, fileName);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const missing = !existsSync(directory) ? "there is no such directory" : `it has no ${fileName}`;
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is no experiment's directory: ${missing}; fluxion run makes one`,
      { cause },
    );
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${path} is damaged: it is no JSON`, { cause });
  }
  const file = data as Partial<ExperimentFile> | null;
  if (
    (file?.format !== 1 && file?.format !== 2) ||
    typeof file.name !== "string" ||
    typeof file.source?.module !== "string"
  ) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${path} is not of a form that this version of fluxion reads (format ${JSON.stringify(file?.format)})`,
    );
  }
  return file as ExperimentFile;
}

/** Atomically: a kill leaves the old file or the new one. @throws ERR_WRITE */
export function writeExperiment(directory: string, file: ExperimentFile): void {
  writeAtomically("experiment.json", join(directory, fileName), `${stringify(file, 2)}\n`);
}

/**
 * Makes the directory of a new experiment: the one asked for, else `runs/<name>-<n>` with the next free n.
 *
 * @throws ERR_WRITE where it cannot be made, ERR_EXPERIMENT_DIRECTORY where it holds something already
 */
export function claimDirectory(name: string, wanted: string | undefined): string {
  if (wanted !== undefined) return claim(wanted);
  const root = "runs";
  makeDirectory("runs", root);
  for (let n = nextNumber(root, name); ; n++) {
    const directory = join(root, `${name}-${n}`);
    try {
      mkdirSync(directory);
      return directory;
    } catch (error) {
      // Another process was quicker.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeFailure("runs", resolve(directory), error);
    }
  }
}

function claim(directory: string): string {
  if (holdsExperiment(directory)) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `--out: ${directory} holds an experiment already; go on with it by npx fluxion resume ${directory}, or choose another directory`,
    );
  }
  makeDirectory("--out", directory);
  if (readdirSync(directory).length > 0) {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `--out: ${directory} is not empty; choose another directory`);
  }
  return directory;
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

/** The experiments below a directory: itself, or its direct children, in the order in which they began. */
export function experimentsIn(directory: string): string[] {
  if (holdsExperiment(directory)) return [directory];
  if (!existsSync(directory) || !statSync(directory).isDirectory()) return [];
  return readdirSync(directory)
    .map((entry) => join(directory, entry))
    .filter(holdsExperiment)
    .map((path) => ({ path, began: readExperiment(path).began }))
    .sort((a, b) => a.began.localeCompare(b.began))
    .map(({ path }) => path);
}
