import { defer, finalize, type Observable, tap } from "rxjs";
import type { Row, Run } from "../arrow/row.ts";
import { readOptions } from "../options.ts";
import type { RowSink } from "./defineSink.ts";
import { makeStatusWriter, type StatusStream, statusLine } from "./statusWriter.ts";

/** Options of {@link terminalStatus}. */
export interface TerminalStatusOptions {
  /**
   * Stream to which the lines are written. Default `process.stderr`, so that standard output holds the results only.
   */
  readonly stream?: StatusStream;
}

const rules = {
  stream: {
    expected: "a stream with a write method",
    is: (value: StatusStream | null) => typeof value?.write === "function",
  },
} as const;

/**
 * Shows in a terminal how runs go, and passes their rows on.
 *
 * One line shows step, value, ||F||^2 and seconds; it changes ten times per second. The last row of each run gets a
 * line that stays. Without a terminal, or in one that cannot go back in a line (TERM=dumb), there is a plain line every
 * ten seconds.
 *
 * Cost: one reading of the clock per row.
 *
 * @example
 * const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonMR());
 * iterate(quartic(), [-3.5, 1], search).pipe(terminalStatus()).subscribe();
 * @param options {@link TerminalStatusOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 */
export function terminalStatus(options: TerminalStatusOptions = {}): RowSink {
  const { stream = process.stderr } = readOptions("terminalStatus", options, rules);
  return <T extends Row>(source: Observable<T>) =>
    defer(() => {
      const writer = makeStatusWriter(stream);
      const running = new Map<Run, Row>();
      const line = (row: Row): string => statusLine(statusOf(row));
      return source.pipe(
        tap((row) => {
          if (row.status === "running") {
            running.set(row.run, row);
            writer.show(statusOf(row));
          } else {
            running.delete(row.run);
            writer.keep(line(row));
          }
        }),
        finalize(() => {
          for (const row of running.values()) writer.keep(line(row));
          writer.end();
        }),
      );
    });
}

function statusOf({ run, step, seconds, status, value, squaredFieldNorm }: Row): Parameters<typeof statusLine>[0] {
  return { run: run.name, step, seconds, status, value, squaredFieldNorm };
}
