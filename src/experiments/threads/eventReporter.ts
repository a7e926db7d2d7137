/** Looks at every row of a thread: tells the main thread of events, and keeps what it will want to know of the newest row. */
import { eventsOf } from "../../arrow/events/rowEvents.ts";
import type { Row, Run } from "../../arrow/row.ts";
import type { TypedRule } from "../rules/ruleList.ts";
import { type FromWorker, type RowSummary, summaryOf } from "./protocol.ts";

/** Factor by which ||F|| grows where a run diverges: the default of `divergence`. */
const growth = 1e4;
/** Number of events of one rule in one run that are told; more stay in the file. */
const mostTold = 100;

interface Seen {
  row: Row;
  /** First ||F||^2 that was not 0. */
  first: number;
  grew: boolean;
}

interface EventReporter {
  seen(row: Row): void;
  /** What is known of the newest row of a run. */
  newest(run: string): RowSummary;
  skipped(run: Run, rules: readonly TypedRule[]): void;
}

export function eventReporter(post: (message: FromWorker) => void): EventReporter {
  const runs = new Map<string, Seen>();
  const told = new Map<string, number>();
  const noted = new Set<string>();
  return {
    seen(row) {
      const { squaredFieldNorm: square } = row;
      let seen = runs.get(row.run.name);
      if (seen === undefined) {
        seen = { row, first: 0, grew: false };
        runs.set(row.run.name, seen);
      }
      seen.row = row;
      if (seen.first === 0 && Number.isFinite(square)) seen.first = square;
      else if (square > growth * growth * seen.first) seen.grew = true;
      for (const event of eventsOf(row)) {
        const key = `${event.run}/${event.rule}`;
        const count = (told.get(key) ?? 0) + 1;
        told.set(key, count);
        if (count <= mostTold) post({ kind: "event", event });
        else if (count === mostTold + 1) {
          const line = `${event.run}: ${event.rule} was raised ${mostTold} times; further events are in the run's file only`;
          post({ kind: "note", line });
        }
      }
    },
    newest(run) {
      const { row, grew } = runs.get(run)!;
      return summaryOf(row, grew);
    },
    skipped(run, rules) {
      for (const { name, columns } of rules) {
        // Once per rule: a campaign may have a thousand such runs.
        if (noted.has(name)) continue;
        noted.add(name);
        const lacking = columns.filter((column) => !Object.hasOwn(run.columns, column)).join(", ");
        post({ kind: "note", line: `${run.name}: it has no column ${lacking}, so that ${name} does not watch it` });
      }
    },
  };
}
