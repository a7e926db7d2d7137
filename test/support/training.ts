/** Runs the experiment `train` in this process. */
import { pathToFileURL } from "node:url";
import type { Row } from "../../src/arrow/row.ts";
import { trainExperiment } from "../../src/experiments/catalogue/training/train.ts";
import { experimentContext } from "../../src/experiments/framework/context.ts";
import type { Finding } from "../../src/experiments/framework/definition.ts";
import { directoryStore } from "../../src/experiments/framework/directoryStore.ts";
import type { JsonValue } from "../../src/json.ts";

/** What a session of training gave. */
interface Session {
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
  readonly lines: readonly string[];
}

/** Trains with some options; `until` says at which row the run is stopped. */
export async function train(
  given: Readonly<Record<string, JsonValue>>,
  where?: { readonly directory: string; readonly resume: boolean; readonly until?: number },
): Promise<Session> {
  const abort = new AbortController();
  const findings: Finding[] = [];
  const lines: string[] = [];
  const rows: Row[] = [];
  const context = experimentContext({
    seed: 3,
    signal: abort.signal,
    onFinding: (finding) => findings.push(finding),
    onConclusion: (line) => lines.push(line),
    onNote: (line) => lines.push(line),
    ...(where === undefined
      ? {}
      : { store: directoryStore({ directory: where.directory, resume: () => where.resume }) }),
  });
  await new Promise<void>((done, fail) => {
    context.complete(trainExperiment.run(trainExperiment.options.parse(given), context)).subscribe({
      next(row) {
        rows.push(row);
        if (row.step === where?.until) abort.abort();
      },
      error: fail,
      complete: done,
    });
  });
  return { rows, findings, lines };
}

/** The numbers of a row that do not depend on the time of day. */
export function trainingNumbers({ step, value, stepSize, columns, status }: Row): unknown {
  // Rows that are read back have a place for each column, also for those without a number.
  const rest = Object.entries(columns).filter(([name, own]) => name !== "secondsLeft" && own !== undefined);
  return { step, value, stepSize, status, rest };
}

// tsx test/support/training.ts '{"data": "big.arrow"}' trains in a process of its own and prints its greatest memory.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { rows, findings } = await train(JSON.parse(process.argv[2]!) as Readonly<Record<string, JsonValue>>);
  console.log(JSON.stringify({ rows: rows.length, findings, peak: 1024 * process.resourceUsage().maxRSS }));
}
