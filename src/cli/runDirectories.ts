/** Finds the runs in a directory that the user names. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { refuseLink } from "../arrow/checks/ownFiles.ts";
import { type RunFile, readRunFile, runFileName } from "../arrow/runFile.ts";
import { failure, isFluxionError } from "../errors.ts";
import { experimentIfWhole, experimentsIn } from "./experimentFile.ts";
import { note } from "./output/say.ts";
import { waiting } from "./output/waiting.ts";

export interface FoundRun {
  /** Name under which the run is shown: `search-01`, or `dlae-1/search-01` if there are several experiments. */
  readonly name: string;
  readonly directory: string;
}

/**
 * The runs in a directory, in the order in which they began. The directory is that of a run, of an experiment, or one
 * that holds several experiments.
 *
 * @throws ERR_EXPERIMENT_DIRECTORY if there is no run
 */
export function runsIn(directory: string): FoundRun[] {
  if (isRun(directory)) return [{ name: basename(directory), directory }];
  const experiments = experimentsIn(directory);
  // A program's runs may stand beside experiments.
  const alone = experiments[0] === directory ? [] : childRuns(directory);
  const one = experiments.length === 1 && alone.length === 0;
  const found = experiments.flatMap((experiment) =>
    runsOf(experiment).map((run) => ({
      name: one ? run : `${basename(experiment)}/${run}`,
      directory: join(experiment, run),
    })),
  );
  found.push(...alone.map((name) => ({ name, directory: join(directory, name) })));
  if (found.length > 0) return found;
  const why = existsSync(directory) ? "it holds no runs" : "there is no such directory";
  throw failure("ERR_EXPERIMENT_DIRECTORY", `${directory}: ${why}; fluxion list shows the experiments in runs/`);
}

/** A run whose `run.json` is whole. */
interface ReadableRun extends FoundRun {
  readonly file: RunFile;
}

/**
 * The runs whose `run.json` can be read. For each other one a line on standard error says why it is left out.
 *
 * @throws what reading the first one threw, if none can be read
 */
export function readableRuns(runs: readonly FoundRun[]): ReadableRun[] {
  const reading = waiting({ verb: "reading", what: "runs" }, runs.length);
  const readable: ReadableRun[] = [];
  try {
    for (const run of eachReadableRun(runs)) {
      readable.push(run);
      reading.at(readable.length);
    }
  } finally {
    reading.end();
  }
  return readable;
}

/** Gives one run after the other as {@link readableRuns} does, so that not all of 100,000 files are in memory. */
export function* eachReadableRun(runs: Iterable<FoundRun>): Generator<ReadableRun, void> {
  let first: Error | undefined;
  let left: string[] = [];
  let isAny = false;
  const tell = (): void => {
    for (const line of left) note(line);
    left = [];
  };
  for (const run of runs) {
    let file: RunFile;
    try {
      file = readRunFile(run.directory);
    } catch (error) {
      if (!isFluxionError(error)) throw error;
      first ??= error;
      left.push(`fluxion: ${run.directory} is left out: ${error.message.replaceAll("\n", " ")}`);
      continue;
    }
    isAny = true;
    tell();
    yield { ...run, file };
  }
  if (!isAny && first !== undefined) throw first;
  tell();
}

/** The runs that `experiment.json` names, if it is whole, then any others in the directory. */
function runsOf(experiment: string): string[] {
  const named = (experimentIfWhole(experiment)?.runs ?? []).filter((run) => isRun(join(experiment, run)));
  const known = new Set(named);
  const runs = [...named, ...childRuns(experiment).filter((run) => !known.has(run))];
  for (const run of runs) refuseLink(join(experiment, run));
  return runs;
}

function childRuns(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((entry) => isRun(join(directory, entry)))
    .sort();
}

function isRun(directory: string): boolean {
  return existsSync(join(directory, runFileName));
}
