/** What is known of runs beside their own files, for the page: what their experiment found of them, and their labels. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { RunFile } from "../arrow/runFile.ts";
import { isFluxionError } from "../errors.ts";
import type { Finding } from "../experiments/framework/definition.ts";
import type { RunCells, RunEnding } from "../server/messages.ts";
import { type ExperimentFile, experimentFileName, experimentIfWhole } from "./experimentFile.ts";
import { type Labels, labelsFileName, readLabels } from "./finding/labels.ts";
import { finite } from "./servedRuns.ts";

/** What an experiment reported of the end of a run. */
type FoundEnd = Pick<RunEnding, "verdict" | "meaning" | "because" | "index">;

export interface RunFacts {
  /** Returns the verdict and the index of the run in a directory, as far as its experiment reported them. */
  found(directory: string): FoundEnd;
  /** Returns what stands beside the run in a table: experiment, seed, options, other numbers of its end, labels. */
  cells(directory: string, file?: RunFile): RunCells;
}

interface Experiment {
  readonly directory: string;
  /** State of its file when it was read. */
  readonly state: string;
  /** Cells that all its runs share. */
  readonly shared: RunCells;
  readonly ends: ReadonlyMap<string, FoundEnd>;
  readonly numbers: ReadonlyMap<string, RunCells>;
}

/** Numbers of a finding that the ending of a run has, or that every run has in a column of its own. */
const elsewhere = new Set(["loss", "|grad|^2", "index", "steps"]);

/**
 * Makes a reader of facts. Runs of one experiment are asked for one after the other, so only the last `experiment.json` is
 * kept, as long as the file stays as it was.
 */
export function runFacts(): RunFacts {
  let last: Experiment | undefined;
  // Thousands of runs have the same sentence.
  const sentences = new Map<string, string>();
  const once = (text: string): string => {
    const known = sentences.get(text);
    if (known === undefined && sentences.size < 1000) sentences.set(text, text);
    return known ?? text;
  };
  const experimentOf = (directory: string): Experiment => {
    const parent = dirname(directory);
    const facts = statSync(join(parent, experimentFileName), { throwIfNoEntry: false });
    const state = facts === undefined ? "" : `${facts.mtimeMs} ${facts.size} ${facts.ino}`;
    if (last?.directory === parent && last.state === state) return last;
    const file = facts === undefined ? undefined : fileOf(parent);
    const findings = file?.findings ?? [];
    const made: Experiment = {
      directory: parent,
      state,
      shared: file === undefined ? {} : sharedCells(file),
      ends: new Map(findings.map((finding) => [finding.run, endOf(finding, once)])),
      numbers: new Map(findings.map(({ run, numbers }) => [run, otherNumbers(numbers)])),
    };
    last = made;
    return made;
  };
  return {
    found: (directory) => experimentOf(directory).ends.get(basename(directory)) ?? {},
    cells(directory, file) {
      const { shared, numbers } = experimentOf(directory);
      const began = file?.attempts[0]?.began;
      return {
        ...shared,
        ...numbers.get(basename(directory)),
        ...(typeof began === "string" ? { began: began.slice(0, 16).replace("T", " ") } : {}),
        ...labelCells(directory),
      };
    },
  };
}

function endOf({ verdict, meaning, because, numbers }: Finding, once: (text: string) => string): FoundEnd {
  return {
    ...finite({ index: numbers?.index }),
    ...(typeof verdict === "string" ? { verdict: once(verdict) } : {}),
    ...(typeof meaning === "string" ? { meaning: once(meaning) } : {}),
    ...(typeof because === "string" ? { because } : {}),
  };
}

/** Cells of an experiment that its runs have in common: its name, its seed, its options. */
function sharedCells({ name, seed, options }: Pick<ExperimentFile, "name" | "seed" | "options">): RunCells {
  const texts = Object.entries(options ?? {}).map(([option, value]) => [
    option,
    typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { experiment: name, ...(typeof seed === "number" ? { seed } : {}), ...Object.fromEntries(texts) };
}

function otherNumbers(numbers: Finding["numbers"]): RunCells {
  return Object.fromEntries(
    Object.entries(numbers ?? {}).filter(
      ([name, value]) => !elsewhere.has(name) && (typeof value === "number" || typeof value === "string"),
    ),
  ) as RunCells;
}

function labelCells(directory: string): RunCells {
  if (!existsSync(join(directory, labelsFileName))) return {};
  let labels: Labels;
  try {
    labels = readLabels(directory);
  } catch (error) {
    if (!isFluxionError(error)) throw error;
    return { tags: `unknown: ${labelsFileName} is damaged` };
  }
  const { name, tags, notes } = labels;
  const note = notes.at(-1)?.text;
  return {
    ...(name === undefined ? {} : { name }),
    ...(tags.length === 0 ? {} : { tags: tags.join(" ") }),
    ...(note === undefined ? {} : { notes: note }),
  };
}

/** The file of an experiment; undefined where there is none, or it cannot be read: its runs can be shown without it. */
function fileOf(directory: string): ExperimentFile | undefined {
  try {
    return experimentIfWhole(directory);
  } catch (error) {
    if (isFluxionError(error)) return undefined;
    throw error;
  }
}
