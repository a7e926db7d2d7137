import { lastValueFrom, toArray } from "rxjs";
import type { Row } from "../../src/arrow/row.ts";
import { experimentContext } from "../../src/experiments/framework/context.ts";
import type { Experiment, Finding } from "../../src/experiments/framework/definition.ts";
import { optionsFrom } from "../../src/experiments/threads/flags.ts";
import type { JsonValue } from "../../src/json.ts";

export interface ExperimentOutcome {
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
  readonly conclusions: readonly string[];
  /** Names of the runs in the order in which they began. */
  readonly runs: readonly string[];
}

/** Runs an experiment to its end in this thread, keeping nothing. */
export async function runExperiment(
  experiment: Experiment,
  options: Readonly<Record<string, JsonValue>>,
  seed = 1,
): Promise<ExperimentOutcome> {
  const findings: Finding[] = [];
  const conclusions: string[] = [];
  const context = experimentContext({
    seed,
    signal: new AbortController().signal,
    onFinding: (finding) => findings.push(finding),
    onConclusion: (line) => conclusions.push(line),
  });
  const stream = context.complete(experiment.run(optionsFrom(experiment.options, options), context));
  const rows = await lastValueFrom(stream.pipe(toArray()));
  return { rows, findings, conclusions, runs: [...new Set(rows.map(({ run }) => run.name))] };
}
