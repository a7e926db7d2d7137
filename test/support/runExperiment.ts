import { lastValueFrom, toArray } from "rxjs";
import type { Row } from "../../src/arrow/row.ts";
import { experimentContext } from "../../src/experiments/framework/context.ts";
import type { Experiment, Finding } from "../../src/experiments/framework/definition.ts";
import type { Agreement } from "../../src/experiments/framework/repetitions.ts";
import { optionsFrom } from "../../src/experiments/threads/flags.ts";
import type { JsonValue } from "../../src/json.ts";

export interface ExperimentOutcome {
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
  readonly conclusions: readonly string[];
  /** Names of the runs in the order in which they began. */
  readonly runs: readonly string[];
  /** What repetitions had in common with their runs, in the order of the runs. */
  readonly agreements: readonly Agreement[];
}

/** Runs an experiment to its end in this thread, keeping nothing. */
export async function runExperiment(
  experiment: Experiment,
  options: Readonly<Record<string, JsonValue>>,
  seed = 1,
  repetitions = 0,
): Promise<ExperimentOutcome> {
  const findings: Finding[] = [];
  const conclusions: string[] = [];
  const agreements: Agreement[] = [];
  const context = experimentContext({
    seed,
    signal: new AbortController().signal,
    repetitions,
    onAgreement: (agreement) => agreements.push(agreement),
    onFinding: (finding) => findings.push(finding),
    onConclusion: (line) => conclusions.push(line),
  });
  const stream = context.complete(experiment.run(optionsFrom(experiment.options, options), context));
  const rows = await lastValueFrom(stream.pipe(toArray()));
  return { rows, findings, conclusions, runs: [...new Set(rows.map(({ run }) => run.name))], agreements };
}
