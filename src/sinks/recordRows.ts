/**
 * What the recording sinks share: rows pass through, the rows of each run are recorded, and every ending closes the
 * records.
 */
import { defer, type Observable, Subject, takeUntil, tap } from "rxjs";
import type { Row, Run } from "../arrow/row.ts";
import type { AttemptEnding } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";

/** How the stream of a run's rows ended. */
export type Ending = Pick<AttemptEnding, "how" | "message">;

/** Record of one run: a file, a directory or a server. */
export interface Recording {
  readonly append: (row: Row) => void;
  /** Flushes and closes. It is called once. */
  readonly close: (ending: Ending) => void;
}

/** Records of one subscription. */
interface Recordings {
  /** Opens the record of the run to which this first row belongs. `fail` takes errors that a timer meets later. */
  readonly open: (first: Row, fail: (error: unknown) => void) => Recording;
  /** Called when the stream is over and all records are closed. A second call must do nothing. */
  readonly end?: () => void;
}

/** An operator that passes rows through unchanged. */
export type RowSink = <T extends Row>(source: Observable<T>) => Observable<T>;

/** Functions that close the records of each subscription at `process.exit` or an uncaught exception. */
const leaving = new Set<() => void>();
function closeAllOnExit(): void {
  for (const close of [...leaving]) close();
}

/**
 * Makes an operator that records the rows of every run, synchronously, before it passes them on.
 *
 * @param begin called once per subscription
 */
export function recordRows(who: string, begin: () => Recordings): RowSink {
  return <T extends Row>(source: Observable<T>) =>
    defer(() => {
      const broken = new Subject<never>();
      const writer = writerOf(who, begin(), (error) => broken.error(error));
      return source.pipe(
        takeUntil(broken),
        tap<T>({
          next: writer.append,
          error: (error: unknown) => writer.fail(error),
          complete: () => writer.close({ how: "completed" }),
          unsubscribe: () => writer.close({ how: "interrupted" }),
        }),
      );
    });
}

interface Writer {
  readonly append: (row: Row) => void;
  /** Closes all records, then throws the first error that closing one of them met. */
  readonly close: (ending: Ending) => void;
  /** Closes all records after an error. That error is reported, not what closing meets. */
  readonly fail: (error: unknown) => void;
}

function writerOf(who: string, { open, end }: Recordings, broken: (error: unknown) => void): Writer {
  const recordings = new Map<Run, Recording>();
  const ended = new WeakSet<Run>();
  // The run of the row before is kept, so that a stream of one run does without look-ups.
  let lastRun: Run | undefined;
  let last: Recording | undefined;

  function recordingOf(row: Row): Recording {
    let recording = recordings.get(row.run);
    if (recording === undefined) {
      if (ended.has(row.run)) {
        throw failure(
          "ERR_RUN_CHANGED",
          `${who}: step ${row.step} of the run "${row.run.name}" came after its last row; was the status changed after this sink?`,
        );
      }
      onExit(leave, true);
      recording = open(row, broken);
      recordings.set(row.run, recording);
    }
    lastRun = row.run;
    last = recording;
    return recording;
  }
  function forget(run: Run): void {
    recordings.delete(run);
    ended.add(run);
    lastRun = undefined;
    last = undefined;
  }
  function close(ending: Ending): void {
    const errors: unknown[] = [];
    for (const [run, recording] of [...recordings]) {
      forget(run);
      try {
        recording.close(ending);
      } catch (error) {
        errors.push(error);
      }
    }
    try {
      end?.();
    } catch (error) {
      errors.push(error);
    }
    onExit(leave, false);
    if (errors.length > 0) throw errors[0];
  }
  function fail(error: unknown): void {
    try {
      close({ how: "failed", message: error instanceof Error ? error.message : String(error) });
    } catch {
      // The error that ended the stream is reported; what goes wrong while closing is its consequence.
    }
  }
  function leave(): void {
    try {
      close({ how: "interrupted", message: "the process exited" });
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return {
    append(row) {
      try {
        const recording = row.run === lastRun && last !== undefined ? last : recordingOf(row);
        recording.append(row);
        if (row.status !== "running") {
          forget(row.run);
          recording.close({ how: "completed" });
        }
      } catch (error) {
        fail(error);
        throw error;
      }
    },
    close,
    fail,
  };
}

function onExit(close: () => void, wanted: boolean): void {
  if (wanted) leaving.add(close);
  else leaving.delete(close);
  if (leaving.size === 0) process.off("exit", closeAllOnExit);
  else if (!process.listeners("exit").includes(closeAllOnExit)) process.on("exit", closeAllOnExit);
}
