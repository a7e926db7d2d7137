import { defer, finalize, type Observable, tap } from "rxjs";
import type { Row, Run } from "../arrow/row.ts";
import type { RowSink } from "./recordRows.ts";
import { makeStatusWriter, type StatusStream, statusLine } from "./statusWriter.ts";

export interface TerminalStatusOptions {
  /** Where the lines go. Default `process.stderr`, so that standard output has the results only. */
  readonly stream?: StatusStream;
}

/**
 * Says in a terminal how runs go: step, value, ||F||^2 and seconds in one line that changes ten times a second, and each run's last
 * row in a line that stays.
 *
 * Without a terminal, or with one that cannot go back (TERM=dumb), it is a plain line every ten seconds. Cost: a clock is read a row.
 *
 * @example iterate(quartic(), [-3.5, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonMR())).pipe(terminalStatus()).subscribe()
 */
export function terminalStatus({ stream = process.stderr }: TerminalStatusOptions = {}): RowSink {
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
