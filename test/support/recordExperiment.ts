import { readdirSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom } from "rxjs";
import { experimentContext } from "../../src/experiments/framework/context.ts";
import type { Experiment } from "../../src/experiments/framework/definition.ts";
import { directoryStore } from "../../src/experiments/framework/directoryStore.ts";
import { optionsFrom } from "../../src/experiments/threads/flags.ts";
import { type FigureSource, recordedRun } from "../../src/figures/figure.ts";
import type { JsonValue } from "../../src/json.ts";
import { scratchPath } from "./scratch.ts";

/** Runs an experiment with files, in this thread, and gives its runs as figures get them. */
export async function recordExperiment(
  experiment: Experiment,
  options: Readonly<Record<string, JsonValue>>,
): Promise<FigureSource> {
  const directory = scratchPath(experiment.name);
  const store = directoryStore({ directory, resume: () => false });
  const context = experimentContext({ seed: 1, signal: new AbortController().signal, store });
  await lastValueFrom(context.complete(experiment.run(optionsFrom(experiment.options, options), context)));
  const names = readdirSync(directory).sort();
  return { directory, runs: names.map((name) => recordedRun(name, join(directory, name))) };
}
