/** The summary that is printed when an experiment has ended. */
import { join } from "node:path";
import type { Finding } from "../experiments/framework/definition.ts";
import type { RowSummary } from "../experiments/threads/protocol.ts";
import { nextCommand, type RunAgain } from "./ending/nextCommand.ts";
import { type Cell, tableLines } from "./output/table.ts";

/** Largest number of findings that are explained one by one; more would bury the table. */
const mostExplained = 3;

/** Largest number of runs without a finding that are listed beside findings. */
const mostBare = 20;

/**
 * The findings as a table, then the reasons, what each kind of ending means, and which command to type next. Runs
 * without a finding are shown by their last row; the column of files is left out if it makes the table too wide.
 */
export function summaryLines(
  directory: string,
  runs: readonly string[],
  findings: readonly Finding[],
  lastRows: ReadonlyMap<string, RowSummary>,
  width = Number.POSITIVE_INFINITY,
  again?: RunAgain,
): string[] {
  const numbers = [...new Set(findings.flatMap((finding) => Object.keys(finding.numbers ?? {})))];
  const named = new Map(findings.map((finding) => [finding.run, finding]));
  const alone = findings.length === 0;
  const bare = runs.filter((run) => !named.has(run));
  const many = !alone && bare.length > mostBare;
  const names = alone ? runs : [...new Set([...(many ? [] : bare), ...named.keys()])];
  const headings = alone ? ["run", "ended", "step", "value", "|F|^2", "seconds"] : ["run", "verdict", ...numbers];
  const rows = names.map((run): Cell[] => {
    const last = lastRows.get(run);
    if (alone) {
      return [
        run,
        last === undefined ? undefined : endedAs(last),
        last?.step,
        numberOrNothing(last?.value),
        last?.squaredFieldNorm,
        last?.seconds,
        join(directory, run),
      ];
    }
    const finding = named.get(run);
    const cells = numbers.map((key) => finding?.numbers?.[key] ?? fromRow(key, last));
    // A finding about many runs has no directory of its own.
    const file = runs.includes(run) ? join(directory, run) : undefined;
    return [run, finding?.verdict ?? (last === undefined ? undefined : endedAs(last)), ...cells, file];
  });
  const whole = tableLines([...headings, "file"], rows);
  const fits = names.some((run) => runs.includes(run)) && whole.every((line) => line.length <= width);
  const lines = fits ? whole : tableLines(headings, rows);
  if (many) lines.push(`and ${bare.length} runs, each with its own directory in ${directory}`);
  const explained = findings.filter(({ because }) => because !== undefined);
  if (explained.length <= mostExplained) {
    for (const { run, verdict, because } of explained)
      lines.push("", `${run}: ${verdict ?? "ended"}, because ${because}`);
  }
  const reasons = [...lastRows.values()].filter(({ run, because }) => because !== undefined && !named.has(run));
  for (const { run, because } of reasons.slice(0, mostExplained)) lines.push("", `${run}: ${because}`);
  for (const { verdict, meaning, runs: count, steps } of meanings(findings)) {
    const which = findings.length === 1 ? verdict : `${verdict} (${count} of ${findings.length})`;
    lines.push("", `${which}: ${meaning}`, `  next: ${nextCommand(verdict, directory, again, steps)}`);
  }
  return lines;
}

interface Ending {
  readonly verdict: string;
  readonly meaning: string;
  /** Number of runs with this verdict. */
  runs: number;
  /** Largest number of steps of these runs; undefined if it was not reported. */
  steps: number | undefined;
}

/** Each verdict that was given, with its meaning. */
function meanings(findings: readonly Finding[]): readonly Readonly<Ending>[] {
  const counts = new Map<string, Ending>();
  for (const { verdict, meaning, numbers } of findings) {
    if (verdict === undefined || meaning === undefined) continue;
    const known = counts.get(verdict) ?? { verdict, meaning, runs: 0, steps: undefined };
    known.runs++;
    const steps = numbers?.steps;
    if (typeof steps === "number") known.steps = Math.max(steps, known.steps ?? 0);
    counts.set(verdict, known);
  }
  return [...counts.values()];
}

/** How a run ended. It was interrupted if its last row is still running. */
function endedAs({ status }: RowSummary): string {
  return status === "running" ? "interrupted" : status;
}

function fromRow(heading: string, last: RowSummary | undefined): Cell {
  const value = { loss: last?.value, "|grad|^2": last?.squaredFieldNorm, steps: last?.step }[heading];
  return numberOrNothing(value);
}

function numberOrNothing(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
