/** What is known of runs beside their own files, for the page: what their experiment found of them, and their labels. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { RunFile } from "../arrow/runFile.ts";
import { isFluxionError } from "../errors.ts";
import type { RunCells } from "../server/messages.ts";
import { type ExperimentFile, experimentFileName, experimentIfWhole } from "./experimentFile.ts";
import { type FoundEnd, foundEnd, otherNumbers, sharedCells } from "./finding/foundFacts.ts";
import { type Labels, labelsFileName, readLabels } from "./finding/labels.ts";

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
      ends: new Map(findings.map((finding) => [finding.run, foundEnd(finding, once)])),
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
      const cells: Record<string, string | number> = {};
      // A spread would give each of 100,000 records a shape of its own, which takes more memory than what it holds.
      for (const part of [shared, numbers.get(basename(directory)) ?? {}]) {
        for (const name in part) cells[name] = part[name]!;
      }
      if (typeof began === "string") cells.began = once(began.slice(0, 16).replace("T", " "));
      return Object.assign(cells, labelCells(directory));
    },
  };
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
