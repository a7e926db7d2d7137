/** What arrowFile and runDirectory have in common: rows pass through, each run's are recorded, every ending closes. */
import { defer, type Observable, Subject, takeUntil, tap } from "rxjs";
import type { Row, Run } from "../arrow/row.ts";
import type { AttemptEnding } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";

/** How the stream of a run's rows ended. */
export type Ending = Pick<AttemptEnding, "how" | "message">;

/** One run on its way to disk. */
export interface Recording {
  readonly append: (row: Row) => void;
  /** Flushes and closes. Called once. */
  readonly close: (ending: Ending) => void;
}

/** What a subscription writes to. */
interface Recordings {
  /** Opens the recording of the run whose first row this is; `fail` takes errors that come later, by a timer. */
  readonly open: (first: Row, fail: (error: unknown) => void) => Recording;
  /** Called when the stream is over, after all recordings were closed; a second call must do nothing. */
  readonly end?: () => void;
}

/** Passes rows through. */
export type RowSink = <T extends Row>(source: Observable<T>) => Observable<T>;

/** What closes the recordings of each subscription when the process leaves by `process.exit` or an uncaught exception. */
const leaving = new Set<() => void>();
function closeAllOnExit(): void {
  for (const close of [...leaving]) close();
}

/** An operator that records every run's rows, synchronously, before it passes them on. `begin` is called per subscription. */
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
  /** Closes all; throws the first error of those that cannot be closed, after the rest. */
  readonly close: (ending: Ending) => void;
  /** Closes all; the error that caused it is the one to be told. */
  readonly fail: (error: unknown) => void;
}

function writerOf(who: string, { open, end }: Recordings, broken: (error: unknown) => void): Writer {
  const recordings = new Map<Run, Recording>();
  const ended = new WeakSet<Run>();
  // The run of the row before: a stream of one run looks nothing up.
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
      // The error that ended the stream is told; what goes wrong while closing is its consequence.
    }
  }
  function leave(): void {
    try {
      close({ how: "interrupted", message: "the process left" });
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
