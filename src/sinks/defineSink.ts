import { defer, type Observable, Subject, takeUntil, tap } from "rxjs";
import type { Row, Run } from "../arrow/row.ts";
import type { AttemptEnding } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import { flag } from "./rules.ts";

/** How the stream of a run's rows ended: `completed`, `failed` with a message, or `interrupted`. */
export type Ending = Pick<AttemptEnding, "how" | "message">;

/** Record of one run: a file, a directory or a server. */
export interface Recording {
  /** Writes a row, before the stream passes it on. An error thrown here closes all records and ends the stream. */
  readonly append: (row: Row) => void;
  /** Flushes and closes. It is called once, whatever ended the run. */
  readonly close: (ending: Ending) => void;
}

/** Records of one subscription. */
export interface Recordings {
  /**
   * Opens the record of the run to which this first row belongs. `first.run` names all columns that will come. `fail`
   * takes errors that something asynchronous, such as a timer, meets later.
   */
  readonly open: (first: Row, fail: (error: unknown) => void) => Recording;
  /** Called when the stream is over and all records are closed. A second call must do nothing. */
  readonly end?: () => void;
}

/** What {@link defineSink} needs. */
export interface SinkSpec {
  /** Name of the sink, in messages. */
  readonly name: string;
  /** Called once per subscription. State that several runs of one stream share belongs inside it. */
  readonly begin: () => Recordings;
  /**
   * Whether a subscription may carry one run only. A row of a second run is then refused with ERR_RUN_CHANGED. Default
   * false.
   */
  readonly oneRun?: boolean;
}

/** An operator that passes rows through unchanged. */
export type RowSink = <T extends Row>(source: Observable<T>) => Observable<T>;

const rules = {
  name: { required: true, expected: "a name", is: (value: unknown) => typeof value === "string" && value !== "" },
  begin: { required: true, expected: "a function", is: (value: unknown) => typeof value === "function" },
  oneRun: flag,
} as const;

/** Functions that close the records of each subscription at `process.exit` or an uncaught exception. */
const leaving = new Set<() => void>();
function closeAllOnExit(): void {
  for (const close of [...leaving]) close();
}

/**
 * Defines a sink: an operator that records the rows of every run, synchronously, before it passes them on.
 *
 * A stream may carry several runs, one after the other or mixed. The sink opens a record at the first row of each, and
 * closes it at the run's last row, at the stream's end or error, when the subscriber leaves, and when the process
 * exits. Records that must not slow the run need a bounded queue of their own and a stated policy for when it is full.
 *
 * Cost: a look-up per row where the runs of a stream change.
 *
 * @example
 * const countRows = () =>
 *   defineSink({
 *     name: "countRows",
 *     begin: () => ({
 *       open({ run }) {
 *         let rows = 0;
 *         return {
 *           append: () => void rows++,
 *           close: ({ how }) => console.log(`${run.name} ${how} after ${rows} rows`),
 *         };
 *       },
 *     }),
 *   });
 * iterate(quartic(), [1, 2], chain(untilStep(4), gradientStep(0.01))).pipe(countRows()).subscribe();
 * // run completed after 5 rows
 * @param spec {@link SinkSpec}
 * @throws {TypeError} ERR_OPTION_TYPE for a missing name or function; in the stream ERR_RUN_CHANGED for a row that
 *   comes after its run's last one, and with `oneRun` for a second run
 */
export function defineSink(spec: SinkSpec): RowSink {
  const { name, begin, oneRun } = readOptions("defineSink", spec, rules);
  return <T extends Row>(source: Observable<T>) =>
    defer(() => {
      const broken = new Subject<never>();
      const writer = writerOf(name, oneRun ? forOneRun(name, begin()) : begin(), (error) => broken.error(error));
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

/** Refuses the rows of a second run. */
function forOneRun(who: string, recordings: Recordings): Recordings {
  let only: Run | undefined;
  return {
    ...recordings,
    open(first, fail) {
      const { run } = first;
      if (only !== undefined) {
        throw failure(
          "ERR_RUN_CHANGED",
          `${who}: expected the rows of one run, "${only.name}" (attempt ${only.attempt}), got a row of "${run.name}" (attempt ${run.attempt}); give each run a sink of its own`,
        );
      }
      only = run;
      return recordings.open(first, fail);
    },
  };
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
