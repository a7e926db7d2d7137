/** Runs `fluxion run whitening` in this thread, whole or stopped at a row, and collects what it says. */
import type { Row } from "../../src/arrow/row.ts";
import { whiteningExperiment } from "../../src/experiments/catalogue/whitening/whitening.ts";
import { experimentContext } from "../../src/experiments/framework/context.ts";
import type { Finding } from "../../src/experiments/framework/definition.ts";
import { directoryStore } from "../../src/experiments/framework/directoryStore.ts";
import { optionsFrom } from "../../src/experiments/threads/flags.ts";
import type { JsonValue } from "../../src/json.ts";

export interface WhiteningOutcome {
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
  readonly conclusions: readonly string[];
  readonly refusals: readonly string[];
  readonly notes: readonly string[];
}

/** Runs the experiment in this thread; with `until` it is stopped at that row of that run. */
export async function runWhitening(
  options: Readonly<Record<string, JsonValue>>,
  where?: {
    readonly directory: string;
    readonly resume: boolean;
    readonly until?: readonly [run: string, step: number];
  },
): Promise<WhiteningOutcome> {
  const abort = new AbortController();
  const outcome = {
    rows: [] as Row[],
    findings: [] as Finding[],
    conclusions: [] as string[],
    refusals: [] as string[],
    notes: [] as string[],
  };
  const context = experimentContext({
    seed: 1,
    signal: abort.signal,
    onFinding: (finding) => outcome.findings.push(finding),
    onConclusion: (line) => outcome.conclusions.push(line),
    onRefusal: (line) => outcome.refusals.push(line),
    onNote: (line) => outcome.notes.push(line),
    ...(where === undefined
      ? {}
      : { store: directoryStore({ directory: where.directory, resume: () => where.resume }) }),
  });
  const stream = context.complete(whiteningExperiment.run(optionsFrom(whiteningExperiment.options, options), context));
  await new Promise<void>((done, fail) => {
    stream.subscribe({
      next(row) {
        outcome.rows.push(row);
        if (row.run.name === where?.until?.[0] && row.step === where.until[1]) abort.abort();
      },
      error: fail,
      complete: done,
    });
  });
  return outcome;
}
