/** Keeps `experiment.json` up to date while the experiment runs. */
import type { Finding } from "../experiments/framework/definition.ts";
import type { Agreement } from "../experiments/framework/repetitions.ts";
import type { FromWorker, RowSummary } from "../experiments/threads/protocol.ts";
import type { LeaseClaim } from "../sinks/lease.ts";
import { agreementLines, withAgreements } from "./agreements.ts";
import type { exitCodeOf } from "./alerts/exitCodes.ts";
import { type ExperimentFile, writeExperiment } from "./experimentFile.ts";
import { summaryLines } from "./summary.ts";
import { shown } from "./trust.ts";

interface ExperimentRecord {
  take(message: FromWorker): void;
  end(change: Pick<ExperimentFile, "state" | "message">): void;
  /** Lines that say what was found, or how the runs ended. */
  summary(): string[];
  hasRows(): boolean;
  /** Whether a result was refused. */
  refused(): boolean;
  /** What the exit code depends on. */
  facts(): Parameters<typeof exitCodeOf>[0];
  /** The end of the session, in one line, with an id of its own. */
  ending(): { readonly event: string; readonly id: string; readonly text: string };
}

export function keepRecord(directory: string, file: ExperimentFile, lease: LeaseClaim): ExperimentRecord {
  const runs = [...file.runs];
  const findings: Finding[] = [];
  const conclusions: string[] = [];
  const refusals: string[] = [];
  const agreements: Agreement[] = [];
  const lastRows = new Map<string, RowSummary>();
  const { source, name, seed, options } = file;
  const builtIn = source.module === "built-in";
  const again = { experiment: builtIn ? name : shown(source.module), builtIn, seed, options };
  let now = file;
  let events = false;
  const save = (change: Partial<ExperimentFile>): void => {
    now = { ...now, ...change };
    writeExperiment(directory, now, lease);
  };
  const addRun = (run: string): void => {
    if (runs.includes(run)) return;
    runs.push(run);
    save({ runs });
  };
  return {
    take(message) {
      if (message.kind === "event") events = true;
      if (message.kind === "opened") addRun(message.run.name);
      if (message.kind === "batch") lastRows.set(message.run, message.last);
      if (message.kind === "replayed") {
        addRun(message.run.name);
        if (message.last !== undefined) lastRows.set(message.run.name, message.last);
      }
      if (message.kind === "finding") {
        findings.push(message.finding);
        save({ findings });
      }
      if (message.kind === "agreement") {
        agreements.push(message.agreement);
        save({ agreements });
      }
      if (message.kind === "conclusion") {
        conclusions.push(message.line);
        save({ conclusions });
      }
      if (message.kind === "refusal") {
        refusals.push(message.line);
        save({ refusals });
      }
    },
    end: (change) => save({ ...change, ended: new Date().toISOString() }),
    summary: () => {
      const told = withAgreements(findings, agreements);
      const lines = summaryLines(directory, runs, told, lastRows, process.stdout.columns, again);
      const after = [
        ...conclusions,
        ...refusals.map((line) => `refused: ${line}`),
        ...agreementLines(agreements, told.length > 0),
        ...executorLines(file),
      ];
      return after.length === 0 ? lines : [...lines, "", ...after];
    },
    hasRows: () => lastRows.size > 0,
    refused: () => refusals.length > 0,
    facts: () => ({ runs, lastRows, findings, events }),
    ending() {
      const { state, message, ended } = now;
      const counts = new Map<string, number>();
      for (const { status } of lastRows.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
      const how = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
      const why = message === undefined ? "" : `: ${message}`;
      const text = `${name} ${state}${why}${how === "" ? "" : ` (${how})`}`;
      return { event: "ended", id: `ended/${ended ?? ""}`, text };
    },
  };
}

function executorLines({ portable, executor }: ExperimentFile): readonly string[] {
  if (portable !== true)
    return executor === undefined ? [] : [`computed by the executor ${executor} (docs/executors.md)`];
  return ["computed portably: the same digits on every machine and in every engine (docs/executors.md)"];
}
