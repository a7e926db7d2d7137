/** From a directory that a user names to the runs in it. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { runFileName } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import { experimentsIn, readExperiment } from "./experimentFile.ts";

export interface FoundRun {
  /** Under which it is shown: `search-01`, or `dlae-1/search-01` where there are several experiments. */
  readonly name: string;
  readonly directory: string;
}

/**
 * The runs of a run's directory, of an experiment's, or of one that holds experiments, in the order in which they began.
 *
 * @throws ERR_EXPERIMENT_DIRECTORY where there is none
 */
export function runsIn(directory: string): FoundRun[] {
  if (isRun(directory)) return [{ name: basename(directory), directory }];
  const experiments = experimentsIn(directory);
  const found = experiments.flatMap((experiment) =>
    runsOf(experiment).map((run) => ({
      name: experiments.length === 1 ? run : `${basename(experiment)}/${run}`,
      directory: join(experiment, run),
    })),
  );
  if (found.length > 0) return found;
  if (experiments.length === 0) {
    const children = childRuns(directory).map((name) => ({ name, directory: join(directory, name) }));
    if (children.length > 0) return children;
  }
  const why = existsSync(directory) ? "it holds no run" : "there is no such directory";
  throw failure("ERR_EXPERIMENT_DIRECTORY", `${directory}: ${why}; fluxion list shows what there is`);
}

/** The runs that `experiment.json` names, then any others. */
function runsOf(experiment: string): string[] {
  const named = readExperiment(experiment).runs.filter((run) => isRun(join(experiment, run)));
  return [...named, ...childRuns(experiment).filter((run) => !named.includes(run))];
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
